"""ID number -> subject, through a keyed hash: the table alone tells nobody who is who."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import uuid4

import psycopg
from psycopg_pool import ConnectionPool

from adapters.postgres.connections import reading
from domain.kernel import SubjectId

_FIND = "SELECT id_hash, subject FROM vault.person WHERE id_hash = ANY(%s)"
_ADD = """
INSERT INTO vault.person (id_hash, subject) SELECT * FROM unnest(%b::bytea[], %b::text[]) ON CONFLICT DO NOTHING
"""


class SubjectIndex:
    """Implements the port Subjects."""

    def __init__(self, pool: "ConnectionPool[psycopg.Connection[Any]]", key: bytes) -> None:
        """``pool``: of the vault; ``key`` is for the hashes alone."""
        self._pool = pool
        self._key = key

    def subjects_for(self, id_numbers: Sequence[str]) -> dict[str, SubjectId]:
        """Return the subject of each number, making new ones for numbers not seen before."""
        hashes = {number: self._hash(number) for number in id_numbers}
        if not hashes:
            return {}
        with reading(self._pool) as connection:
            known = dict(connection.execute(_FIND, (list(hashes.values()),)).fetchall())
            new = sorted({digest for digest in hashes.values() if digest not in known})  # in one order: no deadlocks
            if new:
                # Two processes may add the same person at once: what is there afterwards counts.
                connection.execute(_ADD, (new, [f"s-{uuid4().hex}" for _ in new]))
                known = dict(connection.execute(_FIND, (list(hashes.values()),)).fetchall())
        return {number: SubjectId(known[digest]) for number, digest in hashes.items()}

    def known(self, id_number: str) -> SubjectId | None:
        """Return the subject of a number, None for one that is not known or was erased."""
        with reading(self._pool) as connection:
            row = connection.execute(_FIND, ([self._hash(id_number)],)).fetchone()
        return SubjectId(row[1]) if row else None

    def _hash(self, number: str) -> bytes:
        return self.hash_of(self._key, number)

    @staticmethod
    def hash_of(key: bytes, number: str) -> bytes:
        """Return what the index knows of a number."""
        return hmac.new(key, number.encode(), sha256).digest()
