"""An event that a view cannot digest: tried again, parked with what follows in its stream, told, replayed."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from adapters.postgres.embedded import EmbeddedServer
from adapters.projector import worker
from adapters.projector.service import bring_up
from application.ports import Write
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support.command_line import fault, read, run, said
from tests.support.database import database
from tests.support.events import append, fact_of
from tests.support.logs import copy_log, open_log, query
from tests.support.many_cases import write_cases

pytestmark = pytest.mark.postgres

CASES = 40
PERSON = "样例"
"""Names of persons in the events begin so: no message may have it."""
Rows = dict[str, list[tuple[Any, ...]]]


class Straight(msgspec.Struct):
    """A log, the rows that a straight run makes of it, and a case in its midst with the positions of its events."""

    url: str
    rows: Rows
    stream: str
    positions: list[int]

    @property
    def at(self) -> int:
        """Where a view fails: the second event of the case."""
        return self.positions[1]


def rows_of(url: str) -> Rows:
    names = [table.name for view in VIEWS.values() for table in view.tables]
    return {name: sorted(query(url, f"TABLE views.{name}"), key=repr) for name in names}


@pytest.fixture(scope="module")
def straight(postgres: EmbeddedServer) -> Iterator[Straight]:
    with database(postgres) as url, open_log(url) as opened:
        write_cases(opened.log, 1, CASES)
        bring_up(lambda: url)
        longest = (
            "SELECT stream FROM log.events WHERE stream LIKE 'case-1-%%' GROUP BY stream ORDER BY count(*) DESC LIMIT 1"
        )
        stream = query(url, longest)[0][0]
        positions = [
            row[0] for row in query(url, "SELECT position FROM log.events WHERE stream = %s ORDER BY 1", stream)
        ]
        assert len(positions) > 4
        yield Straight(url, rows_of(url), stream, positions)


@pytest.fixture
def url(database_url: str, straight: Straight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same log in a database without views; the command line works on it."""
    copy_log(straight.url, database_url)
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(worker, "BACK_OFF_SECONDS", (0.02, 0.04))
    return database_url


def failing_at(view: View, position: int) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        view.fold(rows, recorded)
        if recorded.position == position:
            raise ZeroDivisionError(PERSON)

    return replace(view, fold=fold)


