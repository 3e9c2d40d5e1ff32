"""Bearer tokens of posts, until real sign-in comes. The database keeps hashes only."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from adapters.postgres.connections import reading
from domain.kernel import PostId, Value

LIFETIME = timedelta(days=30)
_FIND = "SELECT post, actor FROM access.tokens WHERE hash = %s AND expires_at > clock_timestamp()"
_PREFIX = "anj_"


class Holder(Value):
    """Who a token speaks for."""

    post: PostId
    actor: str


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
        known = self._known.get(digest)
        if known is None:
            with reading(self._pool) as connection:
                row = connection.execute(
                    "SELECT post, actor FROM access.tokens WHERE hash = %s AND expires_at > clock_timestamp()",
                    (digest,),
                ).fetchone()
            if row is None:
                return None
            known = self._known[digest] = Holder(post=PostId(row[0]), actor=row[1])
        return known


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
