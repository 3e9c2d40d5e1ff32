"""Rows of ``log.events`` in PostgreSQL's binary COPY format (its manual: COPY, "Binary Format")."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct

from adapters.eventstore.prepared import PreparedEvent
from adapters.eventstore.records import StreamRecords

COPY_EVENTS = (
    "COPY log.events (position, stream, seq, type, schema, recorded_at, state, record) FROM STDIN (FORMAT binary)"
)
START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LENGTH = Struct(">i").pack


def microseconds(at: datetime) -> int:
    """Return a moment as timestamptz stores it: microseconds since 2000-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND


class StreamRows:
    """Makes the rows of one stream, one after the other, with their records."""

    __slots__ = ("_at", "_records", "_stream")

    def __init__(self, records: StreamRecords, stream: str, at: int) -> None:
        """``at``: from ``microseconds``."""
        self._records = records
        self._stream = stream.encode()
        self._at = at

    def row(self, position: int, event: PreparedEvent) -> bytes:
        """Return the next row."""
        stored_type, schema, state, _ = event
        records, stream, type_ = self._records, self._stream, stored_type.encode()
        record = records.record(position, event)
        pack = _up_to_state(len(stream), len(type_))
        head = pack(
            8, 8, position, len(stream), stream, 4, records.seq, len(type_), type_, 2, schema, 8, self._at, len(state)
        )
        return b"".join((head, state, _LENGTH(len(record)), record))


@lru_cache(maxsize=10_000)
def _up_to_state(stream: int, type_: int) -> Callable[..., bytes]:
    """Return the packer of a row's beginning, for a stream name and a type of so many bytes.

    A row starts with the number of its fields; every field is its length (four bytes) and its value.
    """
    return Struct(f">hiqi{stream}siii{type_}sihiqi").pack
