"""Verifying the reads on record: chain, times, links, tree, signed heads; and that nothing was let go too early."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from adapters.eventstore.records import time_text
from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.keys import VerifierKey
from adapters.transparency.merkle import leaf_hash
from adapters.transparency.notes import BadNote, signed_by
from adapters.transparency.setting_up import origin_of, reads_origin
from adapters.transparency.tree import READS
from adapters.transparency.verifying.findings import FaultCode, Finding
from adapters.transparency.verifying.growth import Growth

_CHUNK = 5_000
_YEARS = timedelta(days=3 * 365)
_MOST_FINDINGS = 20
_ENTRIES = """
SELECT position, recorded_at, entry, digest, leaf,
       ARRAY(SELECT kind || ' ' || name FROM reads.about AS a WHERE a.position = e.position) AS links
  FROM reads.entries AS e WHERE position > %s ORDER BY position LIMIT %s
"""
_HEAD = "SELECT log, position, last_hash FROM reads.head"
_CHECKPOINTS = """
SELECT size, note, signed_at FROM tree.checkpoints WHERE tree = %(tree)s
 UNION SELECT size, note, signed_at FROM tree.latest WHERE tree = %(tree)s ORDER BY size
"""
# The notary signs both logs in one turn: where it has signed events a minute later, it had reads to sign.
_OUGHT = """
SELECT EXISTS (SELECT FROM tree.latest WHERE tree = 'events'
                  AND signed_at > (SELECT min(recorded_at) FROM reads.entries) + interval '2 minutes')
"""


class _Row(NamedTuple):
    position: int
    at: datetime
    entry: bytes | None
    digest: bytes
    leaf: bytes
    links: Sequence[str]


class _Signed(NamedTuple):
    checkpoint: Checkpoint
    at: datetime


class _Scan:
    """Takes rows in the order of positions. ``gone``: up to where entries have expired; ``told``: as a record says."""

    def __init__(self, log: str, now: datetime) -> None:
        self.findings: list[Finding] = []
        self.digest = b""
        self.gone = self.told = 0
        self._log = log
        self.over = now - _YEARS
        self._at: datetime | None = None

    def take(self, row: _Row) -> None:
        if row.entry is None:
            # Only the oldest expire: a gap after one that is there was made by somebody.
            if row.position != self.gone + 1 or row.at > self.over:
                self.find("EXPIRED_EARLY", row.position)
            self.gone = row.position
        else:
            self._look(row, row.entry)
        self.digest, self._at = row.digest, row.at

    def _look(self, row: _Row, entry: bytes) -> None:
        try:
            told = msgspec.json.decode(entry, type=dict[str, Any])
            read = told["read"]
            links = {*(f"case {name}" for name in read["cases"]), *(f"subject {name}" for name in read["subjects"])}
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
            self.find("RECORD_ALTERED", row.position)
            return
        place = (told.get("position"), told.get("log"), told.get("at"))
        hashes = (sha256(entry).digest(), leaf_hash(entry))
        faults: dict[FaultCode, bool] = {
            "RECORD_ALTERED": (row.digest, row.leaf) != hashes or place != (row.position, self._log, time_text(row.at)),
            "CHAIN_BROKEN": told.get("prev") != self.digest.hex(),
            "TIME_WENT_BACK": self._at is not None and row.at < self._at,
            "LINKS_DIFFER": links != set(row.links),
        }
        for code in (code for code, bad in faults.items() if bad):
            self.find(code, row.position)
        if read.get("kind") == "expiry":
            self.told = int(read["query"]["upto"])

    def find(self, code: FaultCode, position: int) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(code=code, position=position, detail="reads"))


def verify_reads(connection: "Connection[Any]", keys: Sequence[VerifierKey], now: datetime) -> list[Finding]:
    """Return what is wrong with the reads on record. ``keys``: those that may sign their heads. None yet is well."""
    log, position, last = connection.execute(_HEAD, binary=True).fetchall()[0]
    scan = _Scan(log, now)
    heads = _heads(connection, keys, scan, reads_origin(origin_of(log.removesuffix("/reads"))))
    growth = Growth(each.checkpoint.head.size for each in heads)
    while rows := connection.execute(_ENTRIES, (growth.size, _CHUNK), binary=True).fetchall():
        for number, row in enumerate(map(_Row._make, rows), growth.size + 1):
            if row.position != number:
                scan.find("POSITION_MISSING", number)
                return scan.findings  # whatever follows is moved
            scan.take(row)
        growth.take([row[4] if row[2] is None else leaf_hash(row[2]) for row in rows])
    if (growth.size, scan.digest) != (position, last):
        scan.find("HEAD_DIFFERS", min(growth.size, position) + 1)
    _compare(scan, heads, growth)
    if not heads and connection.execute(_OUGHT).fetchall() == [(True,)]:
        scan.find("SIGNATURE_MISSING", growth.size)
    return scan.findings


def _heads(connection: "Connection[Any]", keys: Sequence[VerifierKey], scan: _Scan, origin: str) -> list[_Signed]:
    heads = []
    for size, note, at in connection.execute(_CHECKPOINTS, {"tree": READS}).fetchall():
        try:
            checkpoint = parse_checkpoint(note)
            if not signed_by(checkpoint.note, keys):
                scan.find("SIGNATURE_MISSING", size)
        except BadNote:
            scan.find("SIGNATURE_BAD", size)
            continue
        if checkpoint.head.origin != origin:
            scan.find("CHECKPOINT_DIFFERS", size)
        heads.append(_Signed(checkpoint, at))
    return heads


def _compare(scan: _Scan, heads: Sequence[_Signed], growth: Growth) -> None:
    """Hold signed heads against the tree, and what has expired against when they were signed and what is told of it."""
    for signed in heads:
        head = signed.checkpoint.head
        if head.size > growth.size:
            scan.find("CHECKPOINT_BEYOND", head.size)
        elif growth.roots[head.size] != head.root:
            scan.find("CHECKPOINT_DIFFERS", head.size)
        elif head.size < scan.gone and signed.at > scan.over:
            scan.find("EXPIRED_EARLY", head.size + 1)  # it came after a head that is younger than three years
    if scan.gone != scan.told:
        scan.find("EXPIRED_EARLY", min(scan.gone, scan.told) + 1)
