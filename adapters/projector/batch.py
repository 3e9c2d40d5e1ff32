"""A batch of the log for one range of slices: contiguous by assertion, decoded once for all views that want it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from adapters.eventstore.codec import UnknownType, decode_parts
from adapters.eventstore.event_types import EVENT_TYPES
from adapters.eventstore.fields import opened_rows
from adapters.eventstore.reader import LogBroken, require_contiguous
from adapters.projector.sessions import opening_of
from domain.cases.events.closing import PersonalErased
from domain.kernel import Event, Meta, Recorded
from projections.shape import View
from projections.slices import SLICES, WHOLE, Range

_ALL = """
SELECT position, stream, seq, type, schema, recorded_at, state
  FROM log.events WHERE position > %s AND position <= %s ORDER BY position LIMIT %s
"""
_SOME = """
SELECT position, stream, seq, type, schema, recorded_at, state
  FROM log.events WHERE position > %s AND position <= %s
   AND log.slice_of(stream) >= %s AND log.slice_of(stream) < %s ORDER BY position LIMIT %s
"""
_SPAN = "SELECT count(*), max(recorded_at) FROM log.events WHERE position > %s AND position <= %s"
_END = 2**62

Row = tuple[Any, ...]


class Undecoded(Event):
    """Stands for an event whose bytes this program cannot read. ``reason`` holds no value of the event."""

    TYPE = ""
    reason: str


class Batch(NamedTuple):
    """Events of a range, and the position up to which there are no others of it. Empty: ``upto`` is where it began."""

    events: list[Recorded]
    upto: int
    recorded_at: datetime | None


class Span(NamedTuple):
    """What to read: positions after ``after``, at most up to ``end``, about ``most`` events."""

    after: int
    most: int
    end: int = _END


def read_batch(connection: "Connection[Any]", span: Span, views: Iterable[View], slices: Range = WHOLE) -> Batch:
    """Return the next events. Raises LogBroken."""
    if slices.whole:
        rows = connection.execute(_ALL, (span.after, span.end, span.most), binary=True).fetchall()
        require_contiguous([row[0] for row in rows], span.after, "log")
        upto, at = (rows[-1][0], rows[-1][5]) if rows else (span.after, None)
    else:
        rows, upto, at = _of_range(connection, span, slices)
    views = list(views)
    return Batch(decode(opened(connection, rows, views), wanted_types(views)), upto, at)


def opened(connection: "Connection[Any]", rows: Sequence[Row], views: Iterable[View]) -> list[Row]:
    """Return the rows with the personal values that a view reads. Raises LogBroken, Unavailable."""
    personal = frozenset(event.TYPE for view in views for event in view.personal)
    return opened_rows(connection, rows, opening_of(connection), personal)


def _of_range(connection: "Connection[Any]", span: Span, slices: Range) -> tuple[list[Row], int, datetime | None]:
    """Positions of other ranges lie between: that all are there is counted instead."""
    head: int = connection.execute("SELECT position FROM log.head").fetchall()[0][0]
    upto = min(head, span.end, span.after + span.most * SLICES // (slices.hi - slices.lo))
    if upto <= span.after:
        return [], span.after, None
    asked = (span.after, upto, slices.lo, slices.hi, span.most)
    rows = connection.execute(_SOME, asked, binary=True).fetchall()
    upto = rows[-1][0] if len(rows) == span.most else upto  # most of them may lie in one range
    found, at = connection.execute(_SPAN, (span.after, upto)).fetchall()[0]
    if found != upto - span.after:
        raise LogBroken(f"log: {found} events after {span.after} and up to {upto}")
    return rows, upto, at


def wanted_types(views: Iterable[View]) -> frozenset[str]:
    """Return the stored types that one of the views folds."""
    views = list(views)
    erasures = {PersonalErased.TYPE} if any(view.personal for view in views) else set()
    return frozenset(erasures | {event.TYPE for view in views for event in view.folds})


def decode(rows: Sequence[Row], wanted: Collection[str]) -> list[Recorded]:
    """Return the rows as recorded events, without those of known types that nobody wants. Raises LogBroken."""
    _require_versions(rows)
    recorded = []
    for position, stream, seq, type_, schema, recorded_at, state in rows:
        if type_ not in wanted and type_ in EVENT_TYPES:
            continue
        event, meta = _parts(type_, schema, state)
        recorded.append(Recorded(position, stream, seq, type_, recorded_at, event, meta))
    return recorded


def _parts(type_: str, schema: int, state: bytes) -> tuple[Event, Meta]:
    try:
        return decode_parts(type_, schema, state)
    except (UnknownType, msgspec.DecodeError) as error:
        return Undecoded(reason=type(error).__name__), _NOBODY


def _require_versions(rows: Iterable[Row]) -> None:
    """Within a batch, the versions of a stream follow each other."""
    last: dict[str, int] = {}
    for _, stream, seq, *_ in rows:
        before = last.get(stream, seq - 1)
        if seq != before + 1:
            raise LogBroken(f"{stream}: version {seq} follows {before}")
        last[stream] = seq


_NOBODY = Meta(event_id="", occurred_at=datetime.min, actor="", command_id="")  # noqa: DTZ901  never shown
