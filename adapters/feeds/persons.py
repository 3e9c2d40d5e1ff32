"""Persons of cases as messages tell them: no attribute but those that can be allowed, each with its proof."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from psycopg import Connection

from adapters.eventstore.fields import Place, StoredField, stored_fields
from domain.feeds.contract import ATTRIBUTES, PERSONAL

_LABELS: dict[str, bytes] = {name: b'"%b":' % name.encode() for name in ATTRIBUTES}
_SEALED = sorted(PERSONAL)
_encode = msgspec.json.encode


class _Sealed(msgspec.Struct, gc=False):
    """A personal value as a state holds it: ``d`` and ``h`` in hex, ``alg`` if it is not SHA-256."""

    d: str
    h: str
    alg: str = "sha256"


_Personal = msgspec.Raw | msgspec.UnsetType


class Person(msgspec.Struct, gc=False):
    """A person as a state holds one, as far as it is needed here."""

    subject: str
    relation: str = "本人"
    id_number: _Personal = msgspec.UNSET
    name: _Personal = msgspec.UNSET


_sealed = msgspec.json.Decoder(_Sealed).decode
_disclosed = msgspec.json.Decoder(tuple[str, str, msgspec.Raw]).decode


class Disclosing(Protocol):
    """What opens fields with their salts (adapters/vault/opening.py)."""

    def disclosed(self, places: list[Place], fields: list[StoredField]) -> Iterable[tuple[StoredField, bytes]]:
        """Return the disclosure of every field, nothing of an erased one."""


class Told(NamedTuple):
    """A person as a message can tell them: JSON by attribute; of personal ones, the proof that the log holds it."""

    values: dict[str, bytes]
    proofs: dict[str, bytes]


class Naming(NamedTuple):
    """An event that names persons: in place of whom, and each with its path."""

    place: Place
    temporary: str
    persons: list[tuple[str, Person]]


def persons_told(persons: Sequence[Told], names: Sequence[str]) -> tuple[bytes, bytes]:
    """Return the persons as far as these attributes tell, and the proofs of it; both as the inside of a JSON list."""
    told = [b",".join([_LABELS[name] + each.values[name] for name in names if name in each.values]) for each in persons]
    proofs = [each.proofs[name] for each in persons for name in names if name in each.proofs]
    return b",".join([b"{%b}" % each for each in told if each]), b",".join(proofs)


def persons_after(
    before: list[tuple[str, Told]], naming: Naming, shown: dict[tuple[int, str], bytes]
) -> list[tuple[str, Told]]:
    """Return the persons with this event, by subject. ``shown``: what ``disclosures`` found."""
    position = naming.place.position
    named = [(person.subject, _told(position, path, person, shown)) for path, person in naming.persons]
    if not naming.temporary:
        return named
    return [found for known in before for found in (named if known[0] == naming.temporary else [known])]


def disclosures(connection: "Connection[Any]", places: list[Place], opener: Disclosing) -> dict[tuple[int, str], bytes]:
    """Return what was sealed of persons in these events, with salts, by position and path; nothing of an erased one.

    Raises SealBroken, NoVault, KeyLost, Unavailable.
    """
    fields = stored_fields(connection, [place.position for place in places])
    wanted = [field for field in fields if field.path.rpartition("/")[2] in PERSONAL]
    return {(field.position, field.path): disclosure for field, disclosure in opener.disclosed(places, wanted)}


def _told(position: int, path: str, person: Person, shown: dict[tuple[int, str], bytes]) -> Told:
    values = {"subject": _encode(person.subject), "relation": _encode(person.relation)}
    proofs: dict[str, bytes] = {}
    for name in _SEALED:
        value = getattr(person, name)
        if value is msgspec.UNSET:
            continue
        stored = bytes(value)
        if not stored.startswith(b"{"):  # written in clear, before personal values were sealed
            values[name] = stored
        elif disclosure := shown.get((position, f"{path}/{name}")):  # there is none of what was erased
            salt, at, opened = _disclosed(disclosure)
            values[name] = bytes(opened)
            known = _sealed(stored)
            proof = {"position": position, "path": at, "salt": salt, "d": known.d, "alg": known.alg}
            proofs[name] = _encode(proof)
    return Told(values, proofs)
