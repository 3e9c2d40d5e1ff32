"""Signals against what persons receive.

Every row is of one stream; the queries put signals and entitlements together, so that it does not matter which of them
came first.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec

from domain.cases.events.closing import CaseTransferred
from domain.cases.events.intake import CaseOpened
from domain.kernel import Event, Recorded
from domain.signals.events import SignalJudged, SignalReceived, SignalVerified, signals_stream
from domain.signals.kinds import KINDS
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded, EntitlementGranted
from projections.shape import Key, View, Working, rows_of, tuples_of

_CASE, _PERSON, _SIGNALS = "case-", "entitlement-", signals_stream("")
_ENTITLEMENTS = (EntitlementGranted, EntitlementChanged, EntitlementEnded)


class SignalRow(msgspec.Struct, gc=False):
    """A signal, fields in the order of the columns."""

    subject: str
    source: str
    signal: str
    kind: str
    happened_on: date
    received_at: datetime
    verified_on: date | None
    position: int


class GrantRow(msgspec.Struct, gc=False):
    """What a person receives by a case; ``amount`` in fen."""

    subject: str
    case_id: str
    matter: str
    division: str
    from_month: date
    amount: int
    until: date | None
    to_month: date | None = None


class CaseRow(msgspec.Struct, gc=False):
    """A case's number and place."""

    case_id: str
    number: str
    division: str


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the signal that is verified, the entitlement that changes, the case that moves."""
    event, stream = recorded.event, recorded.stream
    if isinstance(event, SignalVerified):
        return (("warning_signals", (stream.removeprefix(_SIGNALS), event.source, event.id)),)
    if isinstance(event, EntitlementChanged | EntitlementEnded):
        return (("warning_grants", (stream.removeprefix(_PERSON), event.case)),)
    if isinstance(event, CaseTransferred):
        return (("warning_cases", (stream.removeprefix(_CASE),)),)
    return ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Note what the event tells."""
    event, stream = recorded.event, recorded.stream
    match event:
        case SignalReceived() | SignalVerified() | SignalJudged():
            _signal(rows, stream.removeprefix(_SIGNALS), event, recorded.position)
        case EntitlementGranted() | EntitlementChanged() | EntitlementEnded():
            _entitle(rows, stream.removeprefix(_PERSON), event)
        case CaseOpened() if not event.organisation:
            case_id = stream.removeprefix(_CASE)
            rows["warning_cases"].put((case_id,), CaseRow(case_id, event.number, event.division))
        case CaseTransferred() if row := rows["warning_cases"].get((stream.removeprefix(_CASE),)):
            row.division = event.to_division
            rows["warning_cases"].put((row.case_id,), row)
        case _:
            return


def _signal(rows: Working, subject: str, event: SignalReceived | SignalVerified | SignalJudged, position: int) -> None:
    key = (subject, event.source, event.id)
    match event:
        case SignalReceived() if KINDS[event.kind].warns:
            row = SignalRow(*key, event.kind, event.happened_on, event.received_at, event.verified_on, position)
            rows["warning_signals"].put(key, row)
        case SignalVerified() if row := rows["warning_signals"].get(key):
            row.verified_on = event.verified_on
            rows["warning_signals"].put(key, row)
        case SignalJudged():
            rows["warning_verdicts"].put((*key, event.matter), (*key, event.matter, event.verdict))
        case _:
            return


def _entitle(rows: Working, subject: str, event: EntitlementGranted | EntitlementChanged | EntitlementEnded) -> None:
    key = (subject, event.case)
    row: GrantRow | None = rows["warning_grants"].get(key)
    match event:
        case EntitlementGranted():
            row = GrantRow(*key, event.matter, event.division, event.from_month, event.amount, event.until)
        case EntitlementChanged() if row:
            row.amount = event.amount
        case EntitlementEnded() if row:
            row.to_month = event.to_month
    if row:
        rows["warning_grants"].put(key, row)


_FOLDED: tuple[type[Event], ...] = (
    SignalReceived,
    SignalVerified,
    SignalJudged,
    *_ENTITLEMENTS,
    CaseOpened,
    CaseTransferred,
)

WARNINGS = View(
    name="warnings",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("warning_signals", SignalRow, "text text text text date timestamptz date int8", key=3),
        tuples_of("warning_verdicts", "subject source signal matter verdict", "text text text text text", key=4),
        rows_of("warning_grants", GrantRow, "text text text text date int8 date date", key=2),
        rows_of("warning_cases", CaseRow, "text text text", key=1),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset(_FOLDED),
)
