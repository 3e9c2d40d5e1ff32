"""Changing the key-encryption key: every data key is wrapped anew, in batches; nothing that is sealed is touched."""

from collections.abc import Callable
from typing import Any

from psycopg import Connection

from adapters.postgres.connections import reading
from adapters.vault.keyring import KeyRing
from adapters.vault.vault import Vault

_BATCH = 2_000
_OTHERS = """
SELECT key_id, kek, wrapped FROM vault.data_key
 WHERE kek <> %s AND wrapped IS NOT NULL ORDER BY kek, key_id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_WRAP = """
UPDATE vault.data_key AS k SET kek = %b::text, wrapped = n.wrapped
  FROM unnest(%b::bytea[], %b::bytea[]) AS n (key_id, wrapped) WHERE k.key_id = n.key_id AND k.wrapped IS NOT NULL
"""
_LEFT = "SELECT count(*) FROM vault.data_key WHERE kek <> %s AND wrapped IS NOT NULL"


def rewrap(vault: Vault, ring: KeyRing, progress: Callable[[int], None] = lambda _: None) -> int:
    """Wrap every data key under the ring's current key; return how many were. Raises KeyLost, Unavailable.

    Cut off, it is gone on with by calling it again: what is wrapped anew already is passed over.
    """
    done = 0
    with reading(vault.pool) as connection:
        while batch := _next(connection, ring):
            done += batch
            progress(done)
    return done


def make_current(vault: Vault, ring: KeyRing) -> None:
    """From here on no key is wrapped under another one, whichever process makes it. Raises Unavailable."""
    vault.query("SELECT vault.change_kek(%s)", (ring.current,))


def left(vault: Vault, ring: KeyRing) -> int:
    """Return how many data keys are wrapped under another key than the current one."""
    count: int = vault.query(_LEFT, (ring.current,))[0][0]
    return count


def _next(connection: "Connection[Any]", ring: KeyRing) -> int:
    with connection.transaction():
        rows = connection.execute(_OTHERS, (ring.current, _BATCH), binary=True).fetchall()
        ids = [row[0] for row in rows]
        wrapped = [ring.wrap(ring.unwrap(kek, old)) for _, kek, old in rows]
        if rows:
            connection.execute(_WRAP, (ring.current, ids, wrapped))
        return len(rows)
