"""Data keys: one for each subject, purpose and year, made when first needed, wrapped in the vault's database.

A key is durable before anything is sealed under it. Those used last stay in memory, unwrapped; what they open is gone
from the log when their subject is erased, so that a process that remembers one knows nothing by it.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool

from adapters.eventstore.log import ERASED_STATE
from adapters.postgres.connections import reading
from adapters.vault.keyring import KeyRing
from adapters.vault.suites import SUITES, Sealing, Suite
from domain.calendar import civil_day
from domain.errors import SubjectErased

MOST_KEYS = 20_000
_CHANGED_STATE = "AJ002"
_FOR_SUBJECTS = """
SELECT * FROM vault.keys_for(%b::text[], %b::text, %b::int4, %b::bytea[], %b::text, %b::text, %b::bytea[])
"""
_BY_ID = """
SELECT k.key_id, k.subject, k.suite, k.kek, k.wrapped FROM vault.data_key AS k
 WHERE k.key_id = ANY(%b) AND k.wrapped IS NOT NULL
"""
_ERASED = "SELECT subject, event_id FROM vault.erased WHERE subject = ANY(%s)"


class DataKey(NamedTuple):
    """A key, unwrapped. A cipher under it takes some kilobytes: those used last are kept."""

    key_id: bytes
    suite: Suite
    key: bytes

    def cipher(self) -> Sealing:
        """Return a cipher under the key."""
        return _cipher(self.suite.name, self.key)


@lru_cache(maxsize=2_000)
def _cipher(suite: str, key: bytes) -> Sealing:
    return SUITES[suite].under(key)


class DataKeys:
    """The keys of a vault. Threads may share it."""

    def __init__(self, pool: "ConnectionPool[psycopg.Connection[Any]]", ring: KeyRing, suite: str) -> None:
        """``suite``: of the keys to make; those that are there keep theirs."""
        self._pool = pool
        self._ring = ring
        self._suite = SUITES[suite]
        self._lock = threading.Lock()
        self._by_subject: OrderedDict[tuple[str, str, int], DataKey] = OrderedDict()
        self._by_id: OrderedDict[bytes, DataKey] = OrderedDict()
        self._making = threading.Lock()
        self._waiting: dict[tuple[str, int], set[str]] = {}

    def for_subjects(self, subjects: Collection[str], purpose: str) -> dict[str, DataKey]:
        """Return the key of each subject for this year. Raises SubjectErased, KeyLost, Unavailable."""
        epoch = civil_day(datetime.now(UTC)).year
        wanted = {subject: (subject, purpose, epoch) for subject in subjects}
        found = self._remembered(self._by_subject, wanted)
        missing = wanted.keys() - found.keys()
        return found | self._made_together(missing, (purpose, epoch)) if missing else found

    def _made_together(self, missing: AbstractSet[str], kind: tuple[str, int]) -> dict[str, DataKey]:
        """One at a time asks the vault, for all who wait: a commit for each caller would cost more than sealing."""
        with self._lock:
            self._waiting.setdefault(kind, set()).update(missing)
        with self._making:
            found = self._remembered(self._by_subject, {subject: (subject, *kind) for subject in missing})
            mine = missing - found.keys()
            if mine:
                with self._lock:
                    everybodys = self._waiting.pop(kind, set()) | mine
                try:
                    made = self._make(sorted(everybodys), *kind)
                except SubjectErased:  # one of them is; who asked for that one is told so
                    made = self._make(sorted(mine), *kind)
                self._remember(self._by_subject, (((subject, *kind), key) for subject, key in made.items()))
                found |= {subject: made[subject] for subject in mine}
        return found

    def by_id(self, ids: Iterable[bytes]) -> dict[bytes, DataKey]:
        """Return the keys that are there; those of erased subjects are not. Raises KeyLost, Unavailable."""
        wanted = {key_id: key_id for key_id in ids}
        found = self._remembered(self._by_id, wanted)
        missing = [*(wanted.keys() - found.keys())]
        if missing:
            rows = self._query(lambda connection: connection.execute(_BY_ID, (missing,), binary=True).fetchall())
            read = {row[0]: self._key(row[0], *row[2:]) for row in rows}
            self._remember(self._by_id, read.items())
            found |= read
        return found

    def erased(self, subjects: Iterable[str]) -> dict[str, str]:
        """Return the ids of the events by which those of the subjects are erased that are."""
        rows: list[tuple[str, str]] = self._query(lambda c: c.execute(_ERASED, (list(subjects),)).fetchall())
        return dict(rows)

    def _make(self, subjects: list[str], purpose: str, epoch: int) -> dict[str, DataKey]:
        try:
            rows = self._asked_for(subjects, purpose, epoch)
        except psycopg.Error as error:
            if error.sqlstate == ERASED_STATE:
                raise SubjectErased from error
            if error.sqlstate != _CHANGED_STATE:
                raise
            self._ring.refresh()
            rows = self._asked_for(subjects, purpose, epoch)
        if any(row[4] is None for row in rows):
            raise SubjectErased
        return {row[0]: self._key(*row[1:]) for row in rows}

    def _asked_for(self, subjects: list[str], purpose: str, epoch: int) -> list[Any]:
        wrapped = [self._ring.wrap(secrets.token_bytes(self._suite.key_bytes)) for _ in subjects]
        ids = [secrets.token_bytes(16) for _ in subjects]
        asked = (subjects, purpose, epoch, ids, self._suite.name, self._ring.current, wrapped)
        return self._query(lambda connection: connection.execute(_FOR_SUBJECTS, asked, binary=True).fetchall())

    def _key(self, key_id: bytes, suite: str, kek: str, wrapped: bytes) -> DataKey:
        return DataKey(key_id, SUITES[suite], self._ring.unwrap(kek, wrapped))

    def _query(self, query: Callable[["psycopg.Connection[Any]"], list[Any]]) -> list[Any]:
        with reading(self._pool) as connection:
            return query(connection)

    def _remembered(self, kept: "OrderedDict[Any, DataKey]", wanted: dict[Any, Any]) -> dict[Any, DataKey]:
        with self._lock:
            return {name: kept[key] for name, key in wanted.items() if key in kept}

    def _remember(self, kept: "OrderedDict[Any, DataKey]", keys: Iterable[tuple[Any, DataKey]]) -> None:
        """The oldest go first: a key in steady use is read again now and then, which costs little."""
        with self._lock:
            kept.update(keys)
            while len(kept) > MOST_KEYS:
                kept.popitem(last=False)
