"""Sealing the heads of all streams: one root over the last version of each, as an event of the log."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from psycopg import Connection, IsolationLevel

from adapters.transparency.merkle import inclusion_proof, leaf_hash, root
from adapters.transparency.tiles import Tiles, grow, nodes
from adapters.transparency.tree import HEADS, nodes_of, put_tiles, size_of

_HEAD = "SELECT position FROM log.head"
# Their names are ASCII: the order of the database's bytes is that of every program's.
_STREAMS = 'SELECT stream, version, last_hash FROM log.streams ORDER BY stream COLLATE "C"'
_FORGET = "DELETE FROM tree.sealed_heads"
_KEEP = "COPY tree.sealed_heads (stream, number, seq, hash) FROM STDIN (FORMAT binary)"
_FORGET_TILES = "DELETE FROM tree.tiles WHERE tree = %s"
_KEPT = "SELECT number, seq, hash FROM tree.sealed_heads WHERE stream = %s"


class StreamHead(NamedTuple):
    """The last version of a stream, and the hash of its record."""

    stream: str
    seq: int
    hash: bytes

    @property
    def entry(self) -> bytes:
        """The entry of the tree over all heads: canonical JSON."""
        told = {"record": self.hash.hex(), "seq": self.seq, "stream": self.stream}
        return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


class Heads(NamedTuple):
    """All heads at a position."""

    position: int
    heads: list[StreamHead]


def heads_now(connection: "Connection[Any]") -> Heads:
    """Return the heads of all streams as they are, in one snapshot."""
    with one_snapshot(connection):
        position = connection.execute(_HEAD).fetchall()[0][0]
        rows = connection.execute(_STREAMS, binary=True).fetchall()
    return Heads(position, [StreamHead(*row) for row in rows])


@contextmanager
def one_snapshot(connection: "Connection[Any]") -> Iterator[None]:
    """Read everything within as it is now, whatever is written meanwhile."""
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            yield
    finally:
        connection.isolation_level = before


def root_of(heads: Sequence[StreamHead]) -> bytes:
    """Return the root over the heads, which are in the order of their names."""
    tiles = _tiles(heads)
    return root(len(heads), nodes(len(heads), lambda level, number, _: tiles[level, number]))


def keep_sealed(connection: "Connection[Any]", heads: Sequence[StreamHead]) -> None:
    """Keep the heads that were sealed last, and the tree over them, for proofs."""
    with connection.transaction():
        connection.execute(_FORGET)
        connection.execute(_FORGET_TILES, (HEADS,))
        put_tiles(connection, HEADS, _tiles(heads), len(heads))
        with connection.cursor() as cursor, cursor.copy(_KEEP) as copy:
            copy.set_types(["text", "int8", "int4", "bytea"])
            for number, head in enumerate(heads):
                copy.write_row((head.stream, number, head.seq, head.hash))


class SealedHead(NamedTuple):
    """Proof that a stream's head was among those sealed: number of the entry, of how many, the hashes beside it."""

    number: int
    streams: int
    head: StreamHead
    hashes: list[bytes]


def sealed_head(connection: "Connection[Any]", stream: str) -> SealedHead | None:
    """Return the proof of a stream in the heads sealed last; None where it began after them."""
    with one_snapshot(connection):  # somebody may seal anew meanwhile
        found = connection.execute(_KEPT, (stream,), binary=True).fetchall()
        if not found:
            return None
        (number, seq, digest), count = found[0], size_of(connection, HEADS)
        hashes = inclusion_proof(number, count, nodes_of(connection, count, HEADS))
    return SealedHead(number, count, StreamHead(stream, seq, digest), hashes)


def _tiles(heads: Sequence[StreamHead]) -> Tiles:
    return grow(0, {}, [leaf_hash(head.entry) for head in heads])
