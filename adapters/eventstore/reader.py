"""Reading the log. Readers assert what the log promises: contiguous positions, contiguous versions."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from adapters.eventstore.codec import decode_event, decode_parts
from adapters.eventstore.fields import UNOPENED, Opening, opened_rows
from domain.kernel import Event, Recorded

_STREAM = """
SELECT position, stream, seq, type, schema, recorded_at, state
FROM log.events WHERE stream = %s AND seq > %s AND seq <= %s ORDER BY seq
"""
_LOG = """
SELECT position, stream, seq, type, schema, recorded_at, state
FROM log.events WHERE position > %s ORDER BY position LIMIT %s
"""
_AT = """
SELECT position, stream, seq, type, schema, recorded_at, state
FROM log.events WHERE position = ANY(%s) ORDER BY position
"""
_LAST_SEQ = 2**31 - 1

Row = tuple[Any, ...]


class LogBroken(Exception):
    """The log has a gap or is out of order: everything that reads it must stop and shout."""


def stream_rows(
    connection: "Connection[Any]", stream: str, after: int, upto: int | None, opening: Opening = UNOPENED
) -> list[Row]:
    """Return the stream's events with ``after`` < version <= ``upto`` as rows. Raises SealBroken, NoVault."""
    bounds = (stream, after, _LAST_SEQ if upto is None else upto)
    return opened_rows(connection, connection.execute(_STREAM, bounds, prepare=True, binary=True).fetchall(), opening)


def decode_stream(rows: Sequence[Row], stream: str, after: int) -> list[Recorded]:
    """Return a stream's rows as recorded events. Raises LogBroken."""
    require_contiguous([row[2] for row in rows], after, stream)
    return decode_rows(rows)


def decode_events(rows: Sequence[Row], stream: str, after: int) -> list[Event]:
    """Return a stream's rows as events alone. Raises LogBroken."""
    require_contiguous([row[2] for row in rows], after, stream)
    return [decode_event(row[3], row[4], row[6]) for row in rows]


def read_log(connection: "Connection[Any]", after: int, limit: int, opening: Opening = UNOPENED) -> list[Recorded]:
    """Return up to ``limit`` events after a position. Raises LogBroken, NoVault."""
    rows = connection.execute(_LOG, (after, limit), binary=True).fetchall()
    require_contiguous([row[0] for row in rows], after, "log")
    return decode_rows(opened_rows(connection, rows, opening))


def read_at(connection: "Connection[Any]", positions: Sequence[int], opening: Opening = UNOPENED) -> list[Recorded]:
    """Return the events at these positions, in their order. Raises NoVault."""
    rows = connection.execute(_AT, (list(positions),), binary=True).fetchall()
    return decode_rows(opened_rows(connection, rows, opening))


def decode_rows(rows: Sequence[Row]) -> list[Recorded]:
    """Return rows (position, stream, seq, type, schema, recorded_at, state, anything) as recorded events."""
    recorded = []
    for position, stream, seq, type_, schema, recorded_at, state, *_ in rows:
        event, meta = decode_parts(type_, schema, state)
        recorded.append(Recorded(position, stream, seq, type_, recorded_at, event, meta))
    return recorded


def require_contiguous(numbers: Sequence[int], before: int, where: str) -> None:
    """Raise LogBroken unless each number follows the one before; the first follows ``before``.

    They are unique and in order, by key and ORDER BY: the first, the last and how many there are tell all.
    """
    if numbers and (numbers[0] != before + 1 or numbers[-1] != before + len(numbers)):
        for number in numbers:
            if number != before + 1:
                raise LogBroken(f"{where}: {number} follows {before}")
            before = number
