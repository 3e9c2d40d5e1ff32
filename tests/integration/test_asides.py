"""Views built aside: rebuilt and swapped, gone back from, verified, as of a past moment; ranges split and merged."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from adapters.postgres.embedded import EmbeddedServer
from adapters.projector import asides, moments
from adapters.projector.asides import AsideBusy
from adapters.projector.folding import ViewFault
from adapters.projector.rebuild import rebuild, verify
from adapters.projector.service import bring_up, renew_outdated
from adapters.projector.sessions import session
from adapters.projector.splitting import CannotSplit, merge, ranges_of, split, split_into
from adapters.projector.swapping import NothingKept, SwapBlocked, roll_back
from adapters.projector.tables import prepare_views
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from projections.slices import WHOLE, Range, slice_of
from tests.support.database import database
from tests.support.logs import open_log, query, tamper
from tests.support.many_cases import write_cases
from tests.support.projecting import projecting
from tests.support.workers import eventually

pytestmark = pytest.mark.postgres

ALL = list(VIEWS.values())
STREAMS = [view for view in ALL if view.by_stream]
WHOLES = [view for view in ALL if not view.by_stream]
_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
Rows = dict[str, list[tuple[Any, ...]]]


def rows_in(url: str, schema: str, views: list[View]) -> Rows:
    names = [table.name for view in views for table in view.tables]
    return {name: sorted(query(url, f'TABLE "{schema}".{name}'), key=repr) for name in names}


def live(url: str) -> Rows:
    return rows_in(url, "views", ALL)


@pytest.fixture
def url(postgres: EmbeddedServer) -> Iterator[str]:
    """A log of forty cases, and all views of it."""
    with database(postgres) as made, open_log(made) as opened:
        write_cases(opened.log, 1, 40)
        bring_up(lambda: made)
        yield made


def more_cases(url: str, first: int, last: int) -> int:
    with open_log(url) as opened:
        return write_cases(opened.log, first, last - first + 1)


class TestRebuild:
    def test_a_rebuilt_view_is_the_same_and_goes_on(self, url: str) -> None:
        before = live(url)
        with session(lambda: url) as (connection, name):
            for views in (STREAMS, WHOLES):
                done = rebuild(connection, views, name)
                assert [each.differences for each in done.compared] == [0] * len(views)
        assert live(url) == before
        more_cases(url, 41, 50)
        bring_up(lambda: url)
        assert len(live(url)["case_file"]) == 50
        with session(lambda: url) as (connection, name):
            assert all(each.same for views in (STREAMS, WHOLES) for each in verify(connection, views, name))

    def test_rows_that_were_changed_are_told_and_put_right(self, url: str) -> None:
        before = live(url)
        tamper(url, "UPDATE views.worklist SET stage = 'wrong' WHERE case_id = '1-7'")
        with session(lambda: url) as (connection, name):
            done = rebuild(connection, [VIEWS["worklist"]], name)
        assert [(each.kind, each.columns) for each in done.compared[0].first] == [("changed", ("stage",))]
        assert live(url) == before

    def test_a_view_goes_back_to_what_it_was_before_the_swap_and_catches_up(self, url: str) -> None:
        worklist = VIEWS["worklist"]
        tamper(url, "UPDATE views.worklist SET stage = 'wrong'")
        with session(lambda: url) as (connection, name):
            rebuild(connection, [worklist], name)
            more_cases(url, 41, 45)
            bring_up(lambda: url)
            roll_back(connection, worklist)
            bring_up(lambda: url)
            stages = [row[6] for row in live(url)["worklist"]]
            assert len(stages) == 45
            assert stages.count("wrong") == 40
            with pytest.raises(NothingKept):
                roll_back(connection, worklist)

    def test_it_goes_on_where_another_process_left_it(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("adapters.projector.filling.CHUNK_EVENTS", 50)
        before = live(url)
        with session(lambda: url) as (connection, name), pytest.raises(KeyboardInterrupt):
            rebuild(connection, STREAMS, name, stop_after(3))
        with session(lambda: url) as (connection, _):
            (left,) = asides.all_asides(connection)
            assert 0 < left.events < left.target
        seen: list[int] = []
        with session(lambda: url) as (connection, name):
            rebuild(connection, STREAMS, name, lambda aside: seen.append(aside.events))
            assert asides.all_asides(connection) == []
        assert seen[0] > left.events
        assert live(url) == before

    def test_two_at_once_are_refused_and_a_dead_one_is_not_waited_for(self, url: str) -> None:
        worklist = [VIEWS["worklist"]]
        with session(lambda: url) as (connection, name), session(lambda: url) as (other, other_name):
            aside = asides.own(connection, asides.make(connection, "rebuild", worklist, 1), name)
            with pytest.raises(AsideBusy):
                rebuild(other, worklist, other_name)
            connection.close()
            eventually(lambda: query(url, _SESSIONS, name) == [(0,)], "the server does not notice")
            assert asides.own(other, aside, other_name).owner == other_name

    def test_who_takes_an_aside_over_takes_it_as_the_other_left_it(self, url: str) -> None:
        dashboard = [VIEWS["dashboard"]]
        with session(lambda: url) as (connection, name), session(lambda: url) as (other, other_name):
            seen = asides.make(connection, "moment", dashboard, 100)
            built = moments.build(connection, dashboard, 100, name)
            taken = asides.own(other, seen, other_name)
        assert (taken.stage, taken.position) == (built.stage, built.position) == ("ready", 100)

    def test_it_stops_hard_at_an_event_that_it_cannot_digest(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        before = live(url)
        monkeypatch.setitem(VIEWS, "worklist", failing_at(VIEWS["worklist"], 60))
        with session(lambda: url) as (connection, name), pytest.raises(ViewFault):
            rebuild(connection, [VIEWS["worklist"]], name)
        assert live(url) == before
        assert query(url, "SELECT count(*) FROM views.parked") == [(0,)]

    def test_a_reader_that_will_not_end_blocks_the_swap_loudly_and_harms_nothing(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("adapters.projector.swapping._TRIES", 1)
        before = live(url)
        with psycopg.connect(url) as reader, session(lambda: url) as (connection, name):
            reader.execute("SELECT 1 FROM views.worklist")
            with pytest.raises(SwapBlocked):
                rebuild(connection, [VIEWS["worklist"]], name)
            reader.rollback()
            rebuild(connection, [VIEWS["worklist"]], name)
        assert live(url) == before

    def test_readers_and_the_projector_go_on_while_it_is_swapped(self, url: str) -> None:
        stop, seen, faults = threading.Event(), set(), []

        def read() -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                while not stop.is_set():
                    found = connection.execute("SELECT count(*) FROM views.worklist").fetchall()[0][0]
                    seen.add(found)

        def write() -> None:
            try:
                for number in range(41, 61):
                    more_cases(url, number, number)
                    bring_up(lambda: url)
            except psycopg.Error as error:
                faults.append(error)

        threads = [threading.Thread(target=read), threading.Thread(target=write)]
        for thread in threads:
            thread.start()
        with session(lambda: url) as (connection, name):
            for _ in range(5):
                done = rebuild(connection, STREAMS, name)
                assert all(each.differences == 0 for each in done.compared)
        threads[1].join()
        stop.set()
        threads[0].join()
        assert faults == []
        assert min(seen) >= 40, "never half built"
        bring_up(lambda: url)
        with session(lambda: url) as (connection, name):
            assert all(each.same for views in (STREAMS, WHOLES) for each in verify(connection, views, name))


class TestVerify:
    @pytest.mark.parametrize(
        ("change", "kind", "table"),
        [
            ("UPDATE views.dashboard_count SET cases = cases + 1", "changed", "dashboard_count"),
            ("DELETE FROM views.duties", "missing", "duties"),
            ("INSERT INTO views.decision_grants VALUES ('made-up', 'law')", "surplus", "decision_grants"),
            ("UPDATE views.decisions SET amount = amount + 1", "changed", "decisions"),
        ],
    )
    def test_a_changed_row_is_found_and_named(self, url: str, change: str, kind: str, table: str) -> None:
        tamper(url, change)
        with session(lambda: url) as (connection, name):
            found = [each for views in (STREAMS, WHOLES) for each in verify(connection, views, name)]
            assert asides.all_asides(connection) == []
        wrong = [each for each in found if not each.same]
        assert {(first.kind, first.table) for each in wrong for first in each.first} == {(kind, table)}
        assert all(each.differences >= 1 for each in wrong)

    def test_every_view_is_right_whatever_its_ranges(self, url: str) -> None:
        with session(lambda: url) as (connection, name):
            split_into(connection, ALL, "streams", 3)
        more_cases(url, 41, 60)
        with projecting(url, ALL) as mine:
            for each in mine.leases[1:]:
                mine.leases = [each]
                mine.advance(ALL, 40)
        with session(lambda: url) as (connection, name):
            found = [each for views in (STREAMS, WHOLES) for each in verify(connection, views, name)]
        assert [each for each in found if not each.same] == []


class TestMoments:
    def test_a_view_at_a_past_position_is_what_it_was_then(self, url: str) -> None:
        then, position = live(url), query(url, "SELECT position FROM log.head")[0][0]
        at = query(url, "SELECT recorded_at FROM log.head")[0][0]
        more_cases(url, 41, 60)
        bring_up(lambda: url)
        assert live(url) != then
        with session(lambda: url) as (connection, name):
            assert moments.position_at(connection, at) == position
            built = [moments.build(connection, views, position, name) for views in (STREAMS, WHOLES)]
            again = moments.build(connection, STREAMS, position, name)
            assert again.id == built[0].id, "kept, not built again"
            with pytest.raises(moments.NotYet):
                moments.build(connection, STREAMS, 10_000_000, name)
        assert {**rows_in(url, built[0].schema, STREAMS), **rows_in(url, built[1].schema, WHOLES)} == then

    @pytest.mark.parametrize("position", [0, 1, 57])
    def test_any_position_will_do(self, url: str, position: int) -> None:
        with session(lambda: url) as (connection, name):
            aside = moments.build(connection, [VIEWS["history"]], position, name)
        found = max((row[0] for row in rows_in(url, aside.schema, [VIEWS["history"]])["history"]), default=None)
        wanted = query(
            url, "SELECT max(position) FROM log.events WHERE stream LIKE 'case-%%' AND position <= %s", position
        )
        assert found == wanted[0][0]

    def test_only_so_many_are_kept(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(moments, "MOST_KEPT", 2)
        with session(lambda: url) as (connection, name):
            for position in (10, 20, 30):
                moments.build(connection, [VIEWS["denials"]], position, name)
            kept = [aside.target for aside in asides.all_asides(connection)]
        assert kept == [20, 30]
        assert query(url, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'aside%%'") == [(2,)]


class TestRanges:
    def test_ranges_split_and_merge_without_replaying_and_count_nothing_twice(self, url: str) -> None:
        streams = [view for view in ALL if view.by_stream]
        with session(lambda: url) as (connection, _):
            low, high = split(connection, ALL, "streams", WHOLE)
            lower = split(connection, ALL, "streams", low)
            assert sorted(ranges_of(connection, "streams"), key=lambda each: each.lo) == [*lower, high]
        more_cases(url, 41, 70)
        with projecting(url, ALL) as mine:
            mine.leases = mine.leases[:2]
            mine.catch_up(ALL)
        with session(lambda: url) as (connection, _):
            merge(connection, ALL, "streams", *lower)
            merge(connection, ALL, "streams", low, high)
            assert ranges_of(connection, "streams") == [WHOLE]
        bring_up(lambda: url)
        with session(lambda: url) as (connection, name):
            assert all(each.same for each in verify(connection, streams, name))

    def test_what_cannot_be_split_or_merged_is_refused(self, url: str) -> None:
        with session(lambda: url) as (connection, _):
            with pytest.raises(CannotSplit):
                split(connection, ALL, "streams", Range(0, 512))
            low, high = split(connection, ALL, "streams", WHOLE)
            with pytest.raises(CannotSplit):
                merge(connection, ALL, "streams", high, low)
            for _ in range(9):
                low, _ = split(connection, ALL, "streams", low)
            with pytest.raises(CannotSplit):
                split(connection, ALL, "streams", low)

    def test_the_database_and_the_program_agree_on_slices(self, url: str) -> None:
        streams = [row[0] for row in query(url, "SELECT stream FROM log.streams")]
        found = dict(query(url, "SELECT stream, log.slice_of(stream) FROM log.streams"))
        assert found == {stream: slice_of(stream) for stream in streams}
        assert len(set(found.values())) > len(streams) * 0.9


def stop_after(chunks: int) -> Any:  # noqa: ANN401  a callback
    left = iter(range(chunks))

    def progress(_: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return progress


def failing_at(view: View, position: int) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        view.fold(rows, recorded)
        if recorded.position == position:
            raise ZeroDivisionError

    return replace(view, fold=fold)


class TestNewViews:
    def test_a_new_view_of_a_long_log_is_not_seen_half_built(self, url: str) -> None:
        before = live(url)
        tamper(url, "DROP TABLE views.history")
        tamper(url, "DELETE FROM views.checkpoint WHERE view = 'history'")
        tamper(url, "DELETE FROM views.projections WHERE view = 'history'")
        with session(lambda: url) as (connection, _):
            assert prepare_views(connection, ALL, short=10) == [VIEWS["history"]]
            assert query(url, "SELECT to_regclass('views.history')") == [(None,)]
            renew_outdated(lambda: url)
            assert prepare_views(connection, ALL, short=10) == []
        assert live(url) == before
