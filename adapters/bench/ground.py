"""The server that both sides use, and fresh databases on it."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.eventstore.seals import IN_CLEAR_ALWAYS, Seals
from adapters.house import House, open_place
from adapters.postgres import embedded
from adapters.postgres.migrate import migrate
from adapters.projector.sessions import session
from adapters.settings import Settings
from adapters.vault.vault import Place

_VAULT = "anjuan_bench_vault"
"""One vault for all databases: copies of a log are opened by the same keys."""
_numbers = itertools.count(1)


class Ground:
    """A server with room for databases. ``home``: a folder that is gone afterwards."""

    def __init__(self, url: str, home: Path) -> None:
        """``url`` may create databases."""
        self.url = url
        self.home = home

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Give the connection string of a fresh database, dropped afterwards."""
        name = f"anjuan_bench_{next(_numbers)}"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield make_conninfo(self.url, dbname=name)
        finally:
            self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Give a fresh database with our schema."""
        with self.database() as url:
            migrate(url)
            yield url

    @contextmanager
    def copy_of(self, url: str) -> Iterator[str]:
        """Give a copy of a database that nobody is connected to."""
        with self.database(str(conninfo_to_dict(url)["dbname"])) as copy:
            yield copy

    @contextmanager
    def house(self, url: str, seals: Seals | None = IN_CLEAR_ALWAYS) -> Iterator[House]:
        """Open a house on a migrated database: fresh memories, a writer of its own, its vault beside it.

        ``seals``: None for personal values sealed, as a bureau has them; in clear else, as the other side of the
        measurement has them. What sealing costs is measured by itself.
        """
        with self.place(url) as place:
            house = House(self.settings(url), place, seals)
            try:
                yield house
            finally:
                house.close()

    @contextmanager
    def place(self, url: str) -> Iterator[Place]:
        """Give a database with the vault that opens its sealed fields."""
        with open_place(self.settings(url), lambda: url) as place:
            yield place

    @contextmanager
    def session(self, url: str) -> "Iterator[tuple[Connection[Any], str]]":
        """Give a session of the projector."""
        with self.place(url) as place, session(place) as opened:
            yield opened

    def settings(self, url: str) -> Settings:
        """Return the settings of a house on a database."""
        return Settings(home=self.home, database_url=url, vault_url=make_conninfo(self.url, dbname=_VAULT))

    def execute(self, statement: sql.Composed | sql.SQL) -> None:
        """Run one statement beside everything else."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def checkpoint(self) -> None:
        """Write all dirty pages now, so that no side pays for what another one left behind."""
        self.execute(sql.SQL("CHECKPOINT"))


@contextmanager
def open_ground(database_url: str) -> Iterator[Ground]:
    """Use the named server, or an embedded one in a temporary home. Durability is the server's own setting."""
    with tempfile.TemporaryDirectory(prefix="anjuan-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        if database_url:
            ground = Ground(database_url, home)
            try:
                yield ground
            finally:
                ground.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_VAULT)))
            return
        with embedded.start(home) as server:
            yield Ground(server.url("postgres"), home)
