"""What verifying reads of a database: everything in one snapshot, with the right to read alone."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from adapters.eventstore.codec import UnknownType, decode_event, decode_parts
from adapters.eventstore.fields import StoredField
from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint, with_lines
from adapters.transparency.keys import BadKey, verifier_of
from adapters.transparency.notes import BadNote, parse_lines
from adapters.transparency.tiles import HASH_BYTES, WIDTH, BadTile
from adapters.transparency.tree import EVENTS, tile_of
from adapters.transparency.verifying.scan import Row, Sealed
from adapters.transparency.verifying.sealed import Erasures
from adapters.transparency.verifying.trust import KeySpan
from domain.attested import HEADS, KEYS, HeadsSealed, LogKeyIntroduced, LogKeyRetired
from domain.erasure import ErasureBegun, ErasureCompleted
from domain.errors import Refused
from domain.kernel import Event

CHUNK = 5_000
_ROWS = """
SELECT position, stream, seq, type, schema::int4, recorded_at, state, record FROM log.events
 WHERE position > %s ORDER BY position LIMIT %s
"""
_HEAD = "SELECT log, position FROM log.head"
_TIPS = "SELECT stream, version, last_hash FROM log.streams"
_STREAM = "SELECT position, type, schema::int4, state FROM log.events WHERE stream = %s ORDER BY seq"
_FIELDS = """
SELECT position, path, subject, key_id, commitment, sealed, erased_by FROM log.sealed_field
 WHERE position BETWEEN %s AND %s ORDER BY position, path
"""
_ERASURES = """
SELECT position, type, schema::int4, state FROM log.events
 WHERE type IN ('erasure.begun', 'erasure.completed') ORDER BY position
"""
_CHECKPOINTS = """
SELECT note, ARRAY(SELECT line FROM tree.cosignatures AS c WHERE c.tree = p.tree AND c.size = p.size ORDER BY witness)
  FROM (SELECT tree, size, note FROM tree.checkpoints UNION SELECT tree, size, note FROM tree.latest) AS p
 WHERE tree = %s ORDER BY size
"""


class Unreadable(Refused):
    """The log cannot be read: what cannot be read is not verified."""

    code = "LOG_UNREADABLE"
    zh = "日志无法读取，不能视为核验通过"
    en = "The log cannot be read, and so is not verified"


class End(NamedTuple):
    """What the log says of its own end."""

    log: str
    position: int


def end_of(connection: "Connection[Any]") -> End:
    """Return the log's id and last position, as its head has them. Raises Unreadable."""
    rows = connection.execute(_HEAD).fetchall()
    if len(rows) != 1:
        raise Unreadable("log.head")
    return End(*rows[0])


def rows_of(connection: "Connection[Any]") -> Iterator[list[Row]]:
    """Yield the events in the order of positions."""
    after = 0
    while rows := connection.execute(_ROWS, (after, CHUNK), binary=True).fetchall():
        yield rows
        after = rows[-1][0]


def fields_of(connection: "Connection[Any]", first: int, last: int) -> list[StoredField]:
    """Return the sealed fields of the events from one position to another."""
    rows = connection.execute(_FIELDS, (first, last), binary=True).fetchall()
    return [StoredField._make(row) for row in rows]


def erasures_in(connection: "Connection[Any]") -> Erasures:
    """Return what the log tells of erasures. What cannot be read tells nothing: the scan tells of its bytes."""
    by_event: dict[str, frozenset[str]] = {}
    completed: set[str] = set()
    for _, stored_type, schema, state in connection.execute(_ERASURES, binary=True).fetchall():
        try:
            event, meta = decode_parts(stored_type, schema, state)
        except (UnknownType, msgspec.DecodeError):
            continue
        if isinstance(event, ErasureBegun):
            by_event[meta.event_id] = frozenset(event.subjects)
        elif isinstance(event, ErasureCompleted):
            completed |= by_event.get(event.erasure, frozenset())
    return Erasures(by_event, frozenset(completed))


def leaves_kept(connection: "Connection[Any]", first: int, count: int) -> bytes:
    """Return the hashes that the tree holds for positions from ``first`` on, as far as they are there in a row."""
    index, end, parts = first - 1, first - 1 + count, []
    while index < end:
        number, start = divmod(index, WIDTH)
        width = min(WIDTH, end - number * WIDTH)
        try:
            tile = tile_of(connection, 0, number, width)
        except BadTile:
            break
        parts.append(tile[start * HASH_BYTES :])
        index = number * WIDTH + width
    return b"".join(parts)


def tips_of(connection: "Connection[Any]") -> dict[str, tuple[int, bytes]]:
    """Return what the log says of the end of each stream."""
    rows = connection.execute(_TIPS, binary=True).fetchall()
    return {stream: (version, digest) for stream, version, digest in rows}


def sealed_in(connection: "Connection[Any]") -> list[Sealed]:
    """Return the heads that were sealed. What cannot be read is no sealing: the scan tells of its bytes."""
    found = _events(connection, HEADS)
    return [Sealed(e.position, e.streams, e.root, at) for at, e in found if isinstance(e, HeadsSealed)]


def keys_in(connection: "Connection[Any]") -> list[KeySpan]:
    """Return the keys that the log names, and when they end."""
    spans: dict[str, KeySpan] = {}
    for position, event in _events(connection, KEYS):
        if isinstance(event, LogKeyIntroduced):
            try:
                spans[event.key] = KeySpan(verifier_of(event.key), position)
            except BadKey:
                continue
        elif isinstance(event, LogKeyRetired) and event.key in spans:
            spans[event.key] = spans[event.key]._replace(until=position)
    return list(spans.values())


def checkpoints_in(connection: "Connection[Any]") -> list[Checkpoint]:
    """Return the heads that were signed, with the signatures of witnesses. Raises Unreadable."""
    try:
        return [
            with_lines(parse_checkpoint(note), (line for text in lines for line in parse_lines(text)))
            for note, lines in connection.execute(_CHECKPOINTS, (EVENTS,)).fetchall()
        ]
    except BadNote:
        raise Unreadable("tree.checkpoints") from None


def _events(connection: "Connection[Any]", stream: str) -> Iterator[tuple[int, Event]]:
    for position, stored_type, schema, state in connection.execute(_STREAM, (stream,), binary=True).fetchall():
        try:
            yield position, decode_event(stored_type, schema, state)
        except (UnknownType, msgspec.DecodeError):
            continue
