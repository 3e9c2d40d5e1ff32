"""The files that hold the keys which sign heads: one line each, readable by their owner alone."""

import os
from pathlib import Path

from adapters.transparency.keys import BadKey, Kind, SigningKey, new_key, signing_key_of
from domain.errors import Refused

_FOLDER = "log-keys"
_RETIRED = ".retired"


class BadLogKey(Refused):
    """A key file that cannot be used; the text names the file."""

    code = "BAD_LOG_KEY"
    zh = "签名密钥文件无法使用"
    en = "A file of a signing key cannot be used"


def keys_in(home: Path) -> list[SigningKey]:
    """Return the keys that sign now, Ed25519 first. Raises BadLogKey."""
    files = sorted((home / _FOLDER).glob("*.key"))
    keys = [_read(file) for file in files]
    return sorted(keys, key=lambda key: key.verifier.kind != "ed25519")


def add_key(home: Path, name: str, kind: Kind) -> SigningKey:
    """Make a key and keep it. Raises BadKey, NoSm2, FileExistsError."""
    key = new_key(name, kind)
    folder = home / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / f"{kind}-{key.verifier.id.hex()}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{key.text}\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def put_away(home: Path, key: SigningKey) -> None:
    """Let a key sign no more; its file stays under another name."""
    for file in (home / _FOLDER).glob("*.key"):
        if _read(file) == key:
            file.rename(file.with_suffix(_RETIRED))


def _read(file: Path) -> SigningKey:
    try:
        return signing_key_of(file.read_text(encoding="utf-8"))
    except (BadKey, UnicodeDecodeError):
        raise BadLogKey(file.name) from None
