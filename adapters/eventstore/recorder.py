"""The library's recorder seam on our log: its inserts get positions, records and hashes like every append."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    StoredEvent,
)
from psycopg_pool import ConnectionPool

from adapters.eventstore.fields import UNOPENED, Opening, opened_rows
from adapters.eventstore.mapper import sealed_of, topic, type_of
from adapters.eventstore.prepared import PreparedEvent, PreparedWrite, checked
from adapters.eventstore.writer import Writer
from adapters.postgres.connections import reading
from adapters.postgres.wake import Listener
from domain.errors import Unavailable

_EVENTS = """
SELECT position, stream, seq, type, schema, recorded_at, state FROM log.events
WHERE stream = %s AND seq > %s AND seq <= %s ORDER BY seq
"""
_NOTIFICATIONS = """
SELECT position, stream, seq, type, schema, recorded_at, state FROM log.events
WHERE position >= %s AND position <= %s {topics} ORDER BY position LIMIT %s
"""
_LAST = 2**62


class LogRecorder(ApplicationRecorder):
    """Implements the library's ApplicationRecorder. Versions start at 1, or at 0 as the library's own cases do."""

    def __init__(
        self,
        pool: "ConnectionPool[psycopg.Connection[Any]]",
        writer: Writer,
        listener: Callable[[Callable[[], None]], Listener],
        opening: Opening = UNOPENED,
    ) -> None:
        """``listener`` makes a listener that calls back when the log may have grown."""
        self._opening = opening
        self._pool = pool
        self._writer = writer
        self._listener = listener

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, command_id: str | None = None, **_: object
    ) -> Sequence[int] | None:
        """Append atomically; return the positions. Raises the library's IntegrityError on a conflict."""
        if not stored_events:
            return None
        append = checked(command_id or str(uuid4()), _fingerprint(stored_events), _writes(stored_events))
        try:
            (outcome,) = self._writer.write([append])
        except Unavailable as error:
            raise OperationalError(str(error)) from error
        if outcome.outcome in ("conflict", "reused") or outcome.first_position is None or outcome.last_position is None:
            raise IntegrityError(f"{outcome.outcome}: {outcome.stream} is at version {outcome.version}")
        return range_list(outcome.first_position, outcome.last_position)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events with ``gt`` < version <= ``lte``."""
        query = _EVENTS + (" DESC" if desc else "") + (" LIMIT %s" if limit is not None else "")
        bounds = [str(originator_id), -1 if gt is None else gt, 2**31 - 1 if lte is None else lte]
        with reading(self._pool) as connection:
            rows = connection.execute(query, bounds if limit is None else [*bounds, limit], binary=True).fetchall()
            rows = opened_rows(connection, rows, self._opening)
        return [StoredEvent(row[1], row[2], topic(row[3], row[4]), row[6]) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return events by position, optionally of some topics only."""
        first = 1 if start is None else start + (0 if inclusive_of_start else 1)
        query = _NOTIFICATIONS.format(topics="AND type = ANY(%s)" if topics else "")
        chosen = [[type_of(name)[0] for name in topics]] if topics else []
        with reading(self._pool) as connection:
            bounds = [first, _LAST if stop is None else stop, *chosen, limit]
            rows = opened_rows(connection, connection.execute(query, bounds, binary=True).fetchall(), self._opening)
            return [Notification(r[1], r[2], topic(r[3], r[4]), r[6], r[0]) for r in rows]

    def max_notification_id(self) -> int | None:
        """Return the last position, None while the log is empty."""
        with reading(self._pool) as connection:
            row = connection.execute("SELECT position FROM log.head").fetchone()
        return row[0] or None if row else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "LogSubscription":
        """Return a subscription; polling is its truth, the listener only a hint."""
        return LogSubscription(self, self._listener, gt=gt, topics=topics)


class LogSubscription(ListenNotifySubscription[LogRecorder]):
    """The library's pulling subscription, woken by our listener."""

    def __init__(
        self,
        recorder: LogRecorder,
        listener: Callable[[Callable[[], None]], Listener],
        *,
        gt: int | None,
        topics: Sequence[str],
    ) -> None:
        """Start pulling at once."""
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listener = listener(self._has_been_notified.set)

    def stop(self) -> None:
        """Stop pulling and listening."""
        super().stop()
        if hasattr(self, "_listener"):  # the pull thread may stop us before the listener is there
            self._listener.close()


def range_list(first: int, last: int) -> list[int]:
    """Return the positions from first to last, as the library wants them."""
    return list(range(first, last + 1))


def _fingerprint(stored_events: Sequence[StoredEvent]) -> str:
    """Tell a true retry of a command id from its use for other events."""
    parts = [repr((str(e.originator_id), e.originator_version, e.topic, e.state)) for e in stored_events]
    return sha256("".join(parts).encode()).hexdigest()


def _writes(stored_events: Sequence[StoredEvent]) -> list[PreparedWrite]:
    streams: dict[str, list[PreparedEvent]] = {}
    expected: dict[str, int] = {}
    for event in stored_events:
        stream = str(event.originator_id)
        events = streams.setdefault(stream, [])
        first = expected.setdefault(stream, event.originator_version - 1)
        if event.originator_version != first + len(events) + 1:
            raise IntegrityError(f"{stream}: versions are not contiguous")
        events.append(PreparedEvent(*type_of(event.topic), event.state, sealed_of(event)))
    return [PreparedWrite(stream, expected[stream], events) for stream, events in streams.items()]
