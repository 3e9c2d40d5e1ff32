"""Opening: sealed fields back to values, for readers that may see them.

An erased value stays a value, which says by which event it was erased.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag

from adapters.eventstore.fields import Place, StoredField, mappings, replaced
from adapters.eventstore.reader import LogBroken
from adapters.vault.data_keys import DataKeys
from adapters.vault.sealing import associated_data
from adapters.vault.suites import NONCE, Sealing
from domain.personal import erased, erased_values


class SealBroken(LogBroken):
    """A personal field that the log commits to is not there, or is not what was sealed in its place."""

    def __init__(self, position: int, what: str) -> None:
        """``what``: a path and what is wrong, never a value."""
        super().__init__(f"position {position}: {what}")
        self.position = position


class Disclosure(msgspec.Struct, array_like=True):
    """What ``d`` is the hash of."""

    salt: str
    path: str
    value: msgspec.Raw


_disclosure = msgspec.json.Decoder(Disclosure).decode


class Opened(NamedTuple):
    """A field that is there (its disclosure) or erased (the event that says so)."""

    disclosure: bytes
    erased_by: str


class Opener:
    """Implements Opening with the keys of a vault."""

    def __init__(self, keys: DataKeys, log: Callable[[], str]) -> None:
        """``log``: returns the log's name."""
        self._keys = keys
        self._log = log

    def opened(self, places: list[Place], fields: list[StoredField]) -> Iterator[bytes]:
        """Return the states with their personal values, or with what says that they are erased.

        Raises SealBroken, KeyLost, Unavailable.
        """
        by_position: dict[int, dict[str, Opened]] = {place.position: {} for place in places}
        where = {place.position: place for place in places}
        for field, opened in self.fields(where, fields):
            by_position[field.position][field.commitment.hex()] = opened
        for place in places:
            yield replaced(place.state, _value_of(place, by_position[place.position]))

    def disclosed(self, places: list[Place], fields: list[StoredField]) -> Iterator[tuple[StoredField, bytes]]:
        """Return the disclosure of every field, of an erased one nothing. Raises SealBroken, KeyLost, Unavailable."""
        where = {place.position: place for place in places}
        there = [field for field in fields if field.position in where]
        return ((field, opened.disclosure) for field, opened in self.fields(where, there))

    def fields(self, where: dict[int, Place], fields: list[StoredField]) -> Iterator[tuple[StoredField, Opened]]:
        """Return every field with its disclosure. Raises SealBroken, KeyLost, Unavailable."""
        keys = self._keys.by_id({field.key_id for field in fields if field.sealed is not None})
        ciphers = {key_id: key.cipher() for key_id, key in keys.items()}
        keyless = {field.subject for field in fields if field.sealed is not None and field.key_id not in keys}
        # Between the end of a key and that of its ciphertexts lie moments, or a crash.
        erased_by = self._keys.erased(keyless) if keyless else {}
        log = self._log()
        for field in fields:
            cipher = ciphers.get(field.key_id)
            if field.sealed is not None and cipher is not None:
                yield field, Opened(_decrypted(log, where[field.position], field, cipher), "")
            elif event_id := field.erased_by or erased_by.get(field.subject):
                yield field, Opened(b"", event_id)
            else:
                raise SealBroken(field.position, f"{field.path}: its key is not in the vault")


def _decrypted(log: str, place: Place, field: StoredField, cipher: Sealing) -> bytes:
    bound = associated_data(log, place.stream, place.seq, (field.path, field.subject, field.key_id))
    sealed = field.sealed or b""
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound)
    except (InvalidTag, ValueError) as error:
        raise SealBroken(field.position, f"{field.path}: not what was sealed there") from error


def _value_of(place: Place, found: dict[str, Opened]) -> Callable[[str, str], bytes]:
    def value(name: str, h: str) -> bytes:
        opened = found.get(h)
        if opened is None:
            raise SealBroken(place.position, f"the sealed field {name} is missing")
        if opened.erased_by:
            said = erased_values(opened.erased_by) if name in mappings() else erased(opened.erased_by)
            return msgspec.json.encode(said)
        return bytes(_disclosure(opened.disclosure).value)

    return value
