"""One connection for everything that a thread reads for a while, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from adapters.postgres.connections import reading

_pinned: "ContextVar[Connection[Any] | None]" = ContextVar("pinned", default=None)


@contextmanager
def pinned(pool: "ConnectionPool[psycopg.Connection[Any]]") -> "Iterator[Connection[Any]]":
    """Lend a connection in a transaction, for all reading in this context; committed at the end. Raises Unavailable."""
    with reading(pool) as connection, connection.transaction():
        token = _pinned.set(connection)
        try:
            yield connection
        finally:
            _pinned.reset(token)


@contextmanager
def reading_pinned(pool: "ConnectionPool[psycopg.Connection[Any]]") -> "Iterator[Connection[Any]]":
    """Lend the connection of this context, if it has one, else one of the pool. Raises Unavailable."""
    connection = _pinned.get()
    if connection is not None:
        yield connection
        return
    with reading(pool) as lent:
        yield lent


def is_pinned() -> bool:
    """Tell whether this context has a connection of its own."""
    return _pinned.get() is not None
