"""Sixteen writers in each of four processes, readers and workers, under kill -9: the views are the log at the end.

No writer sends a NOTIFY: polling alone must do.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest

from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.rebuild import rebuild
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.splitting import merge, split
from domain.cases.events.closing import NoteAdded
from projections.registry import VIEWS
from projections.slices import WHOLE, Range
from tests.support.counting import assert_views_are_the_log, counted_from_the_log, counted_from_the_views
from tests.support.database import database
from tests.support.events import note
from tests.support.logs import query
from tests.support.newer import BEFORE, NEWER, STREAM, append_facts, facts
from tests.support.processes import finish, line, program
from tests.support.projecting import take_in_parked
from tests.support.storms import storm
from tests.support.workers import eventually, following, over_and_over, reached

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

ALL = list(VIEWS.values())
STREAMS = [view for view in ALL if view.by_stream]
OF_STREAM = "SELECT position FROM log.events WHERE stream = %s ORDER BY 1 OFFSET %s"
PARKED = "SELECT count(*) FROM views.parked"
WAITING = "SELECT count(*) FROM views.parked WHERE view = %s"
WHOLES = [view for view in ALL if not view.by_stream]


@contextmanager
def open_transaction(url: str) -> Iterator[None]:
    """A transaction that has written, in another database of the cluster, open all the while."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE public.elsewhere AS SELECT 1")
        yield
        assert connection.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchall() == [(True,)]


def vacuumed(url: str) -> int:
    query(url, "VACUUM (FREEZE)")
    return 1


def rebuilt(url: str) -> int:
    """Rebuild all views and swap them in; return how many differences there were before each swap."""
    with session(lambda: url) as (connection, name):
        done = [rebuild(connection, views, name) for views in (STREAMS, WHOLES)]
    return sum(each.differences for one in done for each in one.compared)


def split_and_merged(url: str) -> tuple[Range, Range]:
    with session(lambda: url) as (connection, _):
        low, high = split(connection, ALL, "streams", WHOLE)
        time.sleep(0.2)
        merge(connection, ALL, "streams", low, high)
    return low, high


def shown(url: str) -> int:
    """How many cases a reader sees at this moment."""
    time.sleep(0.005)
    return int(query(url, "SELECT count(*) FROM views.worklist")[0][0])


def test_under_kill_9_a_long_transaction_elsewhere_and_vacuum_nothing_is_lost_or_twice(
    postgres: EmbeddedServer, database_url: str
) -> None:
    with (
        database(postgres) as elsewhere,
        open_transaction(elsewhere),
        over_and_over(lambda: vacuumed(database_url)) as vacuums,
        storm(database_url, 1) as raging,
    ):
        raging.rage(8)
        raging.end()
        eventually(lambda: reached(database_url), "the views do not come up")
        assert vacuums
    assert_views_are_the_log(database_url)


def test_under_kill_9_views_are_rebuilt_and_swapped_and_ranges_split_and_merged(database_url: str) -> None:
    bring_up(lambda: database_url)
    with (
        storm(database_url, 2) as raging,
        over_and_over(lambda: rebuilt(database_url)) as differences,
        over_and_over(lambda: split_and_merged(database_url)) as splits,
        over_and_over(lambda: shown(database_url)) as numbers,
    ):
        raging.rage(6)
        raging.end()
        eventually(lambda: len(differences) > 2, "nothing is rebuilt")
        eventually(lambda: reached(database_url), "the views do not come up")
        assert set(differences) == {0}
        assert splits
        assert numbers == sorted(numbers), "a reader saw a view half built"
    assert_views_are_the_log(database_url)


def test_under_kill_9_an_event_of_a_newer_program_parks_one_case_and_the_others_go_on(database_url: str) -> None:
    known = facts()
    with storm(database_url, 3, ("follow_older", database_url, 300, NEWER.TYPE)) as raging:
        append_facts(database_url, 0, known[: BEFORE + 1])
        raging.rage(6)
        append_facts(database_url, BEFORE + 1, known[BEFORE + 1 :])
        raging.end()
        eventually(lambda: reached(database_url), "the views do not come up")
    behind = query(
        database_url, "SELECT position, type FROM log.events WHERE stream = %s ORDER BY 1 OFFSET %s", STREAM, BEFORE
    )
    for view in ALL:
        types = {NEWER.TYPE, *(event.TYPE for event in view.folds)}
        parked = query(database_url, "SELECT position FROM views.parked WHERE view = %s ORDER BY 1", view.name)
        assert parked == [(position,) for position, type_ in behind if type_ in types]
    wanted, found = counted_from_the_log(database_url), counted_from_the_views(database_url)
    assert {case_id for case_id, *_ in (wanted.worklist - found.worklist)} == {STREAM.removeprefix("case-")}
    assert (wanted.history - found.history).total() == len(behind) > 1
    with session(lambda: database_url) as (connection, name):
        take_in_parked(connection, name, STREAM)
    assert_views_are_the_log(database_url)


def grows(done: Sequence[object]) -> None:
    before = len(done)
    eventually(lambda: len(done) > before + 5, "nothing is done any more")


def test_a_parked_case_that_grows_while_it_is_replayed_gets_every_event_once(database_url: str) -> None:
    known = facts()
    with program("follow_older", database_url, 300, NEWER.TYPE) as older:
        assert line(older) == "ready"
        append_facts(database_url, 0, known[: BEFORE + 1])
        eventually(lambda: query(database_url, PARKED) == [(len(ALL),)], "the event is not parked")
        finish(older)
    append_facts(database_url, BEFORE + 1, known[BEFORE + 1 :])
    versions = count(len(known))
    with (
        following(database_url, 2, 5),
        over_and_over(lambda: append_facts(database_url, next(versions), [note("more")])) as grown,
        session(lambda: database_url) as (connection, name),
    ):
        for view in ALL:
            grows(grown)
            assert query(database_url, WAITING, view.name) > [(3 if NoteAdded in view.folds else 0,)]
            take_in_parked(connection, name, STREAM, [view])
        grows(grown)
    bring_up(lambda: database_url)
    assert query(database_url, PARKED) == [(0,)]
    assert_views_are_the_log(database_url)
