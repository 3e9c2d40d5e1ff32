"""A session that has drawn its position and not committed yet, and a reader that follows: the library's log and ours.

The library's recorder draws positions from a sequence. Without its table lock (``POSTGRES_ENABLE_DB_FUNCTIONS``), a
position may become visible after a higher one, and whoever follows the log has passed it by then. With the lock, each
writer waits for the others, as with ours; ours gives positions out under a lock of its own, so that they are dense too.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from adapters.eventstore.append_call import append_by_call
from adapters.eventstore.factory import LogFactory
from adapters.eventstore.prepared import prepare
from adapters.postgres.connections import connect
from tests.support.events import one
from tests.support.logs import query
from tests.support.workers import eventually

pytestmark = pytest.mark.postgres

_WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


class Reader:
    """Follows a log as the library's subscriptions do: it asks for what comes after the last position that it has."""

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder = recorder
        self.seen: list[str] = []
        self.at = 0

    def follow(self) -> list[str]:
        """Return what has come."""
        found = self._recorder.select_notifications(self.at, 10, inclusive_of_start=False)
        self.at = max((notification.id for notification in found), default=self.at)
        new = [str(notification.originator_id) for notification in found]
        self.seen += new
        return new


@contextmanager
def library(url: str, *, functions: bool) -> Iterator[PostgresApplicationRecorder]:
    """The library's own recorder in our database."""
    where = conninfo_to_dict(url)
    settings = {
        "POSTGRES_DBNAME": where["dbname"],
        "POSTGRES_HOST": where["host"],
        "POSTGRES_PORT": where["port"],
        "POSTGRES_USER": where["user"],
        "POSTGRES_PASSWORD": "none",
        "ORIGINATOR_ID_TYPE": "text",
        "POSTGRES_SCHEMA": "public",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes" if functions else "no",
    }
    with PostgresFactory(Environment("Test", {name: str(value) for name, value in settings.items()})) as factory:
        recorder = factory.application_recorder()
        assert isinstance(recorder, PostgresApplicationRecorder)
        yield recorder


def stored(stream: str) -> StoredEvent:
    return StoredEvent(stream, 1, "topic", b"{}")


@contextmanager
def drawn_by_the_library(recorder: PostgresApplicationRecorder, stream: str) -> Iterator[None]:
    """A transaction of the library's that has inserted and not committed yet."""
    event = stored(stream)
    row = recorder.construct_pg_stored_event(event.originator_id, event.originator_version, event.topic, event.state)
    with recorder.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
        if recorder.datastore.enable_db_functions:
            cursor.execute(recorder.sql_invoke_pg_function_insert_events, ([row],))
        else:
            recorder._insert_stored_events(cursor, [event])  # noqa: SLF001  (its insert, without its commit)
        yield


def test_a_reader_of_the_library_without_its_table_lock_loses_what_commits_late(database_url: str) -> None:
    with library(database_url, functions=True) as recorder:
        reader = Reader(recorder)
        with drawn_by_the_library(recorder, "early"):
            assert recorder.insert_events([stored("late")]) == [2]
            assert reader.follow() == ["late"]
        there = [(each.id, str(each.originator_id)) for each in recorder.select_notifications(1, 10)]
        assert there == [(1, "early"), (2, "late")]
        assert (reader.follow(), reader.seen) == ([], ["late"]), "the early one is in the log, and lost to the reader"


@contextmanager
def waiting(url: str, insert: Callable[[], Any]) -> Iterator["Future[Any]"]:
    """Insert in a thread, which waits for the lock."""
    with ThreadPoolExecutor(1) as pool:
        inserted = pool.submit(insert)
        eventually(lambda: query(url, _WAITING) == [(1,)], "nobody waits")
        yield inserted


def test_with_its_table_lock_the_other_writer_waits_and_nothing_is_lost(database_url: str) -> None:
    with library(database_url, functions=False) as recorder, ExitStack() as stack:
        reader = Reader(recorder)
        with drawn_by_the_library(recorder, "early"):
            inserted = stack.enter_context(waiting(database_url, lambda: recorder.insert_events([stored("late")])))
            assert reader.follow() == []
        assert inserted.result() == [2]
        assert reader.follow() == ["early", "late"]


@contextmanager
def drawn_by_us(url: str, stream: str) -> Iterator["psycopg.Connection[Any]"]:
    """A transaction of ours that has appended and not committed yet."""
    with connect(url, "anjuan_writer") as connection, connection.transaction():
        (outcome,) = append_by_call(connection, [prepare(one(stream, stream, 0))])
        assert outcome.first_position == 1
        yield connection


def test_ours_loses_nothing_to_a_reader_and_leaves_no_gap(database_url: str) -> None:
    with LogFactory(Environment("Test"), database_url) as factory, ExitStack() as stack:
        recorder = factory.application_recorder()
        reader = Reader(recorder)
        with drawn_by_us(database_url, "early"):
            inserted = stack.enter_context(waiting(database_url, lambda: recorder.insert_events([stored("late")])))
            assert reader.follow() == []
        assert inserted.result() == [2]
        assert (reader.follow(), reader.at) == (["early", "late"], 2)


def test_a_drawn_position_that_is_rolled_back_is_a_gap_of_the_library_s_and_none_of_ours(database_url: str) -> None:
    with library(database_url, functions=True) as recorder:
        with pytest.raises(KeyboardInterrupt), drawn_by_the_library(recorder, "gone"):
            raise KeyboardInterrupt
        assert recorder.insert_events([stored("kept")]) == [2]
    with LogFactory(Environment("Test"), database_url) as factory:
        with pytest.raises(KeyboardInterrupt), drawn_by_us(database_url, "gone"):
            raise KeyboardInterrupt
        assert factory.application_recorder().insert_events([stored("kept")]) == [1]
