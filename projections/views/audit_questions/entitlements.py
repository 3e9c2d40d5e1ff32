"""Folding what persons receive: what, from when until when, and which of it excludes each other."""

from collections.abc import Iterable

from domain.calendar import civil_day
from domain.kernel import CaseId, Recorded
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded, EntitlementGranted
from projections.shape import Key, Working
from projections.views.audit_questions.rows import EntitlementRow

_STREAM = "entitlement-"


def entitlements_of(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return all that the person was given before."""
    return (("audit_entitlement", (_subject(recorded),)),)


def fold_entitlement(rows: Working, recorded: Recorded) -> None:
    """Add what was given, or change what was."""
    event = recorded.event
    match event:
        case EntitlementGranted():
            _granted(rows, recorded, event)
        case EntitlementChanged():
            row = _held(rows, recorded, event.case)
            if row is not None:
                row.amount = event.amount
                _put(rows, row)
        case EntitlementEnded():
            row = _held(rows, recorded, event.case)
            if row is not None:
                row.to_month, row.ended = event.to_month, recorded.position
                _put(rows, row)
        case _:
            return


def _granted(rows: Working, recorded: Recorded, event: EntitlementGranted) -> None:
    row = EntitlementRow(
        subject=_subject(recorded),
        position=recorded.position,
        case_id=event.case,
        matter=event.matter,
        division=event.division,
        granted_on=civil_day(recorded.meta.occurred_at),
        from_month=event.from_month,
        until=event.until,
        to_month=None,
        ended=None,
        amount=event.amount,
        excludes=" ".join(event.excludes),
    )
    for other in rows["audit_entitlement"].under(row.subject):
        if other.case_id != row.case_id and _exclude(row, other):
            pair = (row.subject, row.position, other.position)
            rows["audit_overlap"].put(pair, pair)
    _put(rows, row)


def _exclude(one: EntitlementRow, other: EntitlementRow) -> bool:
    """By either side's matrix of overlaps (DOMAIN §2.3); the same matter twice, always."""
    return one.matter == other.matter or one.matter in other.excludes.split() or other.matter in one.excludes.split()


def _held(rows: Working, recorded: Recorded, case: CaseId) -> EntitlementRow | None:
    mine = [row for row in rows["audit_entitlement"].under(_subject(recorded)) if row.case_id == case]
    return max(mine, key=lambda row: row.position, default=None)


def _put(rows: Working, row: EntitlementRow) -> None:
    rows["audit_entitlement"].put((row.subject, row.position), row)


def _subject(recorded: Recorded) -> str:
    return recorded.stream.removeprefix(_STREAM)
