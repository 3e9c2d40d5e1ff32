"""The local secret: made once, kept in a file that only its owner can read."""

import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_BYTES = 32


class BadKeyFile(Exception):
    """The key file is damaged: going on with another key would make every known person a stranger."""


def read_or_make_key(home: Path) -> bytes:
    """Return the secret of this installation. Raises BadKeyFile."""
    file = home / "secret.key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        _make(file)
    return _read(file)


def _make(file: Path) -> None:
    """Write it whole beside its place and link it there: nobody sees half a key, and the first of two makers wins."""
    handle, name = tempfile.mkstemp(prefix=".key-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(secrets.token_bytes(_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        os.unlink(name)  # noqa: PTH108 mkstemp gives names
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def derive(key: bytes, purpose: str) -> bytes:
    """Return a key of its own for a purpose."""
    return hmac.new(key, purpose.encode(), sha256).digest()


def _read(file: Path) -> bytes:
    key = file.read_bytes()
    if len(key) != _BYTES:
        raise BadKeyFile(file.name)
    return key
