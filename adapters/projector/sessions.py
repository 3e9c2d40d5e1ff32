"""Sessions of the projector under a name of their own: by it, the owner of a range or an aside is known and ended."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection

from adapters.postgres.connections import connect
from adapters.postgres.database import Locate

_MOST_HOST = 30
# application_name holds 63 bytes.
_NAME = "SELECT set_config('application_name', %s, false)"
# A second line behind the leases: a process that was stopped in a transaction does not hold its row locks for ever.
_TIMEOUT = "SET idle_in_transaction_session_timeout = '30s'"
# What is lost in a crash of the server is lost together with its checkpoint, and folded again from the log.
_NO_WAIT = "SET synchronous_commit = off"
_END = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
 WHERE application_name = %s AND datname = current_database() AND pid <> pg_backend_pid()
"""

_CANCEL = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
 WHERE application_name = %s AND datname = current_database() AND pid <> pg_backend_pid()
"""


@contextmanager
def session(locate: Locate) -> "Iterator[tuple[Connection[Any], str]]":
    """Give a connection of the projector and the name that it has, which no other session has."""
    name = f"{socket.gethostname()[:_MOST_HOST]}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
    with connect(locate, "anjuan_projector") as connection:
        connection.execute(_NAME, (name,))
        connection.execute(_TIMEOUT)
        connection.execute(_NO_WAIT)
        yield connection, name


@contextmanager
def sibling(connection: "Connection[Any]") -> "Iterator[Connection[Any]]":
    """Give a second connection like this one, to read ahead on while this one writes."""
    with Connection.connect(connection.info.dsn, password=connection.info.password or None, autocommit=True) as other:
        yield other


def end_session(connection: "Connection[Any]", name: str) -> None:
    """End a session by its name. As the login: the role alone may not end the session of a superuser.

    Where the login may not either, the session stays: it can write nothing, and its locks go when it times out.
    """
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("SET LOCAL ROLE NONE")
        connection.execute(_END, (name,))


def cancel(connection: "Connection[Any]", name: str) -> None:
    """Cancel the statement that a session is at, if it is at one."""
    with connection.transaction():
        connection.execute("SET LOCAL ROLE NONE")
        connection.execute(_CANCEL, (name,))
