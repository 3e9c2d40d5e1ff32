"""Keys that sign heads of the log, and how their signatures are checked (C2SP signed-note, tlog-cosignature).

Three kinds: Ed25519, which outside programs know; SM2 with SM3 (GB/T 32918), where commercial cryptography is asked
for; and the timed cosignature of a witness. SM2 needs the extra ``sm`` (``gmssl_pyx``).
"""

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import Refused

Kind = Literal["ed25519", "sm2", "cosignature"]

_PREFIX: dict[Kind, bytes] = {
    "ed25519": b"\x01",
    "cosignature": b"\x04",
    # No byte is assigned to SM2; 0xff is for such, with a name of its own after it.
    "sm2": b"\xffsm2-sm3\n",
}
_NAME = re.compile(r"[^\s+]{1,200}")
_SECRET = "PRIVATE+KEY+"  # noqa: S105  the beginning of a key file's text, not a key
_SEED_BYTES = 32
_SECRET_BYTES: dict[Kind, int] = {"ed25519": 32, "cosignature": 32, "sm2": 32 + 64}
"""Of SM2, the public key lies behind the private one: the library does not work it out."""
_TIME_BYTES = 8


class BadKey(ValueError):
    """A text that is no key of ours. The message never holds the text."""


class NoSm2(Refused):
    """The library for SM2 is not installed."""

    code = "NO_SM2"
    zh = "未安装国密算法库：请安装 anjuan[sm]"
    en = "The library for SM2 is not installed: install anjuan[sm]"


class BadSignature(Exception):
    """A signature that the key did not make over the text."""


class VerifierKey(NamedTuple):
    """What checks signatures: the name of whoever signs, and the public key."""

    name: str
    kind: Kind
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before each signature."""
        return sha256(self.name.encode() + b"\n" + _PREFIX[self.kind] + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one line, the way the note tools of others read it."""
        return f"{self.name}+{self.id.hex()}+{_encoded(_PREFIX[self.kind] + self.public)}"


class SigningKey(NamedTuple):
    """What signs. Never shown, never logged."""

    verifier: VerifierKey
    secret: bytes

    @property
    def text(self) -> str:
        """The key as the one line of its file."""
        key = self.verifier
        return f"{_SECRET}{key.name}+{key.id.hex()}+{_encoded(_PREFIX[key.kind] + self.secret)}"

    def __repr__(self) -> str:
        """Show the public part alone."""
        return f"SigningKey({self.verifier.text})"


def new_key(name: str, kind: Kind) -> SigningKey:
    """Make a key. Raises BadKey on a name with blanks or a plus sign, NoSm2."""
    if not _NAME.fullmatch(name):
        raise BadKey("the name of a key has no blanks and no plus sign")
    if kind == "sm2":
        public, private = _gmssl().sm2_key_generate()
        return _with_public(name, kind, private + public)
    return _with_public(name, kind, secrets.token_bytes(_SEED_BYTES))


def sign(key: SigningKey, text: bytes, at: int = 0) -> bytes:
    """Return the signature over a note's text. ``at``: seconds since 1970, told by a cosignature."""
    if key.verifier.kind == "sm2":
        signature: bytes = _gmssl().sm2_sign(key.secret[:_SEED_BYTES], key.verifier.public, text)
        return signature
    private = Ed25519PrivateKey.from_private_bytes(key.secret)
    if key.verifier.kind == "ed25519":
        return private.sign(text)
    return at.to_bytes(_TIME_BYTES, "big") + private.sign(_cosigned(text, at))


def check(key: VerifierKey, text: bytes, signature: bytes) -> None:
    """Check a signature. Raises BadSignature, NoSm2."""
    _CHECKS[key.kind](key.public, text, signature)


def cosigned_at(signature: bytes) -> int:
    """Return when a cosignature was made: seconds since 1970."""
    return int.from_bytes(signature[:_TIME_BYTES], "big")


def verifier_of(text: str) -> VerifierKey:
    """Return the key of a line ``name+id+key``. Raises BadKey."""
    name, key_id, encoded = _parts(text.strip())
    for kind, prefix in _PREFIX.items():
        if encoded.startswith(prefix):
            key = VerifierKey(name, kind, encoded[len(prefix) :])
            if key.id.hex() == key_id and len(key.public) == (64 if kind == "sm2" else 32):
                return key
    raise BadKey("a key of no known kind, or its id does not fit it")


def signing_key_of(text: str) -> SigningKey:
    """Return the key of a key file. Raises BadKey, NoSm2."""
    line = text.strip()
    if not line.startswith(_SECRET):
        raise BadKey("no private key")
    name, key_id, encoded = _parts(line[len(_SECRET) :])
    for kind, prefix in _PREFIX.items():
        if encoded.startswith(prefix) and len(encoded) == len(prefix) + _SECRET_BYTES[kind]:
            key = _with_public(name, kind, encoded[len(prefix) :])
            if key.verifier.id.hex() == key_id:
                return key
    raise BadKey("a key of no known kind, or its id does not fit it")


def _parts(text: str) -> tuple[str, str, bytes]:
    # The key may contain plus signs itself; the name may not.
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        return name, key_id, base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("not a key") from None


def _with_public(name: str, kind: Kind, secret: bytes) -> SigningKey:
    if kind == "sm2":
        public = secret[_SEED_BYTES:]
    else:
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return SigningKey(VerifierKey(name, kind, public), secret)


def _check_ed25519(public: bytes, text: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        raise BadSignature from None


def _check_cosignature(public: bytes, text: bytes, signature: bytes) -> None:
    if len(signature) <= _TIME_BYTES:
        raise BadSignature
    _check_ed25519(public, _cosigned(text, cosigned_at(signature)), signature[_TIME_BYTES:])


def _check_sm2(public: bytes, text: bytes, signature: bytes) -> None:
    if not _gmssl().sm2_verify(public, text, signature):
        raise BadSignature


_CHECKS: dict[Kind, Callable[[bytes, bytes, bytes], None]] = {
    "ed25519": _check_ed25519,
    "cosignature": _check_cosignature,
    "sm2": _check_sm2,
}


def _cosigned(text: bytes, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n".encode() + text


@lru_cache(1)
def _gmssl() -> Any:  # noqa: ANN401  the library has no types
    try:
        import gmssl_pyx  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise NoSm2 from error
    return gmssl_pyx


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
