"""Who is in which case, one row for each event of a case, and what each person receives.

Nearly every event only adds a row and reads none: what follows from several rows (the division at an event, the stage
of a case, who makes a household) is put together by the queries, for the few rows of one household.
"""

from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path

import msgspec

from domain.cases.events import CASE_EVENTS
from domain.cases.events.benefit import (
    ChangeReported,
    GrantIncreased,
    GrantReduced,
    GrantStarted,
    GrantStopped,
    GrantSuspended,
    ReviewCompleted,
)
from domain.cases.events.closing import CaseTransferred, CorrectionAppended, DutyBreached, DutyWarned
from domain.cases.events.decision import Confirmed
from domain.cases.events.inquiry import OpinionIssued
from domain.cases.events.intake import CaseOpened, SubjectIdentified
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.parts import Person
from domain.identity import citizen_id_birth, masked_citizen_id
from domain.kernel import Event, Recorded
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded, EntitlementGranted
from projections.shape import Key, View, Working, rows_of

_CASE, _PERSON = "case-", "entitlement-"
_ENTITLEMENTS = (EntitlementGranted, EntitlementChanged, EntitlementEnded)
_OF_OLDER_SYSTEMS: tuple[type[Event], ...] = (LegacyCaseOpened, LegacyActivityRecorded)
"""Their cases name no persons."""
_WITH_MONEY = (Confirmed, GrantStarted, GrantIncreased, GrantReduced)
_WITH_MONTH = (*_WITH_MONEY, GrantSuspended, GrantStopped)
_OUTCOMES = {
    OpinionIssued: attrgetter("result"),
    ReviewCompleted: attrgetter("outcome"),
    ChangeReported: attrgetter("kind"),
    DutyWarned: attrgetter("what"),
    DutyBreached: attrgetter("what"),
}


class MemberRow(msgspec.Struct, gc=False):
    """Somebody in a case, fields in the order of the columns. ``seat`` 0 is the applicant, -1 an agent."""

    case_id: str
    subject: str
    role: str
    seat: int
    relation: str
    name: str
    number: str
    born: date | None
    same_as: str
    position: int


class CaseRow(msgspec.Struct, gc=False):
    """A case as it was opened."""

    case_id: str
    number: str
    matter: str
    received_on: date


class EventRow(msgspec.Struct, gc=False):
    """An event of a case. ``amount`` in fen."""

    case_id: str
    position: int
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    division: str = ""
    amount: int | None = None
    since: date | None = None
    outcome: str = ""


class GrantRow(msgspec.Struct, gc=False):
    """What a person receives by a case."""

    subject: str
    case_id: str
    matter: str
    division: str
    from_month: date
    amount: int
    until: date | None
    to_month: date | None
    position: int


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return rows for the few events that change one: identities, corrected names, entitlements that go on."""
    event, case_id = recorded.event, recorded.stream[len(_CASE) :]
    if isinstance(event, SubjectIdentified):
        return (("person_members", (case_id, event.temporary)), ("person_members", (case_id, event.person.subject)))
    if isinstance(event, CorrectionAppended) and event.correction.field == "applicant.name":
        return (("person_members", (case_id,)),)
    if isinstance(event, _ENTITLEMENTS):
        return (("person_grants", (recorded.stream.removeprefix(_PERSON), event.case)),)
    return ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Add the event to its case; note who is in it, or what a person receives."""
    event = recorded.event
    if isinstance(event, _ENTITLEMENTS):
        _entitle(rows, recorded, event)
    if not recorded.stream.startswith(_CASE) or isinstance(event, _OF_OLDER_SYSTEMS):
        return
    case_id = recorded.stream[len(_CASE) :]
    rows["person_events"].put((case_id, recorded.position), _happened(case_id, recorded))
    match event:
        case CaseOpened():
            _open(rows, case_id, event, recorded.position)
        case SubjectIdentified():
            _identify(rows, case_id, event, recorded.position)
        case CorrectionAppended() if event.correction.field == "applicant.name":
            _rename(rows, case_id, event.correction.value)


