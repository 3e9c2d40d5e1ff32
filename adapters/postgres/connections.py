"""Connections with the role that their work needs, and no more."""

from typing import Any, Literal

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

Role = Literal["anjuan_writer", "anjuan_projector", "anjuan_reader"]
CONNECT_SECONDS = 10


def role_conninfo(conninfo: str, role: Role) -> str:
    """Return settings that take the role on connecting. Durability stays the server's default, never weakened."""
    return make_conninfo(
        conninfo, options=f"-c role={role} -c timezone=UTC", application_name=role, connect_timeout=CONNECT_SECONDS
    )


def connect(conninfo: str, role: Role) -> "psycopg.Connection[Any]":
    """Return a connection in autocommit mode."""
    return psycopg.connect(role_conninfo(conninfo, role), autocommit=True)


def open_pool(conninfo: str, role: Role, size: int) -> "ConnectionPool[psycopg.Connection[Any]]":
    """Return an open pool of autocommit connections; ``size`` at most, made when first needed."""
    return ConnectionPool(
        role_conninfo(conninfo, role),
        min_size=1,
        max_size=size,
        open=True,
        timeout=CONNECT_SECONDS,
        kwargs={"autocommit": True},
        check=None,
        name=role,
    )
