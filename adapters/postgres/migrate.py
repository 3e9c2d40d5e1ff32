"""Migrations: numbered SQL files, each applied once, in order, in a transaction of its own."""

from collections.abc import Callable
from pathlib import Path

import psycopg

from adapters.postgres.rights import require_rights

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 4711320901
"""Advisory lock: two processes that start at once migrate one after the other."""


def migrate(conninfo: str, progress: Callable[[str], None] = lambda _: None) -> int:
    """Bring the database up to date as its owner; return how many migrations were applied. Raises RightsMissing."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS public.anjuan_migrations "
            "(name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM public.anjuan_migrations")}
        waiting = [file for file in sorted(_FOLDER.glob("*.sql")) if file.stem not in done]
        for file in waiting:
            progress(file.stem)
            with connection.transaction():
                connection.execute(file.read_bytes())
                connection.execute("INSERT INTO public.anjuan_migrations (name) VALUES (%s)", (file.stem,))
        require_rights(connection)
        return len(waiting)
