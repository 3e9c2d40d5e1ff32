"""The record of an event: the small, public line that is hashed, chained and later a leaf of the transparency log."""

from datetime import datetime
from hashlib import sha256


def record_bytes(  # noqa: PLR0913  (the record has these fields)
    *,
    log: str,
    position: int,
    prev: bytes,
    recorded_at: str,
    schema: int,
    seq: int,
    state: bytes,
    stream: str,
    type_: str,
) -> bytes:
    """Return the record as canonical JSON, the same bytes that ``log.record_bytes`` makes in the database.

    ``recorded_at`` comes from ``time_text``; stream and type need no escaping, by the checks of their columns.
    """
    return (
        f'{{"log":"{log}","position":{position},"prev":"{prev.hex()}","recorded_at":"{recorded_at}",'
        f'"schema":{schema},"seq":{seq},"state":"{sha256(state).hexdigest()}","stream":"{stream}","type":"{type_}","v":1}}'
    ).encode()


def time_text(at: datetime) -> str:
    """Return a UTC moment with six decimals and Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
