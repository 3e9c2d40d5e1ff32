"""What a message says of its case besides the event: number, matter, division, and the persons with their proofs.

Read for each batch, and kept no longer: what was erased is not delivered again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from psycopg import Connection

from adapters.eventstore.fields import Place, StoredField, commitments, stored_fields
from domain.feeds.contract import PERSONAL, Contract

_ABOUT = """
SELECT position, stream, seq, type, state FROM log.events
 WHERE stream = ANY(%s)
   AND (seq = 1 OR type IN ('case.transferred', 'case.subject_identified', 'case.confirmed')) ORDER BY stream, seq
"""
_OPENED, _IDENTIFIED, _TRANSFERRED = "case.opened", "case.subject_identified", "case.transferred"
_CONFIRMED = "case.confirmed"
_NEVER = 2**31
_encode = msgspec.json.encode


class Disclosing(Protocol):
    """What opens fields with their salts (adapters/vault/opening.py)."""

    def disclosed(self, places: list[Place], fields: list[StoredField]) -> Iterable[tuple[StoredField, bytes]]:
        """Return the disclosure of every field, nothing of an erased one."""


class Told(NamedTuple):
    """A person as a message can tell them: JSON by attribute; of personal ones, the proof that the log holds it."""

    values: dict[str, bytes]
    proofs: dict[str, bytes]


class _Place(NamedTuple):
    position: int
    stream: str
    seq: int
    type: str
    state: bytes


class CaseAbout:
    """A case over its events; ``seq``: of the event that a message is about. What was asked once is remembered."""

    def __init__(self, first: dict[str, Any]) -> None:
        """``first``: the data of the event that opened it."""
        self.number: str = first.get("number", "")
        self.matter: str = first.get("matter", "")
        self.confirmed_since: int = _NEVER
        """The ``seq`` of its first confirmation."""
        self._divisions: list[tuple[int, str]] = [(1, first.get("division", ""))]
        self._persons: list[tuple[int, list[Told]]] = []
        self._covered: dict[tuple[str, str], bool] = {}
        self._case: dict[str, bytes] = {}
        self._told: dict[tuple[int, tuple[str, ...]], bytes] = {}

    def is_covered(self, contract: Contract, seq: int) -> bool:
        """Tell whether the contract lets an event of it be delivered; who it moves away from hears so."""
        if contract.confirmed_only and seq < self.confirmed_since:
            return False
        after = self.division(seq)
        if self._covers(contract, after):
            return True
        return len(self._divisions) > 1 and self._covers(contract, self.division(seq - 1))

    def division(self, seq: int) -> str:
        """Return where it was with this event."""
        known = self._divisions
        return known[0][1] if len(known) == 1 else known[_latest(known, seq)][1]

    def case(self, case_id: str, seq: int) -> bytes:
        """Return what a message says of the case itself, as JSON."""
        division = self.division(seq)
        if division not in self._case:
            case = {"division": division, "id": case_id, "matter": self.matter, "number": self.number}
            self._case[division] = _encode(case)
        return self._case[division]

    def told(self, seq: int, names: tuple[str, ...]) -> bytes:
        """Return whose case it was, as far as these attributes tell, with the proofs: the end of a message's data."""
        which = _latest(self._persons, seq) if self._persons else -1
        if (which, names) not in self._told:
            persons = self._persons[which][1] if self._persons else ()
            self._told[which, names] = b',"persons":[%b],"proofs":[%b]' % _persons_told(persons, names)
        return self._told[which, names]

    def moved(self, seq: int, division: str) -> None:
        """It was transferred."""
        self._divisions.append((seq, division))

    def is_of(self, seq: int, persons: list[Told]) -> None:
        """It is of these persons from this event on."""
        self._persons.append((seq, persons))

    def _covers(self, contract: Contract, division: str) -> bool:
        key = contract.department, division
        if key not in self._covered:
            self._covered[key] = contract.covers(self.matter, division)
        return self._covered[key]


