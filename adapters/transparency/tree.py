"""The tree in the database: it grows with the log, exactly once, and gives hashes for roots and proofs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from psycopg import Connection

from adapters.eventstore.reader import require_contiguous
from adapters.transparency.merkle import Node, leaf_hash
from adapters.transparency.tiles import HASH_BYTES, WIDTH, BadTile, Tiles, edge_of, grow, nodes

EVENTS = "events"
"""The tree over the event log."""
READS = "reads"
"""The tree over the reads on record."""
HEADS = "heads"
"""The tree over the heads of all streams, as they were sealed last."""
MOST_RECORDS = 10_000

_LOCK = "SELECT size FROM tree.sizes WHERE tree = %s FOR UPDATE"
_SIZE = "SELECT size FROM tree.sizes WHERE tree = %s"
_RECORDS = {
    EVENTS: "SELECT position, record FROM log.events WHERE position > %s ORDER BY position LIMIT %s",
    READS: "SELECT position, entry FROM reads.entries WHERE position > %s ORDER BY position LIMIT %s",
}
_EDGE = """
SELECT level::int4, hashes FROM tree.tiles JOIN unnest(%s::int2[], %s::int8[]) AS wanted (level, number)
 USING (level, number) WHERE tree = %s
"""
_PUT = """
INSERT INTO tree.tiles (tree, level, number, hashes) SELECT %s, * FROM unnest(%s::int2[], %s::int8[], %s::bytea[])
    ON CONFLICT (tree, level, number) DO UPDATE SET hashes = excluded.hashes
"""
_MOVE = "UPDATE tree.sizes SET size = %s, moved_at = clock_timestamp() WHERE tree = %s"
_TILE = "SELECT hashes FROM tree.tiles WHERE tree = %s AND level = %s AND number = %s"
_KEPT_TILES = 64


def grow_tree(connection: "Connection[Any]", tree: str = EVENTS, most: int = MOST_RECORDS) -> int:
    """Take up to ``most`` further records into the tree; return how many came. Raises LogBroken.

    Any number of processes may do so at once: each takes up where the one before it has committed.
    """
    with connection.transaction():
        size = connection.execute(_LOCK, (tree,)).fetchall()[0][0]
        rows = connection.execute(_RECORDS[tree].encode(), (size, most), binary=True).fetchall()
        if not rows:
            return 0
        require_contiguous([position for position, _ in rows], size, tree)
        changed = grow(size, _edge(connection, tree, size), [leaf_hash(record) for _, record in rows])
        put_tiles(connection, tree, changed, size + len(rows))
        return len(rows)


def put_tiles(connection: "Connection[Any]", tree: str, changed: Tiles, size: int) -> None:
    """Write tiles, and the size that the tree has with them, within the caller's transaction."""
    levels, numbers = [level for level, _ in changed], [number for _, number in changed]
    connection.execute(_PUT, (tree, levels, numbers, list(changed.values())))
    connection.execute(_MOVE, (size, tree))


def _edge(connection: "Connection[Any]", tree: str, size: int) -> dict[int, bytes]:
    """Return the partial tiles, cut to the size: what lies beyond it is not known to be of the log."""
    edge = {tile.level: tile for tile in edge_of(size)}
    asked = [tile.level for tile in edge.values()], [tile.number for tile in edge.values()], tree
    rows = connection.execute(_EDGE, asked, binary=True).fetchall()
    return {level: hashes[: edge[level].width * HASH_BYTES] for level, hashes in rows}


def size_of(connection: "Connection[Any]", tree: str = EVENTS) -> int:
    """Return how many records are in the tree."""
    size: int = connection.execute(_SIZE, (tree,)).fetchall()[0][0]
    return size


def tile_of(connection: "Connection[Any]", level: int, number: int, width: int = WIDTH, tree: str = EVENTS) -> bytes:
    """Return the first ``width`` hashes of a tile. Raises BadTile where it has not so many."""
    rows: Sequence[tuple[bytes]] = connection.execute(_TILE, (tree, level, number), binary=True).fetchall()
    if not rows or len(rows[0][0]) < width * HASH_BYTES:
        raise BadTile(f"no tile {level}/{number} of {width}")
    return rows[0][0][: width * HASH_BYTES]


def nodes_of(connection: "Connection[Any]", size: int, tree: str = EVENTS) -> Node:
    """Return the hashes of the tree at a size that it has had, or has."""

    @lru_cache(_KEPT_TILES)
    def fetch(level: int, number: int, width: int) -> bytes:
        return tile_of(connection, level, number, width, tree)

    return nodes(size, fetch)
