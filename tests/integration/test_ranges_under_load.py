"""Ranges that are split, merged and folded by many: nobody waits in a circle, or is thrown out for being busy."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from msgspec.structs import replace

from adapters.eventstore.event_types import EVENT_TYPES
from adapters.projector.batch import Span, read_batch
from adapters.projector.poison import OtherVersion, replay
from adapters.projector.rows import write_rows
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.splitting import CannotSplit, merge, split, split_into
from adapters.projector.step import Trouble, step
from adapters.projector.tables import prepare_views
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import Rows, View, Working
from projections.slices import WHOLE, Range, slice_of
from tests.support.counting import assert_views_are_the_log
from tests.support.events import one
from tests.support.logs import open_log, query
from tests.support.projecting import projecting
from tests.support.workers import eventually, following, more_cases, multiply, reached

pytestmark = pytest.mark.postgres

ALL = list(VIEWS.values())
STREAMS = [view for view in ALL if view.by_stream]
WORKLIST = VIEWS["worklist"]
SUSPECT = Trouble(suspects={"worklist", "history"})
_LONG = """
SELECT stream, array_agg(position ORDER BY seq) FROM log.events
 WHERE stream LIKE 'case-%%' AND log.slice_of(stream) < 512 GROUP BY stream HAVING count(DISTINCT type) > 4
 ORDER BY stream LIMIT 1
"""
_WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
_PARKED = "SELECT position FROM views.parked WHERE stream = %s ORDER BY position"


def failing_at(view: View, position: int) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        view.fold(rows, recorded)
        if recorded.position == position:
            raise ZeroDivisionError

    return replace(view, fold=fold)


def test_merging_folds_no_event_that_waits_behind_a_parked_one(database_url: str) -> None:
    more_cases(database_url, 1, 30)
    stream, positions = query(database_url, _LONG)[0]
    with session(lambda: database_url) as (connection, _):
        prepare_views(connection, ALL)
        low, high = split(connection, ALL, "streams", WHOLE)
    with projecting(database_url, ALL) as mine:
        first, second = (lease for lease in mine.leases if lease.lane == "streams")
        bad = [failing_at(WORKLIST, positions[1]), *(view for view in STREAMS if view is not WORKLIST)]
        step(mine.connection, first, bad, positions[2] // 2, SUSPECT)
        step(mine.connection, second, STREAMS, 5_000)
        assert 0 < len(query(database_url, _PARKED, stream)) < len(positions) - 1
        merge(mine.connection, ALL, "streams", low, high)
        assert query(database_url, _PARKED, stream) == [(position,) for position in positions[1:]]
        assert replay(mine.connection, WORKLIST, stream).left == 0
    bring_up(lambda: database_url)
    assert_views_are_the_log(database_url)


def test_what_a_view_does_not_fold_is_no_gap_when_a_stream_is_replayed(database_url: str) -> None:
    more_cases(database_url, 1, 30)
    stream, positions = query(database_url, _LONG)[0]
    types = dict(query(database_url, "SELECT position, type FROM log.events WHERE stream = %s", stream))
    unwanted = types[positions[2]]
    wanted = [position for position in positions if types[position] != unwanted]
    folds = frozenset(event for name, event in EVENT_TYPES.items() if name != unwanted)
    view = replace(VIEWS["history"], folds=folds)
    with projecting(database_url, [view]) as mine:
        mine.advance([failing_at(view, positions[0])], 5_000, SUSPECT)
        assert query(database_url, _PARKED, stream) == [(position,) for position in wanted]
        done = replay(mine.connection, view, stream)
    assert (done.folded, done.left) == (len(wanted), 0)
    rows = query(database_url, "SELECT position FROM views.history WHERE case_id = %s ORDER BY 1", stream[5:])
    assert rows == [(position,) for position in wanted]
    assert positions[1] < positions[2] < wanted[-1], "the gap is in the middle"


def test_two_workers_that_count_the_same_rows_in_another_order_do_not_wait_in_a_circle(database_url: str) -> None:
    (table,) = (table for table in VIEWS["dashboard"].tables if table.name == "dashboard_count")
    stages = ("opened", "accepted", "granted")

    def count(order: tuple[str, ...]) -> None:
        rows = Rows()
        for stage in order:
            rows.add(("dibao", "320903104", stage, date(2026, 3, 1)), 1)
        with session(lambda: database_url) as (connection, _), connection.transaction():
            write_rows(connection, table, rows)

    with session(lambda: database_url) as (connection, _):
        prepare_views(connection, ALL)
        count(stages)
        with ThreadPoolExecutor(2) as pool:
            with connection.transaction():
                connection.execute("UPDATE dashboard_count SET cases = cases + 1 WHERE stage = 'accepted'")
                counting = [pool.submit(count, stages), pool.submit(count, stages[::-1])]
                eventually(lambda: query(database_url, _WAITING) == [(2,)], "they do not wait for each other")
            for each in counting:
                each.result()
    assert query(database_url, "SELECT stage, cases FROM views.dashboard_count ORDER BY 1") == [
        ("accepted", 4),
        ("granted", 3),
        ("opened", 3),
    ]


def test_a_view_of_another_version_is_not_replayed_into(database_url: str) -> None:
    more_cases(database_url, 1, 30)
    stream, positions = query(database_url, _LONG)[0]
    with projecting(database_url, [WORKLIST]) as mine:
        mine.advance([failing_at(WORKLIST, positions[1])], 5_000, SUSPECT)
        before = query(database_url, "TABLE views.worklist"), query(database_url, _PARKED, stream)
        with pytest.raises(OtherVersion):
            replay(mine.connection, replace(WORKLIST, version=WORKLIST.version + 1), stream)
        assert (query(database_url, "TABLE views.worklist"), query(database_url, _PARKED, stream)) == before


def test_a_step_in_a_narrow_range_takes_no_more_events_than_asked_however_many_lie_in_it(database_url: str) -> None:
    with open_log(database_url) as opened:
        for number in range(60):
            opened.log.append(one(f"{number}", "busy", number))
    place = slice_of("busy")
    read = []
    with session(lambda: database_url) as (connection, _):
        span = Span(0, 7)
        while (batch := read_batch(connection, span, ALL, Range(place, place + 1))).upto > span.after:
            read.append([recorded.position for recorded in batch.events])
            span = Span(batch.upto, 7)
    assert max(map(len, read)) == 7
    assert [position for positions in read for position in positions] == [*range(1, 61)]


def test_views_that_cannot_be_folded_in_parts_are_not_split(database_url: str) -> None:
    with session(lambda: database_url) as (connection, _):
        prepare_views(connection, ALL)
        with pytest.raises(CannotSplit):
            split(connection, ALL, "whole", WHOLE)


@pytest.mark.slow
def test_workers_with_many_ranges_each_neither_wait_in_a_circle_nor_lose_their_leases(database_url: str) -> None:
    more_cases(database_url, 1, 300)
    multiply(database_url, 6)
    with session(lambda: database_url) as (connection, _):
        prepare_views(connection, ALL)
        split_into(connection, ALL, "streams", 16)
    with following(database_url, 2, 5_000):
        eventually(lambda: reached(database_url), "they do not come up")
    assert query(database_url, "SELECT count(*), sum(denials) FROM views.workers") == [(2, 0)]
    assert query(database_url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]
    assert_views_are_the_log(database_url)
