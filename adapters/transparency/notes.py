"""Signed notes (C2SP signed-note): a text, a blank line, signature lines."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from adapters.transparency.keys import BadSignature, VerifierKey, check

_DASH = "— "
_ID_BYTES = 4
_MOST_SIGNATURES = 100


class BadNote(Exception):
    """Not a signed note, or none of the signatures asked for."""


class Line(NamedTuple):
    """A signature line."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """The line with its end."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Note(NamedTuple):
    """A text, which ends with a line's end, and its signatures."""

    text: str
    lines: tuple[Line, ...]

    @property
    def whole(self) -> str:
        """The note as it is stored and sent."""
        return f"{self.text}\n{''.join(line.text for line in self.lines)}"


def parse_note(whole: str) -> Note:
    """Return the note. Raises BadNote."""
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or any(sign < " " and sign != "\n" for sign in whole):
        raise BadNote("no text and signatures with a blank line between them")
    return Note(f"{text}\n", parse_lines(signatures))


def parse_lines(text: str) -> tuple[Line, ...]:
    """Return signature lines. Raises BadNote."""
    lines = text.splitlines()
    if len(lines) > _MOST_SIGNATURES:
        raise BadNote("too many signatures")
    return tuple(map(_line, lines))


def _line(text: str) -> Line:
    name, _, encoded = text.removeprefix(_DASH).partition(" ")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not text.startswith(_DASH) or not name or len(data) <= _ID_BYTES:
        raise BadNote("no signature line")
    return Line(name, data[:_ID_BYTES], data[_ID_BYTES:])


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Return those of the keys that have signed. Raises BadNote where a line of a known key is not its signature."""
    found = []
    for key in keys:
        lines = lines_of(note.lines, key)
        for line in lines:
            try:
                check(key, note.text.encode(), line.signature)
            except BadSignature:
                raise BadNote(f"{key.name}: a signature that the key did not make") from None
        if lines:
            found.append(key)
    return found


def lines_of(lines: Sequence[Line], key: VerifierKey) -> list[Line]:
    """Return the lines that name a key."""
    return [line for line in lines if line.name == key.name and line.key_id == key.id]
