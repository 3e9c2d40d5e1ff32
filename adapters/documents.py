"""The file store: documents under their SHA-256, written whole or not at all."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.cases.actions.attach_document import MOST_BYTES
from domain.errors import DocumentRefused, Refused

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEAD = 16
# What a file of the type starts with. OFD (GB/T 33190) is a zip archive.
_MAGIC = {
    "application/pdf": (b"%PDF-",),
    "application/ofd": (b"PK\x03\x04",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
}


class DocumentTooLarge(DocumentRefused):
    """More bytes than MOST_BYTES."""

    code = "BODY_TOO_LARGE"
    zh = "内容超过大小限制"
    en = "The body is over the limit"


def media_type_of(head: bytes) -> str:
    """Return the type that the first bytes say, or empty text."""
    return next((name for name, starts in _MAGIC.items() if head.startswith(starts)), "")


class Upload:
    """A document on its way in: bytes go to a temporary file while they are counted and hashed."""

    def __init__(self, folder: Path) -> None:
        """Open the file in the folder where it would stay, so that the last step is a rename."""
        handle, name = tempfile.mkstemp(dir=folder, prefix=".upload-")
        self._file = os.fdopen(handle, "wb")
        self._path = Path(name)
        self._hash = sha256()
        self._head = b""
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take bytes. Raises DocumentTooLarge."""
        self.size += len(chunk)
        if self.size > MOST_BYTES:
            raise DocumentTooLarge("size")
        if len(self._head) < _HEAD:
            self._head += chunk[: _HEAD - len(self._head)]
        self._hash.update(chunk)
        self._file.write(chunk)

    def finish(self, media_type: str) -> str:
        """Make the bytes durable and return their hash. Raises DocumentRefused if they are not of the type."""
        if self.size == 0:
            raise DocumentRefused("size")
        if not media_type or media_type_of(self._head) != media_type:
            raise DocumentRefused("media_type")
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()

    def move(self, to: Path) -> None:
        """Give the file its name."""
        self._path.replace(to)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


class DocumentStore:
    """Documents below ``<home>/documents``."""

    def __init__(self, home: Path) -> None:
        """Make nothing yet."""
        self._root = home / "documents"

    def upload(self) -> Upload:
        """Begin an upload; leave its context to drop what was not kept."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Upload(self._root)

    @contextmanager
    def kept(self, upload: Upload, digest: str) -> Iterator[None]:
        """Keep the finished upload; if the block is refused, and only this upload brought the content, drop it again.

        After any other fault it stays: the event that names it may be in the log, and a file too many does no harm.

        Uploads of one home go through here one by one: a content that one drops cannot be one that another needs.
        """
        place = self._place(digest)
        with self._alone():
            fresh = not place.exists()
            if fresh:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                upload.move(place)
                _make_durable(place.parent)
            try:
                yield
            except Refused:
                if fresh:
                    place.unlink()
                raise

    def find(self, digest: str) -> Path | None:
        """Return the file of a hash, if there is one."""
        if not _SHA256.fullmatch(digest):
            return None
        place = self._place(digest)
        return place if place.is_file() else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _place(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:4] / digest


def _make_durable(folder: Path) -> None:
    """The rename itself, and the folders on the way."""
    for each in (folder, folder.parent, folder.parent.parent):
        handle = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
