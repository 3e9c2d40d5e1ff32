"""The event log as the application knows it (application/ports.py): the writer, the readers and the mapper together."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import psycopg
from psycopg_pool import ConnectionPool

from adapters.eventstore.loads import Loads
from adapters.eventstore.prepared import Outcome, PreparedAppend, prepare, prepare_run
from adapters.eventstore.reader import decode_events, decode_stream, read_at, read_log, stream_rows
from adapters.eventstore.seals import IN_CLEAR_ALWAYS, Seals
from adapters.eventstore.writer import Writer
from adapters.postgres.pinned import is_pinned, reading_pinned
from application.ports import Append, Appended, Conflict, Head
from domain.errors import KeyReused, SubjectErased
from domain.kernel import Event, Recorded

T = TypeVar("T")

_OUTCOME = """
SELECT fingerprint, stream, version, first_position, last_position, recorded_at FROM log.commands WHERE command_id = %s
"""

ERASED_STATE = "AJ001"
"""SQLSTATE of our own: something for a subject that is erased."""

_VERSIONS = "SELECT stream, version FROM log.streams WHERE stream = ANY (%s)"


class PostgresEventLog:
    """Implements EventLog. ``pool`` reads, ``loads`` reads streams, ``writer`` appends."""

    def __init__(
        self,
        pool: "ConnectionPool[psycopg.Connection[Any]]",
        loads: Loads,
        writer: Writer,
        seals: Seals = IN_CLEAR_ALWAYS,
    ) -> None:
        """Keep them; none is closed here. ``seals``: how personal values are written, and read again."""
        self._pool = pool
        self._loads = loads
        self._writer = writer
        self._sealing, self._opening = seals

    def append(self, append: Append) -> Appended:
        """Write it, or raise Conflict, KeyReused, SubjectErased, Unavailable or BadAppend."""
        (outcome,) = self._write([prepare(append, self._sealing)])
        appended = _appended(outcome)
        if isinstance(appended, Conflict):
            raise appended
        return appended

    def append_many(self, appends: Sequence[Append]) -> list[Appended | Conflict]:
        """Write many in one transaction, an outcome for each; a reused command id raises KeyReused after the commit."""
        outcomes = self.append_each(appends)
        reused = next((outcome for outcome in outcomes if isinstance(outcome, KeyReused)), None)
        if reused is not None:
            raise reused
        return [outcome for outcome in outcomes if not isinstance(outcome, KeyReused)]

    def append_each(self, appends: Sequence[Append]) -> list[Appended | Conflict | KeyReused]:
        """Write many in one transaction, an outcome for each. Raises SubjectErased, Unavailable or BadAppend."""
        if not appends:
            return []
        writes = (write for append in appends for write in append.writes)
        self._sealing.expect((write.stream, (fact.event for fact in write.facts)) for write in writes)
        outcomes = self._write([prepare_run(append, self._sealing) for append in appends])
        return [KeyReused() if each.outcome == "reused" else _appended(each) for each in outcomes]

    def stream_of(self, command_id: str) -> str | None:
        """Return the stream that a command id wrote to first, None where it wrote nothing."""
        row = self._query(lambda connection: connection.execute(_OUTCOME, (command_id,)).fetchone())
        return row[1] if row else None

    def outcome(self, command_id: str, fingerprint: str) -> Appended | None:
        """Return what a command id did. Raises KeyReused if it did another thing."""
        row = self._query(lambda connection: connection.execute(_OUTCOME, (command_id,)).fetchone())
        if row is None:
            return None
        known, stream, version, first, last, recorded_at = row
        if known != fingerprint:
            raise KeyReused
        return Appended(stream, version, first, last, recorded_at, repeated=True)

    def stream(self, stream: str, after: int = 0, upto: int | None = None) -> list[Recorded]:
        """Return a stream's events with ``after`` < version <= ``upto``."""
        if upto is None and not is_pinned():
            return decode_stream(self._loads.rows(stream, after), stream, after)
        rows = self._query(lambda connection: stream_rows(connection, stream, after, upto, self._opening))
        return decode_stream(rows, stream, after)

    def events(self, stream: str, after: int = 0) -> list[Event]:
        """Return the events of a stream after a version, without their surroundings."""
        return decode_events(self._loads.rows(stream, after), stream, after)

    def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """Return the version of each of the streams."""
        found = dict(self._query(lambda connection: connection.execute(_VERSIONS, (list(streams),)).fetchall()))
        return {stream: found.get(stream, 0) for stream in streams}

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        """Return the events at these positions, in their order."""
        return self._query(lambda connection: read_at(connection, positions, self._opening))

    def read(self, after: int, limit: int) -> list[Recorded]:
        """Return events with position > ``after``."""
        return self._query(lambda connection: read_log(connection, after, limit, self._opening))

    def head(self) -> Head:
        """Return the end of the log."""
        (row,) = self._query(lambda c: c.execute("SELECT log, position, recorded_at FROM log.head").fetchall())
        return Head(*row)

    def _write(self, appends: list[PreparedAppend]) -> list[Outcome]:
        try:
            return self._writer.write(appends)
        except psycopg.Error as error:
            if error.sqlstate == ERASED_STATE:
                raise SubjectErased from error
            raise

    def _query(self, query: Callable[["psycopg.Connection[Any]"], T]) -> T:
        with reading_pinned(self._pool) as connection:
            return query(connection)


def _appended(outcome: Outcome) -> Appended | Conflict:
    if outcome.outcome == "conflict":
        return Conflict(outcome.stream, outcome.expected or 0, outcome.version)
    if outcome.outcome == "reused":
        raise KeyReused
    return Appended(
        stream=outcome.stream,
        version=outcome.version,
        first=cast("int", outcome.first_position),
        last=cast("int", outcome.last_position),
        recorded_at=outcome.recorded_at,
        repeated=outcome.outcome == "repeated",
    )
