"""The log as static files (C2SP tlog-tiles): any web server can serve them, any tile client can read them.

Full tiles never change, so an export goes on where the one before it ended. The checkpoint is written last.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from psycopg import Connection

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.merkle import root
from adapters.transparency.tiles import WIDTH, Tile, bundle, nodes, path_of, tiles_between
from adapters.transparency.tree import tile_of
from domain.errors import Refused

_ENTRIES = "SELECT record FROM log.events WHERE position > %s AND position <= %s ORDER BY position"
_ENTRY_LEVEL = -1


class OtherLog(Refused):
    """The folder holds another log, or another history of this one."""

    code = "OTHER_LOG"
    zh = "目录中是另一日志，或本日志的另一历史"
    en = "The folder holds another log, or another history of this one"


def export_log(
    connection: "Connection[Any]", head: Checkpoint, folder: Path, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write the tiles, entries and checkpoint of a signed head; return how many files were written. Raises OtherLog."""
    size = head.head.size
    before = _exported(connection, head, folder)
    written = 0
    for tile in tiles_between(before, size):
        _write(folder / path_of(tile), tile_of(connection, tile.level, tile.number, tile.width))
        written += 1
        if tile.level == 0:
            entries = tile._replace(level=_ENTRY_LEVEL)
            _write(folder / path_of(entries), entries_of(connection, tile.number, tile.width))
            written += 1
            progress(tile.number * WIDTH + tile.width)
    _write(folder / "checkpoint", head.note.whole.encode())
    return written + 1


def entries_of(connection: "Connection[Any]", number: int, width: int) -> bytes:
    """Return a bundle of records. Fewer are in it where the log has fewer."""
    first = number * WIDTH
    rows = connection.execute(_ENTRIES, (first, first + width), binary=True).fetchall()
    return bundle(record for (record,) in rows)


def _exported(connection: "Connection[Any]", head: Checkpoint, folder: Path) -> int:
    """Return the size that is in the folder already."""
    file = folder / "checkpoint"
    if not file.exists():
        return 0
    before = parse_checkpoint(file.read_text(encoding="utf-8")).head
    if before.origin != head.head.origin or before.size > head.head.size:
        raise OtherLog(before.origin)
    kept = root(before.size, nodes(before.size, lambda *where: tile_of(connection, *where)))
    if kept != before.root:
        raise OtherLog(before.origin)
    return before.size


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.new")
    beside.write_bytes(data)
    beside.replace(file)


def tile_in(folder: Path, tile: Tile) -> bytes:
    """Return what a tile's file holds. Raises FileNotFoundError."""
    return (folder / path_of(tile)).read_bytes()
