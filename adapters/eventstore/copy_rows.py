"""Rows of ``log.events`` in PostgreSQL's binary COPY format (its manual: COPY, "Binary Format")."""

from datetime import UTC, datetime, timedelta
from struct import Struct

COPY_EVENTS = (
    "COPY log.events (position, stream, seq, type, schema, recorded_at, state, record) FROM STDIN (FORMAT binary)"
)
START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Every field is its length (four bytes) and its value; a row starts with the number of its fields.
_TO_STREAM = Struct(">hiqi").pack
_TO_TYPE = Struct(">iii").pack
_TO_STATE = Struct(">ihiqi").pack
_LENGTH = Struct(">i").pack


def microseconds(at: datetime) -> int:
    """Return a moment as timestamptz stores it: microseconds since 2000-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def event_row(place: tuple[int, bytes, int], type_: tuple[bytes, int], at: int, state: bytes, record: bytes) -> bytes:
    """Return one row. ``place``: position, stream, seq; ``type_``: type, schema; ``at``: from ``microseconds``."""
    position, stream, seq = place
    name, schema = type_
    return b"".join(
        (
            _TO_STREAM(8, 8, position, len(stream)),
            stream,
            _TO_TYPE(4, seq, len(name)),
            name,
            _TO_STATE(2, schema, 8, at, len(state)),
            state,
            _LENGTH(len(record)),
            record,
        )
    )
