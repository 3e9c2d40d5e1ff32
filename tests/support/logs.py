"""A log open for tests, and the database behind its back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from adapters.eventstore.log import PostgresEventLog
from adapters.eventstore.writer import Writer
from adapters.postgres.connections import Where, connect, open_pool

APPEND_LOCK = 4711320900
"""The advisory lock under which positions are given out."""


class OpenLog:
    """The log with its parts."""

    def __init__(self, where: Where, connecting: Callable[[], "psycopg.Connection[Any]"] | None = None) -> None:
        self._where = where
        self.pool = open_pool(where, "anjuan_reader", 4)
        self.writer = Writer(connecting or (lambda: connect(where, "anjuan_writer")))
        self.log = PostgresEventLog(self.pool, self.writer)

    @property
    def url(self) -> str:
        """The owner's settings, as they are now."""
        return self._where if isinstance(self._where, str) else self._where()

    def close(self) -> None:
        self.writer.close()
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


@contextmanager
def held_lock(url: str) -> Iterator[None]:
    """Hold the lock of the appends, so that they wait, and go together afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (APPEND_LOCK,))
        yield
