"""Hashes as lines of base64, as proofs and submissions have them."""

import base64
import binascii
from collections.abc import Iterable, Sequence


class BadHashLine(ValueError):
    """A line that is no hash."""


def hash_lines(hashes: Iterable[bytes]) -> str:
    """Return a line for each hash."""
    return "".join(f"{base64.b64encode(each).decode()}\n" for each in hashes)


def hashes_of(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Return the hashes of lines without their ends. Raises BadHashLine."""
    try:
        return tuple(base64.b64decode(line, validate=True) for line in lines)
    except (binascii.Error, ValueError):
        raise BadHashLine from None


def number_of(text: str) -> int:
    """Return a decimal number without a leading zero. Raises ValueError for any other spelling."""
    if not text.isascii() or not text.isdigit() or str(int(text)) != text:
        raise ValueError(text)
    return int(text)
