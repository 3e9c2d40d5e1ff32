"""Views and their runner on a real database: exactly once, whatever is killed or raced, and equal to a replay."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import repeat
from typing import Any

import msgspec
import psycopg
import pytest
from msgspec.structs import replace
from psycopg import sql
from psycopg.rows import dict_row

from adapters.eventstore.reader import LogBroken
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.folding import ViewFault
from adapters.projector.leases import LeaseLost
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.tables import NewerView, prepare_views
from application.ports import Append, Write
from domain.calendar import civil_day
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseTransferred, DutyBreached
from domain.cases.events.intake import CaseOpened
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.evolve import evolve, fold
from domain.cases.parts import Duty
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import CaseId, Fact, Meta, Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from projections.views.case_file.view import CASE_FILE
from projections.views.dashboard.view import DASHBOARD
from projections.views.history.view import HISTORY
from projections.views.worklist.view import WORKLIST
from tests.support.builders import OTHER_TOWN_VILLAGE, VILLAGE
from tests.support.database import database
from tests.support.logs import copy_log, open_log, query, tamper
from tests.support.many_cases import write_cases
from tests.support.processes import finish, kill, line, program
from tests.support.projecting import projecting

pytestmark = pytest.mark.postgres

ALL = list(VIEWS.values())
TABLES = [table.name for view in ALL for table in view.tables]
CASES = 110
KILLS = 6
Tables = dict[str, list[tuple[Any, ...]]]


def tables(url: str) -> Tables:
    """Every row of every view, and how far each has come."""
    found = {name: sorted(query(url, f"TABLE views.{name}"), key=repr) for name in TABLES}
    found["checkpoint"] = query(url, "SELECT view, position, recorded_at FROM views.checkpoint ORDER BY view")
    return found


def projected(url: str, views: list[View], most: Iterable[int]) -> int:
    """Bring the views up in steps of these sizes; return how many steps it took."""
    taken = 0
    with projecting(url, views) as mine:
        for size in most:
            if not mine.advance(views, size).events:
                break
            taken += 1
    return taken


class Prepared(msgspec.Struct):
    """A log of many cases, the views that a straight run makes of it, and its events by case."""

    url: str
    tables: Tables
    cases: dict[str, list[Recorded]]
    last: int


@pytest.fixture(scope="module")
def straight(postgres: EmbeddedServer) -> Iterator[Prepared]:
    with database(postgres) as url, open_log(url) as opened:
        last = write_cases(opened.log, 1, CASES)
        with projecting(url, ALL) as mine:
            assert mine.catch_up(ALL) == last
        cases = defaultdict(list)
        for recorded in opened.log.read(0, last):
            if recorded.stream.startswith("case-"):
                cases[recorded.stream.removeprefix("case-")].append(recorded)
        yield Prepared(url, tables(url), dict(cases), last)


@pytest.fixture
def fresh(database_url: str, straight: Prepared) -> str:
    """The same log in a database without views."""
    copy_log(straight.url, database_url)
    return database_url


class TestExactlyOnce:
    def test_killed_again_and_again_it_ends_where_a_straight_run_ends(self, fresh: str, straight: Prepared) -> None:
        chance = random.Random(7)  # noqa: S311  (moments to kill at)
        for _ in range(KILLS):
            with program("project", fresh, 5) as process:
                said = [line(process) for _ in range(chance.randint(1, 8))]
                assert said[0] == "ready"
                time.sleep(chance.uniform(0, 0.01))
                kill(process)
        reached = {row[1] for row in tables(fresh)["checkpoint"]}
        assert 0 < min(reached) <= max(reached) < straight.last, "killed on the way, not before or after it"
        with program("project", fresh, 500) as process:
            finish(process)
        assert tables(fresh) == straight.tables

    def test_two_runners_at_once_share_the_work_and_count_nothing_twice(self, fresh: str, straight: Prepared) -> None:
        with ExitStack() as stack:
            runners = [stack.enter_context(program("project", fresh, 3)) for _ in range(2)]
            said = [text for runner in runners for text in finish(runner)]
        assert max(int(text) for text in said if text.isdigit()) == straight.last
        assert tables(fresh) == straight.tables

    def test_an_owner_that_was_overtaken_stops_and_leaves_nothing(self, fresh: str, straight: Prepared) -> None:
        with projecting(fresh, ALL) as slow:
            slow.advance(ALL, 10)
            tamper(fresh, "UPDATE views.leases SET epoch = epoch + 1, owner = 'another'")
            before = tables(fresh)
            with pytest.raises(LeaseLost):
                slow.advance(ALL, 20)
            assert tables(fresh) == before
            assert {row[1] for row in before["checkpoint"]} == {10}
            tamper(fresh, "UPDATE views.leases SET expires_at = '-infinity'")
        with projecting(fresh, ALL) as quick:
            quick.catch_up(ALL)
        assert tables(fresh) == straight.tables

    def test_a_fold_that_fails_leaves_rows_and_checkpoints_as_they_were(self, fresh: str) -> None:
        projected(fresh, ALL, [40])
        before = tables(fresh)
        with projecting(fresh, ALL) as mine:
            with pytest.raises(ViewFault) as fault:
                mine.advance([WORKLIST, failing_at(HISTORY, 70), DASHBOARD, CASE_FILE], 60)
            assert isinstance(fault.value.__cause__, ZeroDivisionError)
            assert tables(fresh) == before
            assert before["history"]
            mine.advance(ALL, 60)
        assert {row[1] for row in tables(fresh)["checkpoint"]} == {100}

    def test_a_gap_in_the_log_stops_the_runner_before_it(self, fresh: str) -> None:
        projected(fresh, ALL, [40])
        before = tables(fresh)
        tamper(fresh, "DELETE FROM log.events WHERE position = 50")
        with projecting(fresh, ALL) as mine, pytest.raises(LogBroken, match="51 follows 49"):
            mine.catch_up(ALL)
        assert tables(fresh) == before

    @pytest.mark.parametrize("most", [1, 7, 61])
    def test_the_size_of_a_batch_makes_no_difference(self, fresh: str, straight: Prepared, most: int) -> None:
        assert projected(fresh, ALL, repeat(most)) == -(-straight.last // most)
        assert tables(fresh) == straight.tables

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_nor_do_batches_of_any_sizes_for_views_one_by_one(self, fresh: str, straight: Prepared, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  (the same sizes each time)
        for view in ALL:
            projected(fresh, [view], [chance.randint(1, 100) for _ in range(chance.randint(0, 5))])
        projected(fresh, ALL, (chance.randint(1, 100) for _ in range(10_000)))
        assert tables(fresh) == straight.tables

    def test_views_take_the_log_in_the_order_of_positions(self, fresh: str, straight: Prepared) -> None:
        seen: list[int] = []

        def note(rows: Working, recorded: Recorded) -> None:
            seen.append(recorded.position)
            HISTORY.fold(rows, recorded)

        projected(fresh, [replace(HISTORY, fold=note)], repeat(33))
        wanted = sorted(each.position for history in straight.cases.values() for each in history)
        assert seen == wanted, "all that it folds"

    def test_a_view_of_a_new_version_is_built_anew_and_the_others_stay(
        self, fresh: str, straight: Prepared, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        projected(fresh, ALL, repeat(100))
        tamper(fresh, "UPDATE views.worklist SET stage = 'wrong'")
        tamper(fresh, "UPDATE views.case_file SET version = 77")
        monkeypatch.setitem(VIEWS, "worklist", replace(WORKLIST, version=WORKLIST.version + 1))
        bring_up(lambda: fresh)
        found = tables(fresh)
        assert {row[1] for row in found.pop("case_file")} == {77}
        assert found == {name: rows for name, rows in straight.tables.items() if name != "case_file"}
        with session(lambda: fresh) as (old, _), pytest.raises(NewerView):
            prepare_views(old, ALL)
        assert tables(fresh)["worklist"] == straight.tables["worklist"]

    def test_names_longer_than_an_index_takes_stop_no_view(self, database_url: str) -> None:
        # What cannot be compressed: PostgreSQL would squeeze a repeated letter into any index.
        name = "".join(random.Random(7).choices("案卷民政低保申请受理", k=6_000))  # noqa: S311 a seeded text
        happened = (
            LegacyCaseOpened(case_id=CaseId("legacy-long"), number=name, source="long"),
            LegacyActivityRecorded(activity=name),
        )
        meta = Meta(event_id="1", occurred_at=datetime(9999, 12, 31, 23, tzinfo=UTC), actor="a", command_id="long")
        facts = tuple(Fact(event, meta) for event in happened)
        with open_log(database_url) as opened:
            opened.log.append(Append("long", "", (Write("case-legacy-long", 0, facts),)))
        projected(database_url, ALL, repeat(100))
        assert {row[1] for row in tables(database_url)["checkpoint"]} == {2}


def failing_at(view: View, position: int) -> View:
    def fold_or_fail(rows: Working, recorded: Recorded) -> None:
        view.fold(rows, recorded)
        if recorded.position == position:
            raise ZeroDivisionError

    return replace(view, fold=fold_or_fail)


def rows_of(url: str, table: str) -> dict[str, dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        found = connection.execute(sql.SQL("SELECT * FROM views.{}").format(sql.Identifier(table))).fetchall()
    return {row["case_id"]: row for row in found}


def events_of(history: list[Recorded]) -> list[CaseEvent]:
    return [recorded.event for recorded in history if isinstance(recorded.event, CaseEvent)]


class TestReplay:
    def test_the_case_file_is_the_fold(self, straight: Prepared) -> None:
        rows = rows_of(straight.url, "case_file")
        assert rows.keys() == straight.cases.keys()
        for case_id, history in straight.cases.items():
            row, last = rows[case_id], history[-1]
            assert msgspec.json.decode(row["state"], type=CaseState) == fold(events_of(history))
            where = (row["version"], row["position"], row["changed_at"])
            assert where == (len(history), last.position, last.meta.occurred_at)

    def test_the_worklist_is_what_the_fold_says(self, straight: Prepared) -> None:
        rows = rows_of(straight.url, "worklist")
        assert rows.keys() == straight.cases.keys()
        for case_id, history in straight.cases.items():
            state = fold(events_of(history))
            assert rows[case_id] == worklist_row(case_id, state, history)
        assert {row["stage"] for row in rows.values()} >= {"opened", "accepted", "granted", "legacy_running", "stopped"}
        assert any(row["separate"] for row in rows.values())
        assert any(row["assignee"] for row in rows.values())
        assert any(row["archived"] for row in rows.values())

    def test_the_history_has_every_event_of_every_case(self, straight: Prepared) -> None:
        found = query(straight.url, "SELECT * FROM views.history ORDER BY position")
        wanted = [history_row(case_id, each) for case_id, history in straight.cases.items() for each in history]
        assert found == sorted(wanted)

    def test_the_dashboard_counts_every_case_where_it_stands(self, straight: Prepared) -> None:
        wanted: Counter[tuple[str, str, str, date]] = Counter()
        for history in straight.cases.values():
            state = fold(events_of(history))
            month = civil_day(history[0].meta.occurred_at).replace(day=1)
            wanted[state.matter, state.division[:9], standing(state), month] += 1
        found = query(straight.url, "SELECT matter, division, stage, month, cases FROM views.dashboard_count")
        assert {tuple(key): cases for *key, cases in found if cases} == dict(wanted)

    def test_the_dashboard_counts_the_days_of_every_step_that_was_left(self, straight: Prepared) -> None:
        wanted: Counter[tuple[str, str, str, date, int]] = Counter()
        for history in straight.cases.values():
            wanted.update(steps_left(history))
        found = query(straight.url, "SELECT matter, division, step, month, days, cases FROM views.dashboard_step")
        assert {tuple(key): cases for *key, cases in found} == dict(wanted)
        assert max(key[4] for key in wanted) > 30

    def test_the_duties_are_those_of_the_fold(self, straight: Prepared) -> None:
        with psycopg.connect(straight.url, row_factory=dict_row) as connection:
            found = connection.execute("SELECT * FROM views.duties").fetchall()
        rows = {(row["case_id"], row["what"]): row for row in found}
        wanted = {
            (case_id, duty.what): duty_row(history, duty)
            for case_id, history in straight.cases.items()
            for duty in fold(events_of(history)).duties.values()
        }
        assert {key: {name: row[name] for name in wanted[key]} for key, row in rows.items()} == wanted
        assert {row["status"] for row in found} == {"started", "paused", "met", "dropped"}
        assert any(row["warned"] for row in found)
        assert any(row["breached_at"] and row["met_at"] for row in found), "a breach stays when the duty is met"
        assert any(row["late"] for row in found)
        assert any(row["assignee"] for row in found)
        assert {row["holder_division"] for row in found} >= {VILLAGE[:9], VILLAGE[:6], OTHER_TOWN_VILLAGE[:9]}

    def test_the_timeline_has_every_event_of_every_case_that_names_somebody(self, straight: Prepared) -> None:
        found = query(straight.url, "SELECT case_id, position, seq, type, division FROM views.person_events")
        wanted = [
            (case_id, each.position, each.seq, each.type, place_told(each))
            for case_id, history in straight.cases.items()
            if isinstance(history[0].event, CaseOpened)
            for each in history
        ]
        assert sorted(found) == sorted(wanted)

    def test_who_is_in_a_case_and_where_it_lies_is_what_the_fold_says(self, straight: Prepared) -> None:
        states = {case_id: fold(events_of(history)) for case_id, history in straight.cases.items()}
        members = {
            (case_id, seat, member.subject, member.name)
            for case_id, state in states.items()
            for seat, member in enumerate(state.household.members if state.household else ())
        }
        assert set(query(straight.url, "SELECT case_id, seat, subject, name FROM views.person_members")) == members
        assert set(query(straight.url, "SELECT case_id, seat, subject, name FROM views.coverage_members")) == members
        places = {(case_id, state.division) for case_id, state in states.items() if state.household}
        assert set(query(straight.url, "SELECT case_id, division FROM views.coverage_cases")) == places

    def test_a_duty_that_ended_waits_for_no_timekeeper(self, straight: Prepared) -> None:
        found = query(straight.url, "SELECT status, count(next_at) FROM views.duties GROUP BY status")
        waiting = dict(found)
        assert waiting.pop("started") > 0
        assert set(waiting.values()) == {0}


def place_told(recorded: Recorded) -> str:
    """The place that an event itself tells."""
    event = recorded.event
    if isinstance(event, CaseTransferred):
        return event.to_division
    return event.division if isinstance(event, CaseOpened) else ""


def standing(state: CaseState) -> str:
    """The stage; of an imported case its last activity."""
    if state.stage == "legacy_running":
        return state.activity or "opened"
    return state.stage


def steps_left(history: list[Recorded]) -> Iterator[tuple[str, str, str, date, int]]:
    """A stay in a stage ends when the stage changes; each imported activity is a stay of its own."""
    state, entered = NO_CASE, history[0].meta.occurred_at
    for recorded in history:
        before, at = state, recorded.meta.occurred_at
        (event,) = events_of([recorded])
        state = evolve(before, event)
        if before is NO_CASE:
            continue
        if standing(state) != standing(before) or isinstance(event, LegacyActivityRecorded):
            left = civil_day(at)
            days = max(0, (left - civil_day(entered)).days)
            yield before.matter, before.division[:9], standing(before), left.replace(day=1), days
            entered = at


def worklist_row(case_id: str, state: CaseState, history: list[Recorded]) -> dict[str, Any]:
    first, last = history[0], history[-1]
    members = state.household.members if state.household else ()
    decided = state.decision.amount if state.decision else 0
    return {
        "case_id": case_id,
        "number": state.number,
        "matter": state.matter,
        "division": state.division,
        "stage": state.stage,
        "activity": state.activity,
        "applicant": members[0].name if members else "",
        "persons": len(members),
        "channel": state.channel or "import",
        "separate": "separately_registered" in state.done,
        "archived": state.archived,
        "assignee": state.assignee,
        "amount": state.grant.amount if state.grant else decided,
        "opened_at": first.meta.occurred_at,
        "changed_at": last.meta.occurred_at,
        "due_what": state.due.what if state.due else "",
        "due_on": state.due.on if state.due else None,
        "version": last.seq,
        "position": last.position,
    }


def duty_row(history: list[Recorded], duty: Duty) -> dict[str, Any]:
    """The duty as it stands, where the case was while it was owed."""
    state = NO_CASE
    row: dict[str, Any] = {}
    for recorded in history:
        (event,) = events_of([recorded])
        before, state = state.duties.get(duty.what), evolve(state, event)
        now, at = state.duties.get(duty.what), recorded.meta.occurred_at
        if now is None:
            continue
        moves = {move.to for move in event.moves if move.what == duty.what}
        if "started" in moves:
            row = {"started_at": at, "met_at": None, "breached_at": None, "late": False}
        elif moves & {"met", "dropped"} and before is not None:
            row["met_at"] = at if "met" in moves else None
            row["late"] = before.status in ("started", "resumed") and at > before.due_at
        elif isinstance(event, DutyBreached) and event.what == duty.what:
            row["breached_at"] = at
        if now.status not in ("met", "dropped"):
            row |= {"division": state.division, "assignee": state.assignee, "holder_division": organ(now, state)}
    named = {"number": state.number, "matter": state.matter, "holder": duty.holder, "basis": duty.basis}
    status = "started" if duty.status == "resumed" else duty.status
    stands = {"status": status, "due_at": duty.due_at, "warn_at": duty.warn_at, "warned": duty.warned}
    return {**row, **named, **stands}


def organ(duty: Duty, state: CaseState) -> str:
    return state.division[: 9 if duty.holder.startswith("town") else 6]


def history_row(case_id: str, recorded: Recorded) -> tuple[Any, ...]:
    meta = recorded.meta
    who = (meta.actor, meta.post, meta.organ, meta.authority.power if meta.authority else "", meta.rule)
    data = msgspec.json.encode(recorded.event, order="sorted")
    when = (meta.occurred_at, recorded.recorded_at)
    return (recorded.position, case_id, recorded.seq, recorded.type, *when, *who, data)
