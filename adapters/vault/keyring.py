"""Key-encryption keys: from a folder of files that only their owner can read, or from the environment.

Data keys are wrapped by AES key wrap (RFC 3394) under the newest; older ones stay until everything is wrapped anew.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from domain.errors import Unavailable

_BYTES = 32
_NAME = re.compile(r"kek-[1-9][0-9]{0,8}")


class KeyLost(Unavailable):
    """No key-encryption key opens a data key: the wrong keys are set, or they are gone."""

    code = "KEY_LOST"
    zh = "密钥加密密钥缺失或不符"
    en = "The key-encryption key is missing or another one"


class KeyRing(Protocol):
    """Wraps data keys. Another place for the keys, a hardware module say, implements this."""

    @property
    def current(self) -> str:
        """The name of the key that wraps now."""

    def refresh(self) -> None:
        """Read the keys again: another process may have changed them. Raises KeyLost."""

    def wrap(self, key: bytes) -> bytes:
        """Wrap a data key under the current one."""

    def unwrap(self, kek: str, wrapped: bytes) -> bytes:
        """Return a data key. Raises KeyLost."""


class Keks:
    """Implements KeyRing with keys that are held in memory."""

    def __init__(self, read: Callable[[], Mapping[str, bytes]]) -> None:
        """``read``: returns the keys by name, ``kek-1`` and so on; the highest number is the current one."""
        self._read = read
        self.refresh()

    def refresh(self) -> None:
        """Read the keys again: another process may have changed them. Raises KeyLost."""
        self._keys = dict(self._read())
        self.current = max(self._keys, key=_number)

    def wrap(self, key: bytes) -> bytes:
        """Wrap a data key under the current one."""
        return aes_key_wrap(self._keys[self.current], key)

    def unwrap(self, kek: str, wrapped: bytes) -> bytes:
        """Return a data key. Raises KeyLost."""
        if kek not in self._keys:
            self.refresh()
        try:
            return aes_key_unwrap(self._keys[kek], wrapped)
        except (KeyError, InvalidUnwrap) as error:
            raise KeyLost(kek) from error


def read_ring(home: Path, told: str = "") -> Keks:
    """Return the ring: ``told`` (``ANJUAN_KEKS``: ``kek-1:hex,kek-2:hex``) or the files, the first of them made now.

    Raises KeyLost for keys that are not of 32 bytes.
    """
    if told:
        pairs = [pair.partition(":") for pair in told.split(",")]
        return Keks(lambda: {_checked_name(name.strip()): _of_hex(key.strip()) for name, _, key in pairs})
    folder = home / "keks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _files(folder):
        with suppress(FileExistsError):  # another process was first, and its key counts
            add_kek(home, "kek-1")
    return Keks(lambda: {file.stem: _checked(file.read_bytes(), file.stem) for file in _files(folder)})


def add_kek(home: Path, name: str) -> None:
    """Make a key file, whole or not at all. Raises FileExistsError."""
    folder = home / "keks"
    beside = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(secrets.token_bytes(_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        os.link(beside, folder / f"{name}.key")
    finally:
        beside.unlink()


def drop_keks(home: Path, but: str) -> list[str]:
    """Remove every key file but one; return the names removed."""
    old = [file for file in _files(home / "keks") if file.stem != but]
    for file in old:
        file.unlink()
    return [file.stem for file in old]


def next_kek(current: str) -> str:
    """Return the name of the key after the current one."""
    return f"kek-{_number(current) + 1}"


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("kek-*.key") if _NAME.fullmatch(file.stem))


def _number(name: str) -> int:
    return int(name.removeprefix("kek-"))


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise KeyLost("ANJUAN_KEKS")
    return name


def _of_hex(text: str) -> bytes:
    try:
        return _checked(bytes.fromhex(text), "ANJUAN_KEKS")
    except ValueError:
        raise KeyLost("ANJUAN_KEKS") from None


def _checked(key: bytes, name: str) -> bytes:
    if len(key) != _BYTES:
        raise KeyLost(name)
    return key
