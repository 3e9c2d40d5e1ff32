"""The local secret: made once, kept in a file that only its owner can read."""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

_BYTES = 32


class BadKeyFile(Exception):
    """The key file is damaged: going on with another key would make every known person a stranger."""


def read_or_make_key(home: Path) -> bytes:
    """Return the secret of this installation. Raises BadKeyFile."""
    file = home / "secret.key"
    home.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    key = secrets.token_bytes(_BYTES)
    with os.fdopen(handle, "wb") as opened:
        opened.write(key)
        opened.flush()
        os.fsync(opened.fileno())
    return key


def derive(key: bytes, purpose: str) -> bytes:
    """Return a key of its own for a purpose."""
    return hmac.new(key, purpose.encode(), sha256).digest()


def _read(file: Path) -> bytes:
    key = file.read_bytes()
    if len(key) != _BYTES:
        raise BadKeyFile(file.name)
    return key
