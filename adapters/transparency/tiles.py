"""Tiles: 256 hashes each, of one level of the tree (C2SP tlog-tiles). How they grow, where they lie, what they hold.

A tile of level L holds hashes of complete subtrees of 256**L leaves. Only the last of a level may be partial; it is
the beginning of the full tile that it becomes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from adapters.transparency.merkle import Node

WIDTH = 256
HASH_BYTES = 32
_TILE_BYTES = WIDTH * HASH_BYTES
_HEIGHT = 8
_PATH = re.compile(
    r"(?P<level>0|[1-9][0-9]?|entries)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
MOST_LEVEL = 63


class Tile(NamedTuple):
    """Where a tile is: its level (-1: a bundle of entries), its number in the level, how many hashes wide."""

    level: int
    number: int
    width: int = WIDTH


Tiles = dict[tuple[int, int], bytes]
"""(level, number) -> the hashes of a tile, one after the other."""
Fetch = Callable[[int, int, int], bytes]
"""(level, number, width) -> at least so many hashes of a tile."""


class BadTile(Exception):
    """A tile is not there, or not of the size that the tree needs."""


def grow(size: int, edge: Mapping[int, bytes], hashes: Sequence[bytes]) -> Tiles:
    """Return the tiles that change when leaves come to a tree of ``size``. ``edge``: its partial tiles, by level."""
    changed: Tiles = {}
    level, coming = 0, list(hashes)
    while coming:
        number, joined = size // WIDTH, edge.get(level, b"") + b"".join(coming)
        if len(joined) != (size % WIDTH + len(coming)) * HASH_BYTES:
            raise BadTile(f"level {level}: {len(edge.get(level, b''))} bytes at size {size}")
        coming = []
        for start in range(0, len(joined), _TILE_BYTES):
            tile = changed[level, number] = joined[start : start + _TILE_BYTES]
            if len(tile) == _TILE_BYTES:
                coming.append(subtree_hash(tile))
            number += 1
        size, level = size // WIDTH, level + 1
    return changed


def subtree_hash(hashes: bytes) -> bytes:
    """Return the hash of a complete subtree whose lowest hashes, a power of two of them, are these."""
    while len(hashes) > HASH_BYTES:
        pairs = range(0, len(hashes), 2 * HASH_BYTES)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * HASH_BYTES]).digest() for at in pairs])
    return hashes


def edge_of(size: int) -> list[Tile]:
    """Return the partial tiles of a tree, by level."""
    edge, level = [], 0
    while size:
        if size % WIDTH:
            edge.append(Tile(level, size // WIDTH, size % WIDTH))
        size, level = size // WIDTH, level + 1
    return edge


def tiles_between(old: int, new: int) -> Iterable[Tile]:
    """Yield the tiles that a tree of size ``new`` has and one of size ``old`` had not, or had narrower."""
    level = 0
    while new:
        for number in range(old // WIDTH, -(-new // WIDTH)):
            width = min(WIDTH, new - number * WIDTH)
            if number * WIDTH + width > old:
                yield Tile(level, number, width)
        old, new, level = old // WIDTH, new // WIDTH, level + 1


def nodes(size: int, fetch: Fetch) -> Node:
    """Return how to find the hashes of complete subtrees of a tree of ``size`` in its tiles. They raise BadTile."""

    def node(height: int, index: int) -> bytes:
        level, inside = divmod(height, _HEIGHT)
        first = index << inside
        number, start = divmod(first, WIDTH)
        width = min(WIDTH, (size >> _HEIGHT * level) - number * WIDTH)
        tile = fetch(level, number, width)
        part = tile[start * HASH_BYTES : (start + (1 << inside)) * HASH_BYTES]
        if len(part) != HASH_BYTES << inside:
            raise BadTile(f"tile {level}/{number} has {len(tile) // HASH_BYTES} hashes")
        return subtree_hash(part)

    return node


def path_of(tile: Tile) -> str:
    """Return the path of a tile under the log's prefix, as ``tile/0/x001/234.p/7``."""
    level = "entries" if tile.level < 0 else str(tile.level)
    groups = f"{tile.number:0{3 * -(-len(str(tile.number)) // 3)}d}"
    parts = [groups[at : at + 3] for at in range(0, len(groups), 3)]
    number = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{number}" + (f".p/{tile.width}" if tile.width < WIDTH else "")


def tile_at(path: str) -> Tile:
    """Return the tile that a path (without ``tile/``) names. Raises BadTile for any other spelling of it."""
    found = _PATH.fullmatch(path)
    if not found:
        raise BadTile("no path of a tile")
    level = -1 if found["level"] == "entries" else int(found["level"])
    tile = Tile(level, int(re.sub("[x/]", "", found["number"])), int(found["width"] or WIDTH))
    if path_of(tile) != f"tile/{path}" or level > MOST_LEVEL:
        raise BadTile("no path of a tile")
    return tile


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each with its length before it, two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle. Raises BadTile."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise BadTile("a bundle of entries ends within an entry")
        entries.append(data[at + 2 : end])
        at = end
    return entries
