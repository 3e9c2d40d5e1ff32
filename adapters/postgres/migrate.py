"""Migrations: numbered SQL files, each applied once, in order, in a transaction of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from adapters.postgres.rights import require_rights

_FOLDER = Path(__file__).parent / "migrations"
_VAULT = Path(__file__).parents[1] / "vault" / "migrations"
_LOCK = 4711320901
"""Advisory lock: two processes that start at once migrate one after the other."""


def migrate(conninfo: str, progress: Callable[[str], None] = lambda _: None) -> int:
    """Bring the log's database up to date as its owner; return how many migrations were applied.

    Raises RightsMissing.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        applied = _apply(connection, _FOLDER, "anjuan_migrations", progress)
        require_rights(connection)
        return applied


def migrate_vault(conninfo: str, progress: Callable[[str], None] = lambda _: None) -> int:
    """The same for the vault's database."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return _apply(connection, _VAULT, "anjuan_vault_migrations", progress)


def _apply(connection: "Connection[Any]", folder: Path, table: str, progress: Callable[[str], None]) -> int:
    kept = sql.Identifier("public", table)
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} "
            "(name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        ).format(kept)
    )
    done = {name for (name,) in connection.execute(sql.SQL("SELECT name FROM {}").format(kept))}
    waiting = [file for file in sorted(folder.glob("*.sql")) if file.stem not in done]
    for file in waiting:
        progress(file.stem)
        with connection.transaction():
            connection.execute(file.read_bytes())
            connection.execute(sql.SQL("INSERT INTO {} (name) VALUES (%s)").format(kept), (file.stem,))
    return len(waiting)
