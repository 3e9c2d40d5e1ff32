"""What a message says of its case besides the event: number, matter, division, and whose it is.

Read for each batch, and kept no longer: what was erased is not delivered again.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from psycopg import Connection

from adapters.eventstore.fields import Place
from adapters.feeds.persons import Disclosing, Naming, Person, Told, disclosures, persons_after, persons_told
from domain.feeds.contract import Contract

T = TypeVar("T")
_ABOUT = """
SELECT about.* FROM unnest(%s::text[]) AS asked (stream) CROSS JOIN LATERAL (
  SELECT position, stream, seq, type, CASE WHEN type = 'case.confirmed' THEN '' ELSE state END FROM log.events
   WHERE stream = asked.stream
     AND (seq = 1 OR type IN ('case.transferred', 'case.subject_identified', 'case.confirmed')) ORDER BY seq
) AS about
"""
"""Case by case, in order: asked for all at once, the planner would rather read the whole log."""
_OPENED, _IDENTIFIED, _TRANSFERRED = "case.opened", "case.subject_identified", "case.transferred"
_CONFIRMED = "case.confirmed"
_NEVER = 2**31
_encode = msgspec.json.encode


class _Household(msgspec.Struct, gc=False):
    members: list[Person] = []


class _Opened(msgspec.Struct, gc=False):
    number: str = ""
    matter: str = ""
    division: str = ""
    household: _Household = msgspec.field(default_factory=_Household)


class _Transferred(msgspec.Struct, gc=False):
    to_division: str


class _Identified(msgspec.Struct, gc=False):
    person: Person
    temporary: str


def _data_of(cls: type[T]) -> Callable[[bytes], T]:
    """Return what decodes the data of a state, as far as it is needed here."""
    state: Any = msgspec.defstruct("State", [("data", cls)], gc=False)
    decode = msgspec.json.Decoder(state).decode
    return lambda stored: cast("T", decode(stored).data)


_opened, _transferred, _identified = _data_of(_Opened), _data_of(_Transferred), _data_of(_Identified)


class Situation(NamedTuple):
    """All that decides who may hear of an event. ``before``: where its case was until then."""

    matter: str
    division: str
    before: str
    confirmed: bool

    def is_covered(self, contract: Contract) -> bool:
        """Tell whether the contract lets the event be delivered; who the case moves away from hears so."""
        if contract.confirmed_only and not self.confirmed:
            return False
        return contract.covers(self.matter, self.division) or contract.covers(self.matter, self.before)


class CaseAbout:
    """A case over its events; ``seq``: of the event that a message is about. What was asked once is remembered."""

    def __init__(self, number: str, matter: str, division: str) -> None:
        """Tell what it was opened with."""
        self.number = number
        self.matter = matter
        self.confirmed_since: int = _NEVER
        """The ``seq`` of its first confirmation."""
        self._divisions: list[tuple[int, str]] = [(1, division)]
        self._persons: list[tuple[int, list[Told]]] = []
        self._situations: dict[bool, Situation] = {}
        self._case: dict[str, bytes] = {}
        self._told: dict[tuple[int, tuple[str, ...]], bytes] = {}

    def situation(self, seq: int) -> Situation:
        """Return what decides who may hear of this event."""
        confirmed = seq >= self.confirmed_since
        if len(self._divisions) > 1:
            return Situation(self.matter, self.division(seq), self.division(seq - 1), confirmed)
        if confirmed not in self._situations:
            division = self._divisions[0][1]
            self._situations[confirmed] = Situation(self.matter, division, division, confirmed)
        return self._situations[confirmed]

    def division(self, seq: int) -> str:
        """Return where it was with this event."""
        known = self._divisions
        return known[0][1] if len(known) == 1 else known[_latest(known, seq)][1]

    def case(self, case_id: str, seq: int) -> bytes:
        """Return what a message says of the case itself, as JSON."""
        division = self.division(seq)
        found = self._case.get(division)
        if found is None:
            case = {"division": division, "id": case_id, "matter": self.matter, "number": self.number}
            found = self._case[division] = _encode(case)
        return found

    def told(self, seq: int, names: tuple[str, ...]) -> bytes:
        """Return whose case it was, as far as these attributes tell, with the proofs: the end of a message's data."""
        which = _latest(self._persons, seq)
        found = self._told.get((which, names))
        if found is None:
            persons = self._persons[which][1] if self._persons else ()
            found = self._told[which, names] = b',"persons":[%b],"proofs":[%b]' % persons_told(persons, names)
        return found

    def moved(self, seq: int, division: str) -> None:
        """It was transferred."""
        self._divisions.append((seq, division))

    def is_of(self, seq: int, persons: list[Told]) -> None:
        """It is of these persons from this event on."""
        self._persons.append((seq, persons))


def _latest(known: Sequence[tuple[int, Any]], seq: int) -> int:
    """Return the place of what was known with this event."""
    place = len(known) - 1
    while place > 0 and known[place][0] > seq:
        place -= 1
    return max(place, 0)


Named = tuple[CaseAbout, list[Naming]]
"""A case, and the events that name its persons."""


def cases_about(connection: "Connection[Any]", streams: Iterable[str]) -> dict[str, Named]:
    """Return the cases by stream, persons not opened yet, and the events that name them."""
    found: dict[str, Named] = {}
    for position, stream, seq, type_, state in connection.execute(_ABOUT, (sorted(set(streams)),), binary=True):
        place = Place(position, stream, seq, state)
        if seq == 1:
            first = _opened(state)
            found[stream] = (CaseAbout(first.number, first.matter, first.division), [])
            if type_ == _OPENED:
                found[stream][1].append(Naming(place, "", _members(first)))
            continue
        about, naming = found[stream]
        if type_ == _TRANSFERRED:
            about.moved(seq, _transferred(state).to_division)
        elif type_ == _CONFIRMED:
            about.confirmed_since = min(about.confirmed_since, seq)
        else:
            known = _identified(state)
            naming.append(Naming(place, known.temporary, [("/person", known.person)]))
    return found


def _members(first: _Opened) -> list[tuple[str, Person]]:
    return [(f"/household/members/{index}", member) for index, member in enumerate(first.household.members)]


def name_persons(
    connection: "Connection[Any]", cases: Sequence[Named], opened: Sequence[Named], opener: Disclosing
) -> None:
    """Let the cases know their persons, with what is sealed for those that are to be opened.

    Raises SealBroken, NoVault, KeyLost, Unavailable.
    """
    places = [each.place for _, naming in opened for each in naming]
    shown = disclosures(connection, places, opener) if places else {}
    for about, naming in cases:
        persons: list[tuple[str, Told]] = []
        for each in naming:
            persons = persons_after(persons, each, shown)
            about.is_of(each.place.seq, [told for _, told in persons])
