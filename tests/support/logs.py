"""A log open for tests, and the database behind its back."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg

from adapters.eventstore.loads import Loads
from adapters.eventstore.log import PostgresEventLog
from adapters.eventstore.prepared import Outcome, prepare
from adapters.eventstore.writer import Writer
from adapters.postgres.connections import Where, connect, open_pool
from application.ports import Append

APPEND_LOCK = 4711320900
"""The advisory lock under which positions are given out."""


class OpenLog:
    """The log with its parts."""

    def __init__(self, where: Where, connecting: Callable[[], "psycopg.Connection[Any]"] | None = None) -> None:
        self._where = where
        self.pool = open_pool(where, "anjuan_reader", 4)
        self.callers = ThreadPoolExecutor(16)
        self.writer = Writer(connecting or (lambda: connect(where, "anjuan_writer")))
        self.loads = Loads(lambda: connect(where, "anjuan_reader"))
        self.log = PostgresEventLog(self.pool, self.loads, self.writer)

    @property
    def url(self) -> str:
        """The owner's settings, as they are now."""
        return self._where if isinstance(self._where, str) else self._where()

    def ask(self, *appends: Append) -> "Future[list[Outcome]]":
        """Append in a thread of its own."""
        return self.callers.submit(self.writer.write, [prepare(append) for append in appends])

    def queue(self, *appends: Append) -> "Future[list[Outcome]]":
        """The same, and return once the appends wait behind those that are being written."""
        before = self.writer.waiting()
        asked = self.ask(*appends)
        for _ in range(5_000):
            if self.writer.waiting() > before:
                return asked
            time.sleep(0.001)
        raise AssertionError("nothing waits")

    def close(self) -> None:
        self.writer.close()
        self.callers.shutdown()
        self.loads.close()
        self.pool.close()


@contextmanager
def open_log(where: Where) -> Iterator[OpenLog]:
    """A log with a writer of its own, closed afterwards."""
    opened = OpenLog(where)
    try:
        yield opened
    finally:
        opened.close()


def query(url: str, statement: str, *params: object) -> list[tuple[Any, ...]]:
    """Rows, as the owner sees them."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), params)
        return cursor.fetchall() if cursor.description else []


def tamper(url: str, statement: str, *params: object) -> None:
    """Change the log in a way that it refuses, as somebody could who owns the server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode(), params)


def copy_log(source: str, target: str) -> None:
    """The same log, position by position, in another database."""
    with psycopg.connect(source) as a, psycopg.connect(target) as b:
        for table in ("log.events", "log.streams"):
            with a.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as out:
                data = b"".join(map(bytes, out))
            with b.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as into:
                into.write(data)
        head = a.execute("SELECT position, recorded_at FROM log.head").fetchone()
        b.execute("UPDATE log.head SET position = %s, recorded_at = %s", head)


@contextmanager
def held_lock(url: str) -> Iterator[None]:
    """Hold the lock of the appends, so that they wait, and go together afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (APPEND_LOCK,))
        yield
