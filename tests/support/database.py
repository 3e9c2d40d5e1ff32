"""Real databases for tests: one server per test process, one fresh, migrated database per test."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.embedded import EmbeddedServer, start
from adapters.postgres.migrate import migrate

TEMPLATE = "anjuan_template"
_numbers = itertools.count(1)


@contextmanager
def server() -> Iterator[EmbeddedServer]:
    """A server of its own, with a migrated template database, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="anjuan-test-"))
    try:
        with start(home) as running:
            _execute(running, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            migrate(running.url(TEMPLATE))
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(running: EmbeddedServer) -> Iterator[str]:
    """The connection string of a fresh database, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    _execute(running, create.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    try:
        yield running.url(name)
    finally:
        for made in (name, f"{name}_vault"):
            _execute(running, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made)))


@contextmanager
def copy_of(running: EmbeddedServer, url: str) -> Iterator[str]:
    """A copy of a database, and of its vault if it has one, that nobody is connected to; dropped afterwards."""
    source, name = str(conninfo_to_dict(url)["dbname"]), f"test_{next(_numbers)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(running.url("postgres")) as connection:
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    ends = [end for end in ("", "_vault") if f"{source}{end}" in there]
    try:
        for end in ends:
            _execute(running, create.format(sql.Identifier(f"{name}{end}"), sql.Identifier(f"{source}{end}")))
        yield running.url(name)
    finally:
        for end in ends:
            _execute(running, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"{name}{end}")))


def _execute(running: EmbeddedServer, statement: sql.Composed) -> None:
    with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
        connection.execute(statement)
