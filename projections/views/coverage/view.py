"""What the log knows of every person: birth date, place, facts, entitlements. Who is eligible is asked later.

Conditions are data (``domain.rulebook.coverage``) and depend on the day asked for, so nothing here is counted: the
queries do it. Events that tell none of this change no row.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from domain.calendar import civil_day
from domain.cases.events.benefit import GrantStarted, GrantStopped
from domain.cases.events.closing import CaseTerminated, CaseTransferred, CaseWithdrawn, CorrectionAppended
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.events.inquiry import FactsEstablished
from domain.cases.events.intake import AcceptanceRefused, CaseOpened, SubjectIdentified
from domain.cases.parts import Person
from domain.cases.stages import STAGE_AFTER
from domain.divisions import settlement
from domain.identity import citizen_id_birth
from domain.kernel import Event, Recorded
from domain.personal import erased_by
from domain.rulebook.criteria import FactValue
from domain.subjects.entitlements import EntitlementEnded, EntitlementGranted
from projections.shape import Key, View, Working, rows_of

_CASE, _PERSON = "case-", "entitlement-"
_TURNS = (AcceptanceRefused, CaseWithdrawn, CaseTerminated, Confirmed, CaseRefused, GrantStarted, GrantStopped)
"""Events after which somebody who asks why a person has nothing gets another answer."""
_OF_A_CASE = (*_TURNS, CaseTransferred, FactsEstablished, SubjectIdentified)
_FOLDED: tuple[type[Event], ...] = (CaseOpened, *_OF_A_CASE, CorrectionAppended, EntitlementGranted, EntitlementEnded)


class CaseRow(msgspec.Struct, gc=False):
    """A case, fields in the order of the columns."""

    case_id: str
    number: str
    matter: str
    division: str
    settlement: str
    applicant: str
    stage: str = "opened"


class MemberRow(msgspec.Struct, gc=False):
    """Somebody in a case. ``seat`` 0 is the applicant."""

    case_id: str
    subject: str
    matter: str
    seat: int
    name: str
    born: date | None
    position: int
    gone: bool = False


class FactRow(msgspec.Struct, gc=False):
    """A fact of a case's applicant: ``number`` or ``word``."""

    position: int
    fact: str
    case_id: str
    matter: str
    subject: str
    since: date
    number: int | None
    word: str | None


class GrantRow(msgspec.Struct, gc=False):
    """What a person receives by a case. ``until``: last day; ``to_month``: first month without it."""

    subject: str
    case_id: str
    matter: str
    since: date
    until: date | None
    to_month: date | None = None


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the case's row, members whose identity or name changes, the entitlement that ends."""
    event, case_id = recorded.event, recorded.stream[len(_CASE) :]
    if isinstance(event, _OF_A_CASE):
        case = ("coverage_cases", (case_id,))
        return (case, ("coverage_members", (case_id,))) if isinstance(event, SubjectIdentified) else (case,)
    if isinstance(event, CorrectionAppended) and event.correction.field == "applicant.name":
        return (("coverage_members", (case_id,)),)
    if isinstance(event, EntitlementGranted | EntitlementEnded):
        return (("coverage_grants", (recorded.stream.removeprefix(_PERSON), event.case)),)
    return ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Note what the event tells of a person."""
    event, case_id = recorded.event, recorded.stream[len(_CASE) :]
    if isinstance(event, CaseOpened):
        _open(rows, case_id, event, recorded.position)
    elif isinstance(event, EntitlementGranted | EntitlementEnded):
        _entitle(rows, recorded, event)
    elif isinstance(event, CorrectionAppended) and event.correction.field == "applicant.name":
        _rename(rows, case_id, event.correction.value)
    elif isinstance(event, _OF_A_CASE) and (row := rows["coverage_cases"].get((case_id,))):
        _change(rows, row, recorded)


def _open(rows: Working, case_id: str, event: CaseOpened, position: int) -> None:
    members = event.household.members
    if event.organisation or not members:
        return
    place, applicant = settlement(event.division) or "", members[0].subject
    row = CaseRow(case_id, event.number, event.matter, event.division, place, applicant)
    rows["coverage_cases"].put((case_id,), row)
    for seat, person in enumerate(members):
        rows["coverage_members"].put((case_id, person.subject), _member(row, seat, person, position))


def _member(case: CaseRow, seat: int, person: Person, position: int) -> MemberRow:
    born = citizen_id_birth(person.id_number)
    return MemberRow(case.case_id, person.subject, case.matter, seat, person.name, born, position)


def _change(rows: Working, row: CaseRow, recorded: Recorded) -> None:
    event = recorded.event
    match event:
        case FactsEstablished():
            if erased_by(event.facts):
                return
            for fact, value in event.facts.items():
                told = _fact(row, fact, value, event.established_on, recorded.position)
                rows["coverage_facts"].put((told.position, told.fact), told)
            return
        case CaseTransferred():
            row.division, row.settlement = event.to_division, settlement(event.to_division) or ""
        case SubjectIdentified():
            _identify(rows, row, event, recorded.position)
        case _:
            row.stage = STAGE_AFTER[type(event)]
    rows["coverage_cases"].put((row.case_id,), row)


def _fact(case: CaseRow, fact: str, value: FactValue, since: date, position: int) -> FactRow:
    number, word = (None, value) if isinstance(value, str) else (int(value), None)
    return FactRow(position, fact, case.case_id, case.matter, case.applicant, since, number, word)


def _identify(rows: Working, case: CaseRow, event: SubjectIdentified, position: int) -> None:
    """From here on it is the known person who lives here. What was told of the temporary identity stays told of it."""
    for member in rows["coverage_members"].under(case.case_id):
        if member.subject == event.temporary:
            member.gone = True
            rows["coverage_members"].put((case.case_id, member.subject), member)
            known = _member(case, member.seat, event.person, position)
            rows["coverage_members"].put((case.case_id, known.subject), known)
    if case.applicant == event.temporary:
        case.applicant = event.person.subject


def _rename(rows: Working, case_id: str, name: str) -> None:
    for member in rows["coverage_members"].under(case_id):
        if member.seat == 0 and not member.gone:
            member.name = name
            rows["coverage_members"].put((case_id, member.subject), member)


def _entitle(rows: Working, recorded: Recorded, event: EntitlementGranted | EntitlementEnded) -> None:
    key = (recorded.stream.removeprefix(_PERSON), event.case)
    row: GrantRow | None = rows["coverage_grants"].get(key)
    if isinstance(event, EntitlementGranted):
        # Somebody to whom it was granted today is served, though the first month is the next one.
        since = min(event.from_month, civil_day(recorded.meta.occurred_at))
        row = GrantRow(*key, event.matter, since, event.until)
    elif row:
        row.to_month = event.to_month
    if row:
        rows["coverage_grants"].put(key, row)


COVERAGE = View(
    name="coverage",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("coverage_cases", CaseRow, "text text text text text text text", 1),
        rows_of("coverage_members", MemberRow, "text text text int4 text date int8 bool", 2),
        rows_of("coverage_facts", FactRow, "int8 text text text text date int8 text", 2),
        rows_of("coverage_grants", GrantRow, "text text text date date date", 2),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset(_FOLDED),
    personal=frozenset({CaseOpened, SubjectIdentified, CorrectionAppended, FactsEstablished}),
    forget="DELETE FROM coverage_facts WHERE case_id = %s",
)
