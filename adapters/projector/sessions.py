"""Sessions of the projector under a name of their own: by it, the owner of a range or an aside is known and ended."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection

from adapters.eventstore.fields import UNOPENED, Opening
from adapters.postgres.connections import role_conninfo
from adapters.postgres.database import Locate
from adapters.vault.vault import Place

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
# A process that was stopped while it copies is not idle, and no time-out reaches it. Ours alone, by their names.
_END_HUNG = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity AS other
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name ~ '-[0-9]+-[0-9a-f]{6}$'
   AND xact_start IS NOT NULL AND wait_event = 'ClientRead'
   AND greatest(query_start, state_change) < clock_timestamp() - make_interval(secs => %s)
   AND EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = other.pid AND granted AND mode LIKE 'Row%%'
                  AND relation = 'views.checkpoint'::regclass)
"""
HUNG_SECONDS = 15.0
"""So long a process may let its transaction wait for it, if others wait for that."""

_CANCEL = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
 WHERE application_name = %s AND datname = current_database() AND pid <> pg_backend_pid()
"""


class OpeningConnection(Connection[Any]):
    """A connection of a projector, and what opens the sealed fields that it reads."""

    opening: Opening = UNOPENED


def opening_of(connection: "Connection[Any]") -> Opening:
    """Return what opens sealed fields for whoever holds this connection."""
    return connection.opening if isinstance(connection, OpeningConnection) else UNOPENED


@contextmanager
def session(locate: Locate) -> "Iterator[tuple[Connection[Any], str]]":
    """Give a connection of the projector and the name that it has, which no other session has."""
    host = socket.gethostname().encode("ascii", "replace").decode()[:_MOST_HOST]  # the server would change it else
    name = f"{host}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
    with OpeningConnection.connect(role_conninfo(locate, "anjuan_projector"), autocommit=True) as connection:
        connection.opening = locate.vault.opener if isinstance(locate, Place) else UNOPENED
        connection.execute(_NAME, (name,))
        connection.execute(_TIMEOUT)
        connection.execute(_NO_WAIT)
        yield connection, name


@contextmanager
def sibling(connection: "Connection[Any]") -> "Iterator[Connection[Any]]":
    """Give a second connection like this one, to read ahead on while this one writes."""
    dsn, password = connection.info.dsn, connection.info.password or None
    with OpeningConnection.connect(dsn, password=password, autocommit=True) as other:
        other.opening = opening_of(connection)
        # Under our name: whoever ends or cancels us means both.
        other.execute(_NAME, (connection.info.parameter_status("application_name"),))
        yield other


def end_session(connection: "Connection[Any]", name: str) -> None:
    """End a session by its name. As the login: the role alone may not end the session of a superuser.

    Where the login may not either, the session stays: it can write nothing, and its locks go when it times out.
    """
    _as_login(connection, _END, name)


def end_hung(connection: "Connection[Any]") -> None:
    """End sessions of processes that were stopped, or cut off, in a transaction that holds views still: a swap, say."""
    _as_login(connection, _END_HUNG, HUNG_SECONDS)


def _as_login(connection: "Connection[Any]", statement: str, value: object) -> None:
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("SET LOCAL ROLE NONE")
        connection.execute(statement.encode(), (value,))


def cancel(connection: "Connection[Any]", name: str) -> None:
    """Cancel the statement that a session is at, if it is at one."""
    _as_login(connection, _CANCEL, name)
