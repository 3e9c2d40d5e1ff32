"""Log files: compressed or not on the way in, whole or absent on the way out."""

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from application.history import Wording

_GZIP_MAGIC = b"\x1f\x8b"

BROKEN_STREAM = (EOFError, gzip.BadGzipFile, zlib.error)
"""What reading a truncated or altered gzip stream raises."""
CUT_SHORT = Wording("压缩文件中断或已损坏", "the gzip stream is cut short or damaged")


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """The bytes of a file, unpacked when they are gzip, whatever its name says. Raises OSError."""
    with path.open("rb") as raw:
        if raw.peek(2)[:2] != _GZIP_MAGIC:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield unpacked


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes ``path`` at the end, or leaves it untouched on any fault; gzip when named ``.gz``.

    The file is readable by its owner alone: a case history is personal data.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with _packed(raw, wanted=path.suffix == ".gz") as stream:
                yield stream
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _packed(raw: BinaryIO, *, wanted: bool) -> Iterator[BinaryIO]:
    if not wanted:
        yield raw
        return
    # No name and no time in the header: the same log gives the same bytes.
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        yield cast(BinaryIO, packed)
