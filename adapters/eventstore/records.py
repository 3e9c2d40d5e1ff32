"""The record of an event: the small, public line that is hashed, chained and later a leaf of the transparency log."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple


class Place(NamedTuple):
    """Where an event stands: in the log, in time, in its stream. ``prev``: hash of the last record there, or empty."""

    log: str
    position: int
    prev: bytes
    recorded_at: str
    stream: str
    seq: int


def record_bytes(at: Place, stored_type: str, schema: int, state: bytes) -> bytes:
    """Return the record as canonical JSON, the same bytes that ``log.append`` makes in the database.

    ``recorded_at`` comes from ``time_text``; stream and type need no escaping, by the checks of their columns.
    """
    return (
        f'{{"log":"{at.log}","position":{at.position},"prev":"{at.prev.hex()}","recorded_at":"{at.recorded_at}",'
        f'"schema":{schema},"seq":{at.seq},"state":"{sha256(state).hexdigest()}",'
        f'"stream":"{at.stream}","type":"{stored_type}","v":1}}'
    ).encode()


def time_text(at: datetime) -> str:
    """Return a UTC moment with six decimals and Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