@pytest.mark.parametrize("name", ["worklist", "dashboard", "duties", "history"])
def test_one_case_is_parked_and_everything_else_goes_on_until_it_is_replayed(
    name: str, url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = VIEWS[name]
    monkeypatch.setitem(VIEWS, name, failing_at(good, straight.at))
    bring_up(lambda: url)
    own = {table.name for table in good.tables}
    found = rows_of(url)
    assert {table: rows for table, rows in found.items() if table not in own} == {
        table: rows for table, rows in straight.rows.items() if table not in own
    }
    parked = query(url, "SELECT view, position, error, attempts FROM views.parked ORDER BY position")
    types = [event.TYPE for event in good.folds]
    folded = query(url, "SELECT position FROM log.events WHERE stream = %s AND type = ANY(%s)", straight.stream, types)
    later = sorted(position for (position,) in folded if position > straight.at)
    assert later
    assert parked == [(name, straight.at, "ZeroDivisionError", 1), *((name, each, "", 0) for each in later)]
    monkeypatch.setitem(VIEWS, name, good)
    told = said("views", "parked", "replay", "--view", name, "--case", straight.stream.removeprefix("case-"))
    assert told == f"已处理 folded {len(parked)}，仍挂起 left 0\n"
    assert rows_of(url) == straight.rows
    assert all(each["same"] for each in read("views", "verify", "--all"))


def test_it_is_tried_again_with_growing_rests_before_it_is_parked(
    url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(VIEWS, "worklist", failing_at(VIEWS["worklist"], straight.at))
    with caplog.at_level(logging.WARNING, "anjuan.projector"):
        bring_up(lambda: url)
    said_of = [record.getMessage() for record in caplog.records if "VIEW_FAULT worklist" in record.getMessage()]
    assert [message.rpartition("try ")[2] for message in said_of] == ["1", "2", "3"]
    assert all("ZeroDivisionError" in message and PERSON not in message for message in said_of)
    waited = [
        later.created - earlier.created for earlier, later in zip(caplog.records, caplog.records[1:], strict=False)
    ]
    assert waited[0] >= 0.02
    assert waited[1] >= 0.04


def test_rows_of_all_other_cases_are_right_while_one_is_parked(
    url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VIEWS, "worklist", failing_at(VIEWS["worklist"], straight.at))
    bring_up(lambda: url)
    case_id = straight.stream.removeprefix("case-")
    found = {row[0]: row for row in rows_of(url)["worklist"]}
    wanted = {row[0]: row for row in straight.rows["worklist"]}
    assert found.pop(case_id) != wanted.pop(case_id)
    assert found == wanted


def test_what_comes_later_in_the_stream_waits_and_other_streams_do_not(
    url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = VIEWS["history"]
    monkeypatch.setitem(VIEWS, "history", failing_at(good, straight.at))
    bring_up(lambda: url)
    other = next(row[0] for row in query(url, "SELECT stream FROM log.streams WHERE stream <> %s", straight.stream))
    with open_log(url) as opened:
        for stream in (straight.stream, other):
            events = opened.log.stream(stream)
            opened.log.append(append(f"late-{stream}", Write(stream, len(events), (fact_of(events[-1].event),))))
        last = opened.log.head().position
    bring_up(lambda: url)
    assert query(url, "SELECT count(*) FROM views.parked WHERE position = %s", last - 1) == [(1,)]
    assert query(url, "SELECT count(*) FROM views.parked WHERE position = %s", last) == [(0,)]
    monkeypatch.setitem(VIEWS, "history", good)
    assert f"folded {len(straight.positions)}" in said(
        "views", "parked", "replay", "--view", "history", "--stream", straight.stream
    )
    assert all(each["same"] for each in read("views", "verify", "--all"))


def test_a_view_over_several_streams_is_rebuilt_since_parked_events_would_come_out_of_order(
    url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = VIEWS["decisions"]
    assert not good.by_stream
    (position, stream), *_ = query(
        url, "SELECT position, stream FROM log.events WHERE type = 'case.confirmed' ORDER BY position LIMIT 1"
    )
    monkeypatch.setitem(VIEWS, "decisions", failing_at(good, position))
    bring_up(lambda: url)
    assert rows_of(url)["decisions"] != straight.rows["decisions"]
    monkeypatch.setitem(VIEWS, "decisions", good)
    refused = run("views", "parked", "replay", "--view", "decisions", "--stream", stream)
    assert refused.exit_code == 1
    assert "REBUILD_INSTEAD" in refused.output
    said("views", "rebuild", "decisions")
    assert rows_of(url) == straight.rows


class TestCommandLine:
    @pytest.fixture(autouse=True)
    def _poisoned(self, url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch) -> None:
        self.good = VIEWS["worklist"]
        monkeypatch.setitem(VIEWS, "worklist", failing_at(self.good, straight.at))
        bring_up(lambda: url)

    def test_parked_events_are_listed_and_looked_at_without_their_values(self, straight: Straight) -> None:
        listed = read("views", "parked")
        assert listed["parked"] == len(straight.positions) - 1
        assert [each["position"] for each in listed["events"]] == straight.positions[1:]
        assert read("views", "parked", "--view", "duties") == {"parked": 0, "events": []}
        shown = read("views", "parked", "show", str(straight.at), "--view", "worklist")
        assert (shown["stream"], shown["seq"], shown["error"]) == (straight.stream, 2, "ZeroDivisionError")
        assert (shown["attempts"], shown["behind"]) == (1, len(straight.positions) - 2)
        assert shown["case_id"] == straight.stream.removeprefix("case-")
        assert shown["type"].startswith("case.")
        told = said("views", "parked", "show", str(straight.at), "--view", "worklist") + said("views", "parked")
        assert "ZeroDivisionError" in told
        assert PERSON not in told + str(listed) + str(shown)
        assert "tests/integration/test_poison.py:" in shown["place"]

    def test_the_list_of_views_tells_of_them(self, straight: Straight) -> None:
        (worklist,) = [each for each in read("views") if each["view"] == "worklist"]
        assert (worklist["parked"], worklist["lag"]) == (len(straight.positions) - 1, 0)
        assert f"挂起 parked {worklist['parked']}" in said("views")

    def test_a_replay_that_still_fails_says_so_and_counts_the_try(self, straight: Straight) -> None:
        told = fault("views", "parked", "replay", "--view", "worklist", "--stream", straight.stream)
        assert told.startswith("Error: STILL_FAILS: ")
        assert "ZeroDivisionError" in told
        assert PERSON not in told
        assert read("views", "parked", "show", str(straight.at), "--view", "worklist")["attempts"] == 2

    def test_one_event_is_replayed_before_those_behind_it(
        self, straight: Straight, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(VIEWS, "worklist", self.good)
        replay = ("views", "parked", "replay", "--view", "worklist", "--event")
        assert "NOT_PARKED" in fault(*replay, str(straight.positions[2]))
        assert "NOT_PARKED" in fault(*replay, str(straight.positions[0]))
        assert said(*replay, str(straight.at)) == f"已处理 folded 1，仍挂起 left {len(straight.positions) - 2}\n"
        said(*replay[:-1], "--stream", straight.stream)
        assert read("views", "parked")["parked"] == 0
        assert "NOT_PARKED" in fault(*replay[:-1], "--stream", straight.stream)

    def test_verify_tells_what_is_parked_and_what_cannot_be_computed(
        self, straight: Straight, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        result = run("views", "verify", "--all")
        assert result.exit_code == 1
        assert "worklist: 无法重算 cannot be computed (worklist: ZeroDivisionError" in result.stdout
        assert "duties: 一致 same" in result.stdout
        assert "decisions: 一致 same" in result.stdout
        monkeypatch.setitem(VIEWS, "worklist", self.good)
        result = run("views", "verify", "worklist")
        assert result.exit_code == 1
        assert f"1 处不同 different，{len(straight.positions) - 1} 条挂起 parked" in result.stdout
        assert f"  changed worklist [{straight.stream.removeprefix('case-')}]" in result.stdout

    def test_a_rebuild_stops_at_it_and_after_the_fix_clears_it(
        self, url: str, straight: Straight, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = rows_of(url)
        told = fault("views", "rebuild", "worklist")
        assert "VIEW_FAULT" in told
        assert "worklist: ZeroDivisionError" in told
        assert rows_of(url) == before
        (worklist,) = [each for each in read("views") if each["view"] == "worklist"]
        assert worklist["build"]["fault"].startswith("worklist: ZeroDivisionError tests/")
        assert not worklist["build"]["owner"]
        assert "未完成 unfinished worklist: ZeroDivisionError" in said("views")
        monkeypatch.setitem(VIEWS, "worklist", self.good)
        assert "1 处不同 different" in said("views", "rebuild", "worklist")
        assert rows_of(url) == straight.rows
        assert read("views", "parked")["parked"] == 0

    def test_exactly_one_thing_is_replayed(self) -> None:
        for words in ((), ("--case", "1", "--event", "2")):
            result = run("views", "parked", "replay", "--view", "worklist", *words)
            assert result.exit_code == 2
        assert "UNKNOWN_VIEW" in fault("views", "parked", "replay", "--view", "nope", "--case", "1")
