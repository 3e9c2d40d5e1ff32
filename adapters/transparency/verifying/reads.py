"""Verifying the reads on record: chain, times, tree and signed heads. What has expired is told by its hashes."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from psycopg import Connection

from adapters.eventstore.records import time_text
from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.keys import VerifierKey
from adapters.transparency.merkle import leaf_hash
from adapters.transparency.notes import BadNote, signed_by
from adapters.transparency.tree import READS
from adapters.transparency.verifying.findings import FaultCode, Finding
from adapters.transparency.verifying.growth import Growth

_CHUNK = 5_000
_ENTRIES = """
SELECT position, recorded_at, entry, digest, leaf FROM reads.entries WHERE position > %s ORDER BY position LIMIT %s
"""
_HEAD = "SELECT log, position, last_hash FROM reads.head"
_CHECKPOINTS = """
SELECT size, note FROM tree.checkpoints WHERE tree = %(tree)s
 UNION SELECT size, note FROM tree.latest WHERE tree = %(tree)s ORDER BY size
"""

Row = tuple[int, datetime, bytes | None, bytes, bytes]
"""Position, recorded at, entry, its hash, its leaf hash."""


def verify_reads(connection: "Connection[Any]", keys: Sequence[VerifierKey]) -> list[Finding]:
    """Return what is wrong with the reads on record. ``keys``: those that may sign their heads."""
    log, position, last = connection.execute(_HEAD, binary=True).fetchall()[0]
    findings: list[Finding] = []
    heads = _heads(connection, keys, findings)
    growth = Growth(each.head.size for each in heads)
    before, kept = b"", False
    while rows := connection.execute(_ENTRIES, (growth.size, _CHUNK), binary=True).fetchall():
        for number, row in enumerate(rows, growth.size + 1):
            if row[0] != number:
                return [*findings, _found("POSITION_MISSING", number)]  # whatever follows is moved
            # Only the oldest expire: a gap after one that is there was made by somebody.
            if not _is_well(row, log, before) if row[2] is not None else kept:
                findings.append(_found("RECORD_ALTERED", number))
            before, kept = row[3], row[2] is not None
        growth.take([row[4] if row[2] is None else leaf_hash(row[2]) for row in rows])
    if (growth.size, before) != (position, last):
        findings.append(_found("HEAD_DIFFERS", min(growth.size, position) + 1))
    return [*findings, *_compared(heads, growth)]


def _is_well(row: Row, log: str, before: bytes) -> bool:
    position, at, entry, digest, leaf = row
    try:
        told = msgspec.json.decode(entry or b"", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    place = [told.get(name) for name in ("position", "log", "at", "prev")]
    hashes = (sha256(entry or b"").digest(), leaf_hash(entry or b""))
    return hashes == (digest, leaf) and place == [position, log, time_text(at), before.hex()]


def _heads(connection: "Connection[Any]", keys: Sequence[VerifierKey], findings: list[Finding]) -> list[Checkpoint]:
    heads = []
    for size, note in connection.execute(_CHECKPOINTS, {"tree": READS}).fetchall():
        try:
            checkpoint = parse_checkpoint(note)
            if not signed_by(checkpoint.note, keys):
                findings.append(_found("SIGNATURE_MISSING", size))
        except BadNote:
            findings.append(_found("SIGNATURE_BAD", size))
            continue
        heads.append(checkpoint)
    return heads


def _compared(heads: Sequence[Checkpoint], growth: Growth) -> list[Finding]:
    findings = []
    for head in (each.head for each in heads):
        if head.size > growth.size:
            findings.append(_found("CHECKPOINT_BEYOND", head.size))
        elif growth.roots[head.size] != head.root:
            findings.append(_found("CHECKPOINT_DIFFERS", head.size))
    return findings


def _found(code: FaultCode, position: int) -> Finding:
    return Finding(code=code, position=position, detail="reads")