def _persons_told(persons: Sequence[Told], names: Sequence[str]) -> tuple[bytes, bytes]:
    told = (
        b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), each.values[name]) for name in known)
        for each in persons
        if (known := [name for name in names if name in each.values])
    )
    proofs = (each.proofs[name] for each in persons for name in names if name in each.proofs)
    return b",".join(told), b",".join(proofs)


def _latest(known: Sequence[tuple[int, Any]], seq: int) -> int:
    """Return the place of what was known with this event."""
    return next((place for place in range(len(known) - 1, 0, -1) if known[place][0] <= seq), 0)


Named = tuple[CaseAbout, list[_Place]]
"""A case, and the events that name its persons."""


def cases_about(connection: "Connection[Any]", streams: Iterable[str]) -> dict[str, Named]:
    """Return the cases by stream, persons not opened yet, and the events that name them."""
    found: dict[str, Named] = {}
    for row in connection.execute(_ABOUT, (sorted(set(streams)),), binary=True):
        place = _Place._make(row)
        data = msgspec.json.decode(place.state)["data"]
        if place.seq == 1:
            found[place.stream] = (CaseAbout(data), [])
        about, places = found[place.stream]
        if place.type == _TRANSFERRED:
            about.moved(place.seq, data["to_division"])
        elif place.type == _CONFIRMED:
            about.confirmed_since = min(about.confirmed_since, place.seq)
        elif place.type in (_OPENED, _IDENTIFIED):
            places.append(place)
    return found


def name_persons(
    connection: "Connection[Any]", cases: Sequence[Named], opened: Sequence[Named], opener: Disclosing
) -> None:
    """Let the cases know their persons, with what is sealed for those that are to be opened.

    Raises SealBroken, NoVault, KeyLost, Unavailable.
    """
    shown = _disclosures(connection, [place for _, named in opened for place in named], opener) if opened else {}
    for about, named in cases:
        persons: list[tuple[str, Told]] = []
        for place in named:
            persons = _persons_after(place, persons, shown)
            about.is_of(place.seq, [person for _, person in persons])


def _disclosures(
    connection: "Connection[Any]", places: Sequence[_Place], opener: Disclosing
) -> dict[tuple[int, str], bytes]:
    fields = stored_fields(connection, [place.position for place in places])
    wanted = [field for field in fields if field.path.rpartition("/")[2] in PERSONAL]
    asked = [Place(place.position, place.stream, place.seq, place.state) for place in places]
    return {(field.position, field.path): disclosure for field, disclosure in opener.disclosed(asked, wanted)}


def _persons_after(
    place: _Place, before: list[tuple[str, Told]], shown: dict[tuple[int, str], bytes]
) -> list[tuple[str, Told]]:
    data = msgspec.json.decode(place.state)["data"]
    digests = {each.h: each for each in commitments(place.state)}
    if place.type == _OPENED:
        members = data.get("household", {}).get("members", [])
        paths = [(f"/household/members/{index}", member) for index, member in enumerate(members)]
        return [(member["subject"], _told(place, path, member, shown, digests)) for path, member in paths]
    person = data["person"]
    known = (person["subject"], _told(place, "/person", person, shown, digests))
    return [known if subject == data["temporary"] else (subject, told) for subject, told in before]


def _told(
    place: _Place, path: str, person: dict[str, Any], shown: dict[tuple[int, str], bytes], digests: dict[str, Any]
) -> Told:
    values = {"subject": _encode(person["subject"]), "relation": _encode(person.get("relation", "本人"))}
    proofs: dict[str, bytes] = {}
    for name in sorted(PERSONAL & person.keys()):
        value = person[name]
        if not isinstance(value, dict):  # written in clear, before personal values were sealed
            values[name] = _encode(value)
            continue
        disclosure = shown.get((place.position, f"{path}/{name}"), b"")
        if not disclosure:
            continue  # erased
        salt, at, opened = msgspec.json.decode(disclosure, type=tuple[str, str, msgspec.Raw])
        known = digests[value["h"]]
        values[name] = bytes(opened)
        proof = {"position": place.position, "path": at, "salt": salt, "d": known.d, "alg": known.alg or "sha256"}
        proofs[name] = _encode(proof)
    return Told(values, proofs)
