"""Bearer tokens of other departments, apart from those of posts. The database keeps hashes only."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from adapters.postgres.connections import reading

LIFETIME = timedelta(days=90)
_FIND = "SELECT department, expires_at FROM access.department_tokens WHERE hash = %s"
_ADD = """
INSERT INTO access.department_tokens (hash, department, expires_at) VALUES (%s, %s, clock_timestamp() + %s)
"""
_PREFIX = "anjd_"


class DepartmentTokens:
    """Makes tokens and tells whose they are. Known ones are remembered, so a request costs no query."""

    def __init__(self, pool: "ConnectionPool[psycopg.Connection[Any]]") -> None:
        """``pool`` writes."""
        self._pool = pool
        self._known: dict[bytes, tuple[str, datetime]] = {}

    def make(self, department: str) -> str:
        """Return a new token for a department (its slug); it is shown once and expires after LIFETIME."""
        token = _PREFIX + secrets.token_urlsafe(32)
        with reading(self._pool) as connection:
            connection.execute(_ADD, (_hash(token), department, LIFETIME))
        return token

    def holder(self, token: str) -> str | None:
        """Return the department that a token speaks for, or None."""
        digest = _hash(token)
        known = self._known.get(digest) or self._find(digest)
        if known is None or known[1] <= datetime.now(UTC):
            self._known.pop(digest, None)
            return None
        self._known[digest] = known
        return known[0]

    def _find(self, digest: bytes) -> tuple[str, datetime] | None:
        with reading(self._pool) as connection:
            row = connection.execute(_FIND, (digest,)).fetchone()
        return (row[0], row[1]) if row else None


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
