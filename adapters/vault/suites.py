"""Suites of algorithms: AES-256-GCM with SHA-256, or SM4-GCM with SM3 where 密评 (GB/T 39786) asks for them.

A suite seals with a nonce of 12 bytes before the ciphertext and the tag of 16 bytes behind it (NIST SP 800-38D).
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
_TAG = 16


class Sealing(Protocol):
    """A cipher under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return the data. Raises cryptography's InvalidTag."""


class Suite(NamedTuple):
    """``name`` is stored with every key; ``mark`` begins the commitments of a suite that is not the usual one."""

    name: str
    key_bytes: int
    under: Callable[[bytes], Sealing]
    digest: Callable[[bytes], str]
    """Bytes -> hex."""
    mark: str = ""


class _Sm4Gcm:
    """SM4 in GCM, with the same calls as the library's AESGCM, which has no SM4 of its own."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        sealing = Cipher(self._key, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data)
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        if len(data) < _TAG:
            raise InvalidTag
        opening = Cipher(self._key, modes.GCM(nonce, data[-_TAG:])).decryptor()
        opening.authenticate_additional_data(associated_data)
        return opening.update(data[:-_TAG]) + opening.finalize()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sm3(data: bytes) -> str:
    return hashlib.new("sm3", data).hexdigest()


SUITES = {
    suite.name: suite
    for suite in (
        Suite("aes-256-gcm", 32, AESGCM, _sha256),
        Suite("sm4-gcm", 16, _Sm4Gcm, _sm3, '"alg":"sm4-gcm+sm3",'),
    )
}
USUAL = "aes-256-gcm"
