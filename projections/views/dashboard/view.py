"""Counts of cases by matter × division × stage × month, and how many days each step took."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from domain.calendar import civil_day, month_start
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.intake import CaseOpened
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.stages import STAGE_AFTER
from domain.divisions import division_prefix
from domain.kernel import Recorded
from projections.shape import Key, View, Working, counts_of, rows_of

_TOWN = 9
_MOST_LETTERS = 200
"""Names from other systems may be longer than a key of an index takes."""


class DashboardRow(msgspec.Struct, gc=False):
    """Where a case stands. ``since``: when it came there. For an imported case the stage is its last activity."""

    case_id: str
    matter: str
    division: str
    month: date
    stage: str
    since: datetime


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the case's row."""
    return (("dashboard_case", (recorded.stream[5:],)),) if recorded.stream.startswith("case-") else ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Move the case between counts, and count the days of the step that it left."""
    if not recorded.stream.startswith("case-"):
        return
    event, at = recorded.event, recorded.meta.occurred_at
    key = (recorded.stream[5:],)
    row = rows["dashboard_case"].get(key)
    if row is None:
        _open(rows, recorded)
    elif isinstance(event, CaseTransferred):
        _count(rows, row, -1)
        row.division = _town(event.to_division)
        _count(rows, row, 1)
        rows["dashboard_case"].put(key, row)
    elif isinstance(event, LegacyActivityRecorded):
        _move(rows, row, event.activity[:_MOST_LETTERS], at)
    elif STAGE_AFTER.get(type(event), row.stage) != row.stage:  # defects told again, say, do not end the stay
        _move(rows, row, STAGE_AFTER[type(event)], at)


def _open(rows: Working, recorded: Recorded) -> None:
    event, at = recorded.event, recorded.meta.occurred_at
    matter, division, stage = "legacy", "", "opened"
    if isinstance(event, CaseOpened):
        matter, division = event.matter, event.division
    elif isinstance(event, LegacyCaseOpened):
        division = event.division
    row = DashboardRow(recorded.stream[5:], matter, _town(division), month_start(civil_day(at)), stage, at)
    rows["dashboard_case"].put((row.case_id,), row)
    _count(rows, row, 1)


def _move(rows: Working, row: DashboardRow, stage: str, at: datetime) -> None:
    days = max(0, (civil_day(at) - civil_day(row.since)).days)
    key = (row.matter, row.division, row.stage, month_start(civil_day(at)), days)
    rows["dashboard_step"].add(key, 1)
    _count(rows, row, -1)
    row.stage, row.since = stage, at
    _count(rows, row, 1)
    rows["dashboard_case"].put((row.case_id,), row)


def _count(rows: Working, row: DashboardRow, number: int) -> None:
    rows["dashboard_count"].add((row.matter, row.division, row.stage, row.month), number)


def _town(division: str) -> str:
    return division_prefix(division)[:_TOWN]


def _load(row: tuple[Any, ...]) -> DashboardRow:
    return DashboardRow(*row)


DASHBOARD = View(
    name="dashboard",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("dashboard_case", DashboardRow, "text text text date text timestamptz"),
        counts_of("dashboard_count", "matter division stage month cases", "text text text date int8"),
        counts_of("dashboard_step", "matter division step month days cases", "text text text date int4 int8"),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset({*STAGE_AFTER, LegacyActivityRecorded, CaseTransferred}),
)
