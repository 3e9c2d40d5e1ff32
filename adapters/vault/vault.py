"""The vault of an installation: its database, its key ring, and what is done with them."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.connections import Where, open_pool, reading
from adapters.postgres.migrate import migrate_vault
from adapters.vault.data_keys import DataKeys
from adapters.vault.keyring import read_ring
from adapters.vault.keys import derive, read_or_make_key
from adapters.vault.opening import Opener
from adapters.vault.sealing import Sealer
from adapters.vault.subjects import SubjectIndex
from domain.errors import Unavailable
from domain.kernel import Value

_CONNECTIONS = 6
_LOG_NAME = "SELECT log FROM log.head"
_COUNTS = """
SELECT count(*) FILTER (WHERE wrapped IS NOT NULL), count(*) FILTER (WHERE wrapped IS NULL),
       (SELECT count(*) FROM vault.person), (SELECT count(*) FROM vault.erased) FROM vault.data_key
"""
_OLD_INDEX = "SELECT id_hash, subject FROM vault.subjects"
_CARRIED = """
INSERT INTO vault.person (id_hash, subject) SELECT * FROM unnest(%b::bytea[], %b::text[]) ON CONFLICT DO NOTHING
"""


class VaultSettings(Value):
    """Where the vault is. ``url``: its own server or database; empty: a second database beside the log's."""

    home: Path
    url: str = ""
    keks: str = ""
    suite: str = "aes-256-gcm"


class VaultMissing(Unavailable):
    """The vault's database is not there, and may not be made by us."""

    code = "VAULT_MISSING"
    zh = "密钥库数据库不存在：请由数据库管理员建立，或设置 ANJUAN_VAULT_URL"
    en = "The vault's database is not there: have it made, or set ANJUAN_VAULT_URL"


class Vault:
    """Keys and what only the vault may know of a person. ``locate_log``: of the log that it belongs to."""

    def __init__(self, settings: VaultSettings, locate_log: Where) -> None:
        """Open the pools; nothing is asked yet."""
        self.home = settings.home
        key = read_or_make_key(settings.home)
        self._locate_log = locate_log
        self._log_name = ""
        self.ring = read_ring(settings.home, settings.keks)
        self.pool = open_pool(lambda: vault_url(settings, _told(locate_log)), "anjuan_vault", _CONNECTIONS)
        self.keys = DataKeys(self.pool, self.ring, settings.suite)
        self.sealer = Sealer(self.keys, self.log_name)
        self.opener = Opener(self.keys, self.log_name)
        self.subjects = SubjectIndex(self.pool, derive(key, "subjects"))

    def log_name(self) -> str:
        """Return the name of the log; it never changes. Raises Unavailable."""
        if not self._log_name:
            try:
                with psycopg.connect(_told(self._locate_log)) as connection:
                    self._log_name = connection.execute(_LOG_NAME).fetchall()[0][0]
            except psycopg.OperationalError as error:
                raise Unavailable(type(error).__name__) from error
        return self._log_name

    def query(self, query: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement in the vault. Raises Unavailable."""
        with reading(self.pool) as connection:
            cursor = connection.execute(query.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def counts(self) -> dict[str, int]:
        """Return how many keys and erased subjects there are. Raises Unavailable."""
        ((keys, destroyed, persons, erased),) = self.query(_COUNTS)
        return {"keys": keys, "destroyed": destroyed, "persons": persons, "erased": erased}

    def close(self) -> None:
        """Close the connections."""
        self.pool.close()


class Place:
    """Where a log is, and the vault that opens its sealed fields: a way to find the database, like any other."""

    def __init__(self, locate: Callable[[], str], vault: Vault) -> None:
        """Keep both."""
        self._locate = locate
        self.vault = vault

    def __call__(self) -> str:
        """Return the owner's connection settings of the log, as they are now."""
        return self._locate()


def vault_url(settings: VaultSettings, log_url: str) -> str:
    """Return the vault's connection settings: those told, or a second database of the log's server."""
    if settings.url:
        return settings.url
    return make_conninfo(log_url, dbname=f"{conninfo_to_dict(log_url).get('dbname') or 'postgres'}_vault")


def prepare_vault(settings: VaultSettings, log_url: str, progress: Callable[[str], None] = lambda _: None) -> None:
    """Make the vault's database where it is missing, bring it up to date, and take in an index kept elsewhere before.

    Raises VaultMissing.
    """
    url = vault_url(settings, log_url)
    _make_database(url, log_url)
    migrate_vault(url, progress)
    with psycopg.connect(log_url) as log, psycopg.connect(url) as vault:
        if log.execute("SELECT to_regclass('vault.subjects') IS NULL").fetchall()[0][0]:
            return
        rows = log.execute(_OLD_INDEX).fetchall()
        vault.execute(_CARRIED, [list(column) for column in zip(*rows, strict=True)] if rows else ([], []))
        vault.commit()  # the old table goes only once the new one is durable
        log.execute("DROP TABLE vault.subjects")


def _make_database(url: str, log_url: str) -> None:
    name = str(conninfo_to_dict(url).get("dbname"))
    with suppress(psycopg.OperationalError):
        psycopg.connect(url).close()
        return
    with (
        suppress(psycopg.errors.DuplicateDatabase),  # it is there, and what is wrong with it is told when it is used
        psycopg.connect(log_url, autocommit=True) as connection,
    ):
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise VaultMissing(name) from error


def _told(where: Where) -> str:
    return where if isinstance(where, str) else where()
