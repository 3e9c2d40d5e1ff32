"""Going through all events once: every record is made again from its row, and hashed into a tree of its own."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec

from adapters.eventstore.records import time_text
from adapters.transparency.heads import StreamHead, root_of
from adapters.transparency.merkle import leaf_hash
from adapters.transparency.tiles import HASH_BYTES
from adapters.transparency.verifying.findings import FaultCode, Finding
from adapters.transparency.verifying.growth import Growth

Row = tuple[int, str, int, str, int, datetime, bytes, bytes]
"""Position, stream, version, type, schema, recorded at, state, record."""

MOST_FINDINGS = 20


class Sealed(NamedTuple):
    """What a heads.sealed event says, to be held against the log at that position."""

    position: int
    streams: int
    root: str
    told_at: int
    """The event's own position."""


class Wanted(NamedTuple):
    """At which sizes the root is asked for, and which sealed heads are looked at."""

    sizes: Sequence[int]
    sealed: Sequence[Sealed] = ()


class Scan:
    """Takes rows in the order of positions. ``roots``: of the sizes wanted that were reached."""

    def __init__(self, log: str, wanted: Wanted) -> None:
        """``log``: its id, as records name it."""
        self.log = log
        self.size = 0
        self.findings: list[Finding] = []
        self.tips: dict[str, tuple[int, bytes]] = {}
        self.leaves_differ = 0
        self._at: datetime | None = None
        self._stops = sorted({*wanted.sizes, *(each.position for each in wanted.sealed)})
        self._growth = Growth(self._stops)
        self.roots = self._growth.roots
        self._sealed = {each.position: each for each in wanted.sealed}
        self._before = f'{{"log":"{log}","position":'

    def take(self, rows: Sequence[Row], kept: Callable[[int, int], bytes] = lambda *_: b"") -> None:
        """Take the next rows. ``kept(position, count)``: the leaf hashes that the tree holds for them, if it does."""
        rest, first = list(rows), self.size + 1
        hashes = kept(first, len(rest))
        while rest:
            # Up to the next size that is asked for: roots and heads are those of that moment.
            stop = next((stop for stop in self._stops if self.size < stop < self.size + len(rest)), None)
            count = stop - self.size if stop is not None else len(rest)
            leaves = [self._leaf(row) for row in rest[:count]]
            at = (self.size + 1 - first) * HASH_BYTES
            self._compare(self.size + 1, leaves, hashes[at : at + count * HASH_BYTES])
            self._grow(leaves)
            rest = rest[count:]

    def _leaf(self, row: Row) -> bytes:
        position, stream, seq, stored_type, schema, at, state, record = row
        if position != self._next:
            self._find("POSITION_MISSING", self._next, f"{self._next}..{position - 1}")
            self._next = position
        self._next += 1
        version, prev = self.tips.get(stream, (0, b""))
        expected = (
            f'{self._before}{position},"prev":"{prev.hex()}","recorded_at":"{time_text(at)}","schema":{schema},'
            f'"seq":{seq},"state":"{sha256(state).hexdigest()}","stream":"{stream}","type":"{stored_type}","v":1}}'
        ).encode()
        if record != expected or seq != version + 1 or (self._at is not None and at < self._at):
            self._explain(row, version, prev)
        self._at = at
        self.tips[stream] = seq, sha256(record).digest()
        return leaf_hash(record)

    _next = 1

    def _explain(self, row: Row, version: int, prev: bytes) -> None:
        """Say what is wrong with a row, most telling first."""
        position, stream, seq, stored_type, schema, at, state, record = row
        told = _told(record)
        if seq != version + 1:
            self._find("VERSION_MISSING", position, f"{stream}: {version + 1}")
        if told.get("state") != sha256(state).hexdigest():
            self._find("STATE_ALTERED", position, stream)
        columns = (self.log, position, stream, seq, stored_type, schema, time_text(at), 1)
        names = ("log", "position", "stream", "seq", "type", "schema", "recorded_at", "v")
        differing = [name for name, value in zip(names, columns, strict=True) if told.get(name) != value]
        if differing:
            self._find("RECORD_ALTERED", position, f"{stream}: {', '.join(differing)}")
        if told.get("prev") != prev.hex():
            self._find("CHAIN_BROKEN", position, stream)
        if self._at is not None and at < self._at:
            self._find("TIME_WENT_BACK", position, stream)
        if not self.findings:
            self._find("RECORD_ALTERED", position, f"{stream}: not canonical")

    def _compare(self, first: int, leaves: Sequence[bytes], kept: bytes) -> None:
        if kept and not self.leaves_differ and kept != b"".join(leaves)[: len(kept)]:
            number = next(n for n, leaf in enumerate(leaves) if kept[n * HASH_BYTES : (n + 1) * HASH_BYTES] != leaf)
            self.leaves_differ = first + number
            self._find("TILE_DIFFERS", first + number)

    def _grow(self, leaves: Sequence[bytes]) -> None:
        self._growth.take(leaves)
        self.size = self._growth.size
        if self.size in self._sealed:
            self._compare_heads(self._sealed[self.size])

    def root(self) -> bytes:
        """Return the root over all that was taken."""
        return self._growth.root()

    def _compare_heads(self, sealed: Sealed) -> None:
        heads = [StreamHead(stream, seq, digest) for stream, (seq, digest) in sorted(self.tips.items())]
        if len(heads) != sealed.streams or root_of(heads).hex() != sealed.root:
            self._find("HEADS_DIFFER", sealed.told_at, str(sealed.position))

    def _find(self, code: FaultCode, position: int, detail: str = "") -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code=code, position=position, detail=detail))


def _told(record: bytes) -> dict[str, object]:
    try:
        told = msgspec.json.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def first_of(findings: Iterable[Finding]) -> Finding | None:
    """Return the finding with the first position."""
    return min(findings, key=lambda each: (each.position or 2**63, each.code), default=None)
