"""Checkpoints (C2SP tlog-checkpoint): a signed note that says how large the log is, and its root."""

from collections.abc import Iterable
from typing import NamedTuple

from adapters.transparency.hash_lines import hash_lines, hashes_of, number_of
from adapters.transparency.keys import SigningKey, sign
from adapters.transparency.notes import BadNote, Line, Note, parse_note

_HASH_BYTES = 32


class Head(NamedTuple):
    """The head of a log: whose, how many entries, the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{hash_lines([self.root])}"


class Checkpoint(NamedTuple):
    """A head and the note that carries it."""

    head: Head
    note: Note


def signed(head: Head, keys: Iterable[SigningKey]) -> Checkpoint:
    """Return the head signed by each key."""
    text = head.text.encode()
    lines = (Line(key.verifier.name, key.verifier.id, sign(key, text)) for key in keys)
    return Checkpoint(head, Note(head.text, tuple(lines)))


def parse_checkpoint(whole: str) -> Checkpoint:
    """Return the checkpoint, its signatures unchecked. Raises BadNote."""
    note = parse_note(whole)
    lines = note.text.split("\n")
    try:
        origin, size, (root,) = lines[0], number_of(lines[1]), hashes_of([lines[2]])
    except (IndexError, ValueError):
        raise BadNote("no head of a log") from None
    if not origin or len(root) != _HASH_BYTES:
        raise BadNote("no head of a log")
    return Checkpoint(Head(origin, size, root), note)


def with_lines(checkpoint: Checkpoint, lines: Iterable[Line]) -> Checkpoint:
    """Return the checkpoint with further signatures, each once."""
    every = dict.fromkeys((*checkpoint.note.lines, *lines))
    return Checkpoint(checkpoint.head, Note(checkpoint.note.text, tuple(every)))
