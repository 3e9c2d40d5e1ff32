"""Eligible but not served: signals that may open a matter, the cases of those matters, and what persons receive.

Every row is of one stream; what a lead is worth today follows from all three and is put together by the queries. So it
is the same in whatever order they came.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec

from domain.cases.events.benefit import GrantStopped
from domain.cases.events.closing import CaseTerminated, CaseWithdrawn
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.events.intake import AcceptanceRefused, CaseOpened
from domain.kernel import Event, Recorded
from domain.signals.events import SignalJudged, SignalReceived, SignalVerified, signals_stream
from domain.signals.kinds import KINDS
from domain.subjects.entitlements import EntitlementEnded, EntitlementGranted
from projections.shape import Key, View, Working, rows_of

_CASE, _PERSON, _SIGNALS = "case-", "entitlement-", signals_stream("")
_OPENED = frozenset(lead.matter for kind in KINDS.values() for lead in kind.leads)
_ASKED = _OPENED | {lead.on for kind in KINDS.values() for lead in kind.leads if lead.on}
_DECIDES = (AcceptanceRefused, CaseWithdrawn, CaseTerminated, Confirmed, CaseRefused, GrantStopped)
_LATER = (SignalVerified, SignalJudged)


class LeadRow(msgspec.Struct, gc=False):
    """A matter that a signal may open, fields in the order of the columns."""

    subject: str
    source: str
    signal: str
    matter: str
    kind: str
    division: str
    happened_on: date
    received_at: datetime
    verified_on: date | None
    verdict: str
    position: int


class CaseRow(msgspec.Struct, gc=False):
    """A case of such a matter, for one person of it."""

    case_id: str
    subject: str
    matter: str
    received_on: date
    decided: bool = False


class GrantRow(msgspec.Struct, gc=False):
    """What a person receives."""

    subject: str
    case_id: str
    matter: str
    until: date | None
    to_month: date | None = None


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the person's leads, the case's persons, the entitlement that ends."""
    event, stream = recorded.event, recorded.stream
    if isinstance(event, _LATER):
        return (("lead_signals", (stream.removeprefix(_SIGNALS),)),)
    if isinstance(event, _DECIDES):
        return (("lead_cases", (stream.removeprefix(_CASE),)),)
    if isinstance(event, EntitlementEnded):
        return (("lead_grants", (stream.removeprefix(_PERSON), event.case)),)
    return ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Note what the event tells."""
    event, stream = recorded.event, recorded.stream
    match event:
        case SignalReceived():
            for matter in event.leads:
                row = _lead(stream.removeprefix(_SIGNALS), event, matter, recorded.position)
                rows["lead_signals"].put((row.subject, row.source, row.signal, row.matter), row)
        case SignalVerified() | SignalJudged():
            _change(rows, stream.removeprefix(_SIGNALS), event)
        case CaseOpened():
            _open(rows, stream.removeprefix(_CASE), event)
        case EntitlementGranted() if event.matter in _ASKED:
            grant = GrantRow(stream.removeprefix(_PERSON), event.case, event.matter, event.until)
            rows["lead_grants"].put((grant.subject, grant.case_id), grant)
        case EntitlementEnded():
            _end(rows, (stream.removeprefix(_PERSON), event.case), event)
        case _:
            for case in rows["lead_cases"].under(stream.removeprefix(_CASE)):
                case.decided = True
                rows["lead_cases"].put((case.case_id, case.subject), case)


def _lead(subject: str, event: SignalReceived, matter: str, position: int) -> LeadRow:
    return LeadRow(
        subject=subject,
        source=event.source,
        signal=event.id,
        matter=matter,
        kind=event.kind,
        division=event.division,
        happened_on=event.happened_on,
        received_at=event.received_at,
        verified_on=event.verified_on,
        verdict="",
        position=position,
    )


def _change(rows: Working, subject: str, event: SignalVerified | SignalJudged) -> None:
    """A verdict for all is one for each matter that has none of its own."""
    for row in rows["lead_signals"].under(subject):
        if (row.source, row.signal) != (event.source, event.id):
            continue
        if isinstance(event, SignalVerified):
            row.verified_on = event.verified_on
        elif event.matter == row.matter or (not event.matter and not row.verdict):
            row.verdict = event.verdict
        rows["lead_signals"].put((row.subject, row.source, row.signal, row.matter), row)


def _open(rows: Working, case_id: str, event: CaseOpened) -> None:
    if event.matter not in _OPENED or event.organisation:
        return
    for person in event.household.members:
        row = CaseRow(case_id, person.subject, event.matter, event.received_on)
        rows["lead_cases"].put((row.case_id, row.subject), row)


def _end(rows: Working, key: Key, event: EntitlementEnded) -> None:
    row: GrantRow | None = rows["lead_grants"].get(key)
    if row:
        row.to_month = event.to_month
        rows["lead_grants"].put(key, row)


_FOLDED: tuple[type[Event], ...] = (
    SignalReceived,
    *_LATER,
    CaseOpened,
    *_DECIDES,
    EntitlementGranted,
    EntitlementEnded,
)

LEADS = View(
    name="leads",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("lead_signals", LeadRow, "text text text text text text date timestamptz date text int8", key=4),
        rows_of("lead_cases", CaseRow, "text text text date bool", key=2),
        rows_of("lead_grants", GrantRow, "text text text date date", key=2),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset(_FOLDED),
)