def _happened(case_id: str, recorded: Recorded) -> EventRow:
    event, occurred_at = recorded.event, recorded.meta.occurred_at
    row = EventRow(case_id, recorded.position, recorded.seq, recorded.type, occurred_at, recorded.recorded_at)
    if isinstance(event, CaseOpened):
        row.division = event.division
    elif isinstance(event, CaseTransferred):
        row.division = event.to_division
    elif isinstance(event, _WITH_MONTH):
        row.since = event.from_month
        row.amount = event.amount if isinstance(event, _WITH_MONEY) else None
    elif outcome := _OUTCOMES.get(type(event)):
        row.outcome = outcome(event)
    return row


def _open(rows: Working, case_id: str, event: CaseOpened, position: int) -> None:
    rows["person_cases"].put((case_id,), CaseRow(case_id, event.number, event.matter, event.received_on))
    role = "founder" if event.organisation else "member"
    members = [_member(case_id, role, seat, person, position) for seat, person in enumerate(event.household.members)]
    agent = event.mandate
    if agent and agent.agent_subject not in {member.subject for member in members}:
        members.append(
            MemberRow(
                case_id, agent.agent_subject, "agent", -1, agent.relation, agent.agent_name, "", None, "", position
            )
        )
    for member in members:
        rows["person_members"].put((case_id, member.subject), member)


def _member(case_id: str, role: str, seat: int, person: Person, position: int) -> MemberRow:
    return MemberRow(
        case_id=case_id,
        subject=person.subject,
        role=role,
        seat=seat,
        relation=person.relation,
        name=person.name,
        number=masked_citizen_id(person.id_number),
        born=citizen_id_birth(person.id_number),
        same_as="",
        position=position,
    )


def _identify(rows: Working, case_id: str, event: SubjectIdentified, position: int) -> None:
    """The temporary identity stays where it was, and says from now on who it was."""
    before: MemberRow | None = rows["person_members"].get((case_id, event.temporary))
    seat, role = (before.seat, before.role) if before else (0, "member")
    if before:
        before.role, before.same_as = "temporary", event.person.subject
        rows["person_members"].put((case_id, before.subject), before)
    known = _member(case_id, role, seat, event.person, position)
    rows["person_members"].put((case_id, known.subject), known)


def _rename(rows: Working, case_id: str, name: str) -> None:
    for member in rows["person_members"].under(case_id):
        if member.seat == 0 and member.role != "temporary":
            member.name = name
            rows["person_members"].put((case_id, member.subject), member)


def _entitle(
    rows: Working, recorded: Recorded, event: EntitlementGranted | EntitlementChanged | EntitlementEnded
) -> None:
    subject = recorded.stream.removeprefix(_PERSON)
    key = (subject, event.case)
    row: GrantRow | None = rows["person_grants"].get(key)
    match event:
        case EntitlementGranted():
            row = GrantRow(
                *key, event.matter, event.division, event.from_month, event.amount, event.until, None, recorded.position
            )
        case EntitlementChanged() if row:
            row.amount = event.amount
        case EntitlementEnded() if row:
            row.to_month = event.to_month
    if row:
        rows["person_grants"].put(key, row)


_OF_CASES: set[type[Event]] = set(CASE_EVENTS.values()) - set(_OF_OLDER_SYSTEMS)
_FOLDED: frozenset[type[Event]] = frozenset(_OF_CASES.union(_ENTITLEMENTS))

PERSON = View(
    name="person",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("person_members", MemberRow, "text text text int4 text text text date text int8", key=2),
        rows_of("person_cases", CaseRow, "text text text date", key=1),
        rows_of("person_events", EventRow, "text int8 int4 text timestamptz timestamptz text int8 date text", key=2),
        rows_of("person_grants", GrantRow, "text text text text date int8 date date int8", key=2),
    ),
    touches=touches,
    fold=fold,
    folds=_FOLDED,
    personal=frozenset({CaseOpened, SubjectIdentified, CorrectionAppended}),
)
