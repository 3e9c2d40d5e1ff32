"""The composition root: settings -> a house with everything wired and a way to close it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg.errors import UndefinedTable
from psycopg.rows import dict_row

from adapters.departments import DepartmentTokens
from adapters.erasing.run import Eraser, replay
from adapters.eventstore.application import LogApplication
from adapters.eventstore.loads import Loads
from adapters.eventstore.log import PostgresEventLog
from adapters.eventstore.seals import Seals
from adapters.ids import new_id
from adapters.moments import Moments
from adapters.postgres.connections import connect, open_pool
from adapters.postgres.database import Locate, locate_database
from adapters.postgres.migrate import migrate
from adapters.postgres.pinned import reading_pinned
from adapters.reference import load_calendar
from adapters.settings import Settings
from adapters.tokens import Tokens
from adapters.vault.keys import derive, read_or_make_key
from adapters.vault.vault import Place, Vault, VaultSettings, prepare_vault
from adapters.viewing import ViewMissing
from adapters.waiting import Positions
from application.asking import Answer, CaseHouse, Request
from application.bureau import BureauMemory
from application.entitlements import EntitlementMemory
from application.handle import handle
from application.hot_cases import HotCases

Progress = Callable[[str], None]
_WRITERS = 4


class House:
    """Everything that a process of Anjuan works with. Make it with ``open_house``."""

    def __init__(self, settings: Settings, locate: Place, seals: Seals | None = None) -> None:
        """Open the pools and start the writer. ``seals``: another way to write personal values than sealed."""
        self.settings = settings
        self.locate = locate
        self.vault = locate.vault
        key = read_or_make_key(settings.home)
        seals = seals or Seals(self.vault.sealer, self.vault.opener)
        self._application = LogApplication(locate, settings.readers, seals)
        self.readers = self._application.factory.pool
        self.writers = open_pool(locate, "anjuan_writer", _WRITERS)
        self._loads = Loads(lambda: connect(locate, "anjuan_reader"), self.vault.opener)
        self.log = PostgresEventLog(self.readers, self._loads, self._application.factory.writer, seals)
        self.tokens = Tokens(self.writers)
        self.departments = DepartmentTokens(self.writers)
        self.moments = Moments(locate, self.readers)
        self.positions = Positions(self.read)
        self.cases = CaseHouse(
            log=self.log,
            hot=HotCases(self.log),
            bureau=BureauMemory(self.log),
            entitlements=EntitlementMemory(self.log),
            calendar=load_calendar(),
            subjects=self.vault.subjects,
            key=derive(key, "fingerprints"),
            new_id=new_id,
        )

    def handle(self, request: Request) -> Answer:
        """Do a command. Raises Refused or Unavailable."""
        return handle(self.cases, request)

    def read(self, query: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """Run a query with the read-only role: on the views as they are now. Raises Unavailable, also ViewMissing."""
        with reading_pinned(self.readers) as connection, connection.cursor(row_factory=dict_row) as cursor:
            try:
                return cursor.execute(query.encode(), params).fetchall()
            except UndefinedTable as error:
                raise ViewMissing from error

    @property
    def conninfo(self) -> str:
        """The owner's connection settings, as they are now."""
        return self.locate()

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)

    def close(self) -> None:
        """Write what waits; close the connections."""
        self.moments.close()
        self.positions.close()
        self._application.close()
        self._loads.close()
        self.writers.close()


@contextmanager
def open_place(settings: Settings, locate: Locate, progress: Progress = lambda _: None) -> Iterator[Place]:
    """Give the log with its vault, both up to date. Raises RightsMissing, VaultMissing, KeyLost."""
    migrate(locate(), progress)
    told = VaultSettings(home=settings.home, url=settings.vault_url, keks=settings.keks, suite=settings.suite)
    prepare_vault(told, locate(), progress)
    vault = Vault(told, locate)
    try:
        yield Place(locate, vault)
    finally:
        vault.close()


@contextmanager
def open_database(settings: Settings, progress: Progress = lambda _: None) -> Iterator[Place]:
    """Give a way to find the migrated database, as its owner: the named server's, or the embedded one's; its vault too.

    Raises RightsMissing, VaultMissing, KeyLost.
    """
    with (
        locate_database(settings.home, settings.database_url, progress) as locate,
        open_place(settings, locate, progress) as place,
    ):
        yield place


@contextmanager
def open_house(settings: Settings, progress: Progress = lambda _: None, *, again: bool = True) -> Iterator[House]:
    """Open the database and everything on it; close it all afterwards, an embedded server last.

    ``again``: what was erased, and came back with a backup, is erased again before anything is served.
    """
    with open_database(settings, progress) as locate:
        house = House(settings, locate)
        try:
            if again:
                replay(Eraser(house.locate, house.log), house.now(), progress)
            yield house
        finally:
            house.close()
