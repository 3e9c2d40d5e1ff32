"""Verifying an exported log from its static files alone: records, chains, tiles, root and signatures.

The states are not in an export: that a state is the one its record names is for the database, a dump or a bundle.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from adapters.eventstore.records import time_text
from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.exporting import tile_in
from adapters.transparency.keys import BadKey
from adapters.transparency.merkle import leaf_hash, root
from adapters.transparency.notes import BadNote
from adapters.transparency.tiles import WIDTH, BadTile, Tile, Tiles, edge_of, grow, nodes, tiles_between, unbundle
from adapters.transparency.verifying.chains import Chains, Link
from adapters.transparency.verifying.database import Unreadable
from adapters.transparency.verifying.findings import Finding, Verdict
from adapters.transparency.verifying.trust import Trust, judge_roots, judge_signatures

_BROKEN = (OSError, BadNote, BadTile, BadKey, UnicodeDecodeError, msgspec.DecodeError, ValueError, KeyError)


def verify_export(folder: Path, trust: Trust) -> Verdict:
    """Check every file of it. Raises Unreadable: what cannot be read is not verified."""
    began = time.perf_counter()
    try:
        checkpoint = parse_checkpoint((folder / "checkpoint").read_text(encoding="utf-8"))
        chains = Chains()
        found = _roots(folder, checkpoint, chains, {each.head.size for each in _asked(checkpoint, trust)})
    except _BROKEN as error:
        raise Unreadable(f"{folder.name}: {type(error).__name__}") from error
    asked = _asked(checkpoint, trust)
    findings = [*chains.findings, *judge_roots(asked, checkpoint.head.origin, max(found, default=0), found)]
    judged = judge_signatures(asked, (), trust)
    empty = [] if chains.last else [Finding(code="LOG_EMPTY")]
    return Verdict(
        log=chains.log,
        events=chains.last,
        streams=len(chains.tips),
        root=checkpoint.head.root.hex(),
        checkpoints=len(asked),
        signatures=judged.signatures,
        signed=judged.signed,
        witnessed=judged.witnessed,
        sealed=0,
        seconds=round(time.perf_counter() - began, 3),
        findings=tuple(sorted([*findings, *judged.findings, *empty], key=lambda each: each.position or 2**62)),
    )


def _asked(checkpoint: Checkpoint, trust: Trust) -> list[Checkpoint]:
    return [checkpoint, *([trust.last] if trust.last else [])]


def _roots(folder: Path, checkpoint: Checkpoint, chains: Chains, sizes: set[int]) -> dict[int, bytes]:
    """Go through the records; return the roots at the sizes asked for."""
    size, tiles, roots = 0, Tiles(), dict[int, bytes]()

    def fetch(level: int, number: int, _: int) -> bytes:
        return tiles[level, number]

    for tile in tiles_between(0, checkpoint.head.size):
        if tile.level:
            continue
        leaves = []
        for record in unbundle(tile_in(folder, tile._replace(level=-1))):
            chains.take(_link(record), record)
            leaves.append(leaf_hash(record))
        if tile_in(folder, tile) != b"".join(leaves):
            chains.findings.append(Finding(code="TILE_DIFFERS", position=tile.number * WIDTH + 1))
        for part in _parts(size, leaves, sizes):
            edge = {each.level: tiles[each.level, each.number] for each in edge_of(size)}
            tiles |= grow(size, edge, part)
            size += len(part)
            roots[size] = root(size, nodes(size, fetch))
    _upper(folder, checkpoint, tiles, chains)
    return roots


def _parts(size: int, leaves: list[bytes], sizes: set[int]) -> Iterator[list[bytes]]:
    """Yield the leaves up to each size asked for, then the rest."""
    start = 0
    for stop in sorted(each - size for each in sizes if size < each < size + len(leaves)):
        yield leaves[start:stop]
        start = stop
    yield leaves[start:]


def _upper(folder: Path, checkpoint: Checkpoint, tiles: Tiles, chains: Chains) -> None:
    for tile in tiles_between(0, checkpoint.head.size):
        if tile.level and tile_in(folder, Tile(*tile)) != tiles[tile.level, tile.number]:
            chains.findings.append(Finding(code="TILE_DIFFERS", detail=f"level {tile.level}, {tile.number}"))


def _link(record: bytes) -> Link:
    told: dict[str, Any] = msgspec.json.decode(record, type=dict[str, Any])
    again = msgspec.json.encode(told, order="sorted") == record
    at = datetime.fromisoformat(told["recorded_at"])
    whole = again and time_text(at) == told["recorded_at"]
    return Link(told["log"], told["position"], told["stream"], told["seq"], told["prev"], at, whole)
