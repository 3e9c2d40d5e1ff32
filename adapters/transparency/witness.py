"""A small witness (C2SP tlog-witness): an office outside the bureau that countersigns heads which continue each other.

It keeps, for each log, the last head that it has signed. Looking at it and replacing it is one transaction.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from adapters.transparency.checkpoints import Checkpoint
from adapters.transparency.keys import SigningKey, VerifierKey, sign
from adapters.transparency.merkle import EMPTY_ROOT, BadProof, check_consistency
from adapters.transparency.notes import BadNote, Line, signed_by
from adapters.transparency.witness_protocol import SIZE_TYPE, parse_submission

_MAKE = "CREATE TABLE IF NOT EXISTS heads (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL)"
_FIND = "SELECT size, root FROM heads WHERE origin = ?"
_KEEP = """
INSERT INTO heads (origin, size, root) VALUES (?, ?, ?)
    ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root
"""
_TEXT = "text/plain; charset=utf-8"


class Reply(NamedTuple):
    """An HTTP status, a body and its type."""

    status: int
    body: str = ""
    type: str = _TEXT


class Witness:
    """Signs for the logs that it knows. For several threads."""

    def __init__(self, file: Path, key: SigningKey, logs: Sequence[tuple[str, VerifierKey]]) -> None:
        """``file``: its memory. ``logs``: origin and key of each log that it watches."""
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_MAKE)
        self._lock = threading.Lock()
        self._key = key
        self._logs = logs

    def close(self) -> None:
        """Close its memory."""
        self._database.close()

    def add_checkpoint(self, body: str, now: int) -> Reply:
        """Answer a submission. ``now``: seconds since 1970, told in the signature."""
        try:
            submission = parse_submission(body)
        except BadNote:
            return Reply(400)
        checkpoint = submission.checkpoint
        keys = [key for origin, key in self._logs if origin == checkpoint.head.origin]
        if not keys:
            return Reply(404)
        if not _is_signed(checkpoint, keys):
            return Reply(403)
        if submission.old > checkpoint.head.size:
            return Reply(400)
        with self._transaction():
            return self._consider(submission.old, submission.hashes, checkpoint, now)

    def _consider(self, old: int, hashes: Sequence[bytes], checkpoint: Checkpoint, now: int) -> Reply:
        head = checkpoint.head
        found = self._database.execute(_FIND, (head.origin,)).fetchone()
        size, root = found or (0, EMPTY_ROOT)
        if old != size:
            return Reply(409, f"{size}\n", SIZE_TYPE)
        if old == head.size and root != head.root:
            return Reply(409, f"{size}\n", SIZE_TYPE)
        try:
            check_consistency(old, head.size, hashes, root, head.root)
        except BadProof:
            return Reply(422)
        self._database.execute(_KEEP, (head.origin, head.size, head.root))
        signature = sign(self._key, head_text(checkpoint), now)
        return Reply(200, Line(self._key.verifier.name, self._key.verifier.id, signature).text)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Also against another process on the same memory: the lock is taken before the look."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def head_text(checkpoint: Checkpoint) -> bytes:
    """Return what signatures are made over."""
    return checkpoint.note.text.encode()


def _is_signed(checkpoint: Checkpoint, keys: Sequence[VerifierKey]) -> bool:
    try:
        return bool(signed_by(checkpoint.note, keys))
    except BadNote:
        return False
