"""Connections with the role that their work needs, and no more."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from domain.errors import Unavailable

Role = Literal["anjuan_writer", "anjuan_projector", "anjuan_reader", "anjuan_notary", "anjuan_vault", "anjuan_recorder"]
Where = str | Callable[[], str]
"""Connection settings, or a function that returns them: an embedded server that was started again has a new socket."""

CONNECT_SECONDS = 10
# The pool tells of every connection that it replaces; what a caller must know, an exception tells.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

WAIT_SECONDS = 3.0
"""So long a caller waits for a connection of a pool before the answer is Unavailable."""
RECONNECT_SECONDS = 0.5
"""The pool's own attempts back off exponentially, up to minutes: it gives up soon, and the next caller tries anew."""


def role_conninfo(where: Where, role: Role) -> str:
    """Return settings that take the role on connecting. Durability stays the server's default, never weakened.

    Views are named without their schema: where they lie is a matter of the connection (docs/decisions/0012).
    """
    return make_conninfo(
        where if isinstance(where, str) else where(),
        options=f"-c role={role} -c timezone=UTC -c search_path=views",
        application_name=role,
        connect_timeout=CONNECT_SECONDS,
    )


def connect(where: Where, role: Role) -> "psycopg.Connection[Any]":
    """Return a connection in autocommit mode."""
    return psycopg.connect(role_conninfo(where, role), autocommit=True)


def open_pool(where: Where, role: Role, size: int) -> "ConnectionPool[psycopg.Connection[Any]]":
    """Return an open pool of autocommit connections; ``size`` at most, made when first needed."""
    return ConnectionPool(
        lambda: role_conninfo(where, role),
        min_size=1,
        max_size=size,
        open=True,
        timeout=WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={"autocommit": True},
        check=ConnectionPool.check_connection,  # one round trip more, and nobody is lent a dead connection
        name=role,
    )


@contextmanager
def reading(pool: "ConnectionPool[psycopg.Connection[Any]]") -> "Iterator[psycopg.Connection[Any]]":
    """Lend a connection; a server that cannot be reached is Unavailable, to be tried again later."""
    try:
        with pool.connection() as connection:
            yield connection
    except (PoolTimeout, PoolClosed) as error:
        raise Unavailable(type(error).__name__) from error
    except psycopg.OperationalError as error:
        raise Unavailable(type(error).__name__) from error
