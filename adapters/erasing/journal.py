"""A journal of erasures beside both databases: what was erased stays known when both are restored from older backups.

It holds made-up names of subjects and ids of events, nothing else.
"""

import os
from pathlib import Path

import msgspec

from domain.kernel import Value

_NAME = "erasures.jsonl"


class Erased(Value):
    """An erasure that was begun."""

    subject: str
    subjects: tuple[str, ...]
    erasure: str


_decode = msgspec.json.Decoder(Erased).decode


def note(home: Path, erased: Erased) -> None:
    """Add a line, durable when this returns. Noted twice does no harm."""
    with (home / _NAME).open("ab") as file:
        file.write(msgspec.json.encode(erased) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def noted(home: Path) -> list[Erased]:
    """Return what was noted; a line that was cut off when the machine failed was not acted upon, and is passed over."""
    file = home / _NAME
    lines = file.read_bytes().split(b"\n") if file.exists() else []
    return [_decode(line) for line in lines[:-1] if line.startswith(b"{") and line.endswith(b"}")]
