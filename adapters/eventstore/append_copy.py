"""Large batches: the same append as ``log.append``, to the same bytes, with COPY. Used for imports and long runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection

from adapters.eventstore.copy_rows import COPY_EVENTS, END, START, StreamRows, microseconds
from adapters.eventstore.prepared import Outcome, PreparedAppend, PreparedWrite
from adapters.eventstore.records import StreamRecords, time_text

_COPY_COMMANDS = "COPY log.commands FROM STDIN (FORMAT binary)"
_SEND_ROWS = 200
_COMMAND_TYPES = ["text", "text", "text", "int4", "int8", "int8", "timestamptz"]
_COPY_STREAMS = "COPY log.streams FROM STDIN (FORMAT binary)"
_STREAM_TYPES = ["text", "int4", "bytea"]
_COPY_SEALED = "COPY log.sealed_field FROM STDIN (FORMAT binary)"
_SEALED_TYPES = ["int8", "text", "text", "bytea", "bytea", "bytea", "text"]
_REFUSE_ERASED = "SELECT log.refuse_erased(%s)"
_MOVE_STREAMS = """
UPDATE log.streams AS kept SET version = now.version, last_hash = now.last_hash
  FROM unnest(%b::text[], %b::int4[], %b::bytea[]) AS now (stream, version, last_hash) WHERE kept.stream = now.stream
"""


class _Head(NamedTuple):
    log: str
    position: int
    at: datetime


class _Tip(NamedTuple):
    version: int
    hash: bytes


class _Batch:
    """What one batch has decided so far: rows to copy, and the tips of the streams as they would then stand."""

    def __init__(self, head: _Head, tips: dict[str, _Tip], known: dict[str, tuple[Any, ...]]) -> None:
        self.head = head
        self.at_text = time_text(head.at)
        self.tips = tips
        self.known = known
        self.moved: set[str] = set()
        self.new: set[str] = set()
        self.position = head.position
        self.at_microseconds = microseconds(head.at)
        self.commands: list[tuple[Any, ...]] = []
        self.sealed: list[tuple[Any, ...]] = []

    def take(self, append: PreparedAppend, rows: list[bytes]) -> Outcome:
        known = self.known.get(append.command_id)
        if known is not None:
            fate = "repeated" if known[0] == append.fingerprint else "reused"
            return Outcome._make((fate, *known[1:], None))
        for write in append.writes:
            tip = self.tips.get(write.stream)
            if write.expected != (tip.version if tip else 0) and not (tip is None and write.expected <= 0):
                actual = tip.version if tip else 0
                return Outcome("conflict", write.stream, actual, None, None, self.head.at, write.expected)
        first = self.position + 1
        for write in append.writes:
            self._add(write, rows)
        stream = append.writes[0].stream
        row = (append.fingerprint, stream, self.tips[stream].version, first, self.position, self.head.at)
        self.known[append.command_id] = row
        self.commands.append((append.command_id, *row))
        return Outcome._make(("ok", *row[1:], None))

    def _add(self, write: PreparedWrite, rows: list[bytes]) -> None:
        if not write.events:
            return
        tip = self.tips.get(write.stream)
        if tip is None:
            self.new.add(write.stream)
        prev = tip.hash.hex() if tip else ""
        records = StreamRecords(self.head.log, self.at_text, write.stream, write.expected, prev)
        make_row = StreamRows(records, write.stream, self.at_microseconds).row
        for event in write.events:
            self.position += 1
            rows.append(make_row(self.position, event))
            if event.sealed:
                self.sealed += [(self.position, *field, None) for field in event.sealed]
        self.tips[write.stream] = _Tip(records.seq, bytes.fromhex(records.digest))
        self.moved.add(write.stream)


def append_by_copy(connection: Connection[Any], batch: Sequence[PreparedAppend]) -> list[Outcome]:
    """Append the batch in one transaction and return an outcome for each. The connection must be in autocommit mode."""
    with connection.transaction():
        (locked,) = connection.execute("SELECT * FROM log.lock_head()").fetchall()
        head = _Head(*locked)
        work = _Batch(head, _tips(connection, batch), _known(connection, batch))
        outcomes = _copy_events(connection, work, batch)
        if work.commands:
            _copy(connection, _COPY_COMMANDS, _COMMAND_TYPES, work.commands)
            _copy_sealed(connection, work.sealed)
            _copy(connection, _COPY_STREAMS, _STREAM_TYPES, [(name, *work.tips[name]) for name in work.new])
            _move_streams(connection, [(name, *work.tips[name]) for name in work.moved - work.new])
            connection.execute("UPDATE log.head SET position = %s, recorded_at = %s", (work.position, head.at))
    return outcomes


def _copy_events(connection: Connection[Any], work: _Batch, batch: Sequence[PreparedAppend]) -> list[Outcome]:
    """Decide and send in turns, so that the server stores rows while the next ones are made."""
    outcomes = []
    with connection.cursor() as cursor, cursor.copy(COPY_EVENTS) as copy:
        rows = [START]
        for append in batch:
            outcomes.append(work.take(append, rows))
            if len(rows) >= _SEND_ROWS:
                copy.write(b"".join(rows))
                rows.clear()
        copy.write(b"".join((*rows, END)))
    return outcomes


def _copy_sealed(connection: Connection[Any], rows: list[tuple[Any, ...]]) -> None:
    """As ``log.append`` does it: under the lock, nothing is sealed for a subject that is erased."""
    if not rows:
        return
    connection.execute(_REFUSE_ERASED, ([*{row[2] for row in rows}],))
    _copy(connection, _COPY_SEALED, _SEALED_TYPES, rows)


def _tips(connection: Connection[Any], batch: Sequence[PreparedAppend]) -> dict[str, _Tip]:
    names = list({write.stream for append in batch for write in append.writes})
    query = "SELECT stream, version, last_hash FROM log.streams WHERE stream = ANY(%s)"
    return {row[0]: _Tip(row[1], row[2]) for row in connection.execute(query, (names,), binary=True)}


def _known(connection: Connection[Any], batch: Sequence[PreparedAppend]) -> dict[str, tuple[Any, ...]]:
    query = "SELECT * FROM log.commands WHERE command_id = ANY(%s)"
    return {row[0]: row[1:] for row in connection.execute(query, ([append.command_id for append in batch],))}


def _move_streams(connection: Connection[Any], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.execute(_MOVE_STREAMS, [list(column) for column in zip(*rows, strict=True)])


def _copy(connection: Connection[Any], query: str, types: list[str], rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
