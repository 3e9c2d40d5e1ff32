"""Bearer tokens of posts, until real sign-in comes. The database keeps hashes only."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from adapters.postgres.connections import reading
from domain.kernel import PostId, Value

LIFETIME = timedelta(days=30)
_FIND = "SELECT post, actor, expires_at FROM access.tokens WHERE hash = %s"
_PREFIX = "anj_"


class Holder(Value):
    """Who a token speaks for."""

    post: PostId
    actor: str
    expires_at: datetime


class Tokens:
    """Makes tokens and tells whose they are. Known ones are remembered, so a request costs no query."""

    def __init__(self, pool: "ConnectionPool[psycopg.Connection[Any]]") -> None:
        """``pool`` writes."""
        self._pool = pool
        self._known: dict[bytes, Holder] = {}

    def make(self, post: PostId, actor: str) -> str:
        """Return a new token for a post's holder; it is shown once and expires after LIFETIME."""
        token = _PREFIX + secrets.token_urlsafe(32)
        with reading(self._pool) as connection:
            connection.execute(
                "INSERT INTO access.tokens (hash, post, actor, expires_at) VALUES (%s, %s, %s, clock_timestamp() + %s)",
                (_hash(token), post, actor, LIFETIME),
            )
        return token

    def holder(self, token: str) -> Holder | None:
        """Return whom a token speaks for, or None."""
        digest = _hash(token)
        known = self._known.get(digest) or self._find(digest)
        if known is None or known.expires_at <= datetime.now(UTC):
            self._known.pop(digest, None)
            return None
        self._known[digest] = known
        return known

    def _find(self, digest: bytes) -> Holder | None:
        with reading(self._pool) as connection:
            row = connection.execute(_FIND, (digest,)).fetchone()
        return Holder(post=PostId(row[0]), actor=row[1], expires_at=row[2]) if row else None


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
