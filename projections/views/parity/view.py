"""Decisions by matter × rule × county × urban or rural × month: how many, after how many days, for how much."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec

from domain.calendar import month_start
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.events.intake import CaseAccepted, CaseOpened
from domain.divisions import settlement
from domain.kernel import Recorded
from projections.shape import Key, View, Working, counts_of, rows_of

_COUNTY = 6
_STREAM = "case-"
_SEEN = CaseOpened | CaseAccepted | CaseTransferred | Confirmed | CaseRefused


class ParityRow(msgspec.Struct, gc=False):
    """What is known of a case. ``since``: its acceptance, before that its receipt."""

    case_id: str
    matter: str
    division: str
    since: date
    rule: str = ""


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the case's row, for events that matter here."""
    return (("parity_case", _key(recorded)),) if isinstance(recorded.event, _SEEN) else ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Note the case, or count its decision."""
    event = recorded.event
    if not isinstance(event, _SEEN):
        return
    key = _key(recorded)
    row: ParityRow | None = rows["parity_case"].get(key)
    if isinstance(event, CaseOpened):
        row = ParityRow(key[0], event.matter, event.division, event.received_on)
    elif row is not None:  # an imported case was not opened here
        _change(rows, row, event)
    if row is not None:
        rows["parity_case"].put(key, row)


def _key(recorded: Recorded) -> tuple[str]:
    return (recorded.stream.removeprefix(_STREAM),)


def _change(rows: Working, row: ParityRow, event: CaseAccepted | CaseTransferred | Confirmed | CaseRefused) -> None:
    match event:
        case CaseAccepted():
            row.since, row.rule = event.accepted_on, event.rule
        case CaseTransferred():
            row.division = event.to_division
        case Confirmed():
            row.rule = event.rule
            place = _count(rows, row, event.confirmed_on, "grant")
            rows["parity_grant"].add((*place, _standard(event)), event.amount)
        case CaseRefused():
            _count(rows, row, event.refused_on, "refuse")


def _count(rows: Working, row: ParityRow, on: date, result: str) -> Key:
    """Count a decision; return where and when it belongs."""
    place = (row.matter, row.rule, row.division[:_COUNTY], settlement(row.division) or "", month_start(on))
    rows["parity_decision"].add((*place, result, max(0, (on - row.since).days)), 1)
    return place


def _standard(event: Confirmed) -> int:
    """The standard that was applied: where a rule has two tracks, that of the place."""
    return event.calculation.inputs.get("standard", event.standard) if event.calculation else event.standard


def _load(row: tuple[Any, ...]) -> ParityRow:
    return ParityRow(*row)


PARITY = View(
    name="parity",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("parity_case", ParityRow, "text text text date text"),
        counts_of(
            "parity_decision",
            "matter rule county settlement month result days decisions",
            "text text text text date text int4 int8",
        ),
        counts_of(
            "parity_grant", "matter rule county settlement month standard amount", "text text text text date int8 int8"
        ),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset(get_args(_SEEN)),
)
