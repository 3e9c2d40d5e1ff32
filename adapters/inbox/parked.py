"""What could not be taken in: where it lies in Kafka and why, until it is taken after all, or dropped with a reason."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from adapters.house import House
from adapters.postgres.connections import reading
from domain.errors import Refused
from domain.kernel import Value

_PARK = """
INSERT INTO feeds.parked (department, topic, partition, at_offset, code, detail, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (topic, partition, at_offset, digest) DO UPDATE
   SET code = excluded.code, detail = excluded.detail WHERE feeds.parked.settled_at IS NULL
"""
_OPEN = """
SELECT id, department, topic, partition, at_offset, code, detail, encode(digest, 'hex') AS digest, parked_at
  FROM feeds.parked WHERE settled_at IS NULL AND (%s = '' OR department = %s) ORDER BY id
"""
_SETTLE = "UPDATE feeds.parked SET settled_at = clock_timestamp(), settled = %s WHERE id = %s AND settled_at IS NULL"


class NotParked(Refused):
    """No open message has this number."""

    code = "NOT_PARKED"
    zh = "没有该编号的待处理报文"
    en = "No parked message has this number"


class Parked(Value, omit_defaults=False):
    """A message that waits. ``detail``: a JSON path, never a value. ``digest``: a keyed hash of its content, in hex."""

    id: int
    department: str
    topic: str
    partition: int
    at_offset: int
    code: str
    detail: str
    digest: str
    parked_at: datetime


class Refusal(NamedTuple):
    """A message that was refused, with its place."""

    department: str
    topic: str
    partition: int
    at_offset: int
    code: str
    detail: str
    content: bytes


def park(house: House, refusals: Sequence[Refusal]) -> None:
    """Keep the places of messages; the same again changes nothing but the reason. Raises Unavailable."""
    if not refusals:
        return
    with reading(house.writers) as connection, connection.cursor() as cursor:
        rows = [(*each[:-1], bytes.fromhex(digest_of(house, each.content))) for each in refusals]
        cursor.executemany(_PARK, rows)


def digest_of(house: House, content: bytes) -> str:
    """Return a hash in hex that nobody can try contents against who has not our key: one may be a citizen's number."""
    return hmac.new(house.cases.key, content, sha256).hexdigest()


def open_parked(house: House, department: str = "") -> list[Parked]:
    """Return what waits, the oldest first. Raises Unavailable."""
    return [Parked(**row) for row in house.read(_OPEN, (department, department))]


def settle(house: House, ident: int, how: str) -> None:
    """Note what became of a message. Raises NotParked, Unavailable."""
    with reading(house.writers) as connection:
        if connection.execute(_SETTLE, (how, ident)).rowcount != 1:
            raise NotParked(str(ident))
