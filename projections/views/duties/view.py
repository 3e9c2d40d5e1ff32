"""One row per case and statutory duty: who owes it, by which article, until when, and what became of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from domain.cases.clockwork import ACCEPT, REVIEW
from domain.cases.events import CASE_EVENTS
from domain.cases.events.benefit import ReviewFellDue
from domain.cases.events.clocked import Clocked
from domain.cases.events.closing import CaseAssigned, CaseTransferred, DutyBreached, DutyWarned
from domain.cases.events.intake import CaseOpened
from domain.cases.parts import DutyMove
from domain.kernel import Recorded
from projections.shape import Key, View, Working, rows_of

REACH = {
    "village_director": 12,
    "town_handler": 9,
    "town_lead": 9,
    "county_reviewer": 6,
    "county_decider": 6,
    "registrar": 6,
    "station_officer": 6,
    "assessor": 6,
}
"""How many digits of a case's division name the one whose organ a role belongs to; else the city's four."""

_CITY = 4
_MOST_MOVES = 1_000
"""No event moves as many clocks."""
_LAST_DAY = timedelta(days=1)


class DutyCaseRow(msgspec.Struct, gc=False):
    """What clocks need to know of their case."""

    case_id: str
    number: str
    matter: str
    division: str
    assignee: str = ""


class DutyRow(msgspec.Struct, gc=False):
    """A row of the table, fields in the order of its columns.

    ``status``: started, paused, met or dropped. ``marked``: the review was recorded as due. ``late``: it ended after
    its due moment. ``next_at``: when the timekeeper has something to do. ``seq``: a number of its own, in the order in
    which clocks were started; most are due at a midnight, together with thousands of others.
    """

    case_id: str
    what: str
    number: str
    matter: str
    division: str
    status: str
    holder: str
    holder_division: str
    assignee: str
    basis: str
    rule: str
    seq: int
    started_at: datetime
    due_at: datetime
    warn_at: datetime
    warned: bool = False
    marked: bool = False
    breached_at: datetime | None = None
    met_at: datetime | None = None
    late: bool = False
    next_at: datetime | None = None


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the duties that the event moves, or all of the case, with the case's own row."""
    event, case_id = recorded.event, recorded.stream[5:]
    if isinstance(event, CaseAssigned | CaseTransferred):
        return (("duty_case", (case_id,)), ("duties", (case_id,)))
    if isinstance(event, CaseOpened) or not isinstance(event, Clocked):
        return ()
    moved = [("duties", (case_id, what)) for what in {_named(event), *(move.what for move in event.moves)} if what]
    return [("duty_case", (case_id,)), *moved] if event.moves else moved


def fold(rows: Working, recorded: Recorded) -> None:
    """Move the clocks, and keep who has the case and where it lies."""
    event, case_id = recorded.event, recorded.stream[5:]
    if not isinstance(event, Clocked):
        return
    if isinstance(event, CaseOpened):
        opened = DutyCaseRow(case_id, event.number, event.matter, event.division)
        rows["duty_case"].put((case_id,), opened)
    elif isinstance(event, CaseAssigned | CaseTransferred):
        _hand_over(rows, case_id, event)
    elif what := _named(event):
        _tell(rows, (case_id, what), recorded)
    for number, move in enumerate(event.moves):
        _move(rows, recorded, move, recorded.position * _MOST_MOVES + number)


def _named(event: Clocked) -> str:
    """The duty that an event itself is about."""
    if isinstance(event, DutyWarned | DutyBreached):
        return event.what
    return REVIEW if isinstance(event, ReviewFellDue) else ""


def _hand_over(rows: Working, case_id: str, event: CaseAssigned | CaseTransferred) -> None:
    """What is still owed goes with the case; what is done stays with whoever did it."""
    case: DutyCaseRow | None = rows["duty_case"].get((case_id,))
    if case is None:
        return
    if isinstance(event, CaseAssigned):
        case.assignee = event.to_post
    else:
        case.division, case.assignee = event.to_division, ""
    rows["duty_case"].put((case_id,), case)
    for row in rows["duties"].under(case_id):
        if row.status in ("started", "paused"):
            row.assignee, row.division = case.assignee, case.division
            row.holder_division = organ_division(row.holder, case.division)
            rows["duties"].put((case_id, row.what), row)


def organ_division(holder: str, division: str) -> str:
    """Return the digits of the division whose organ owes what a post of that role owes in a case."""
    return division[: REACH.get(holder, _CITY)]


def _tell(rows: Working, key: Key, recorded: Recorded) -> None:
    row: DutyRow | None = rows["duties"].get(key)
    if row is None:
        return
    match recorded.event:
        case DutyWarned():
            row.warned = True
        case DutyBreached():
            row.breached_at = recorded.meta.occurred_at
        case _:
            row.marked = True
    _put(rows, key, row)


def _move(rows: Working, recorded: Recorded, move: DutyMove, seq: int) -> None:
    key = (recorded.stream[5:], move.what)
    row = _started(rows, recorded, move, seq) if move.to == "started" else rows["duties"].get(key)
    if row is None:
        return
    at = recorded.meta.occurred_at
    if move.to in ("met", "dropped"):
        row.late = row.status == "started" and at > row.due_at
        row.met_at = at if move.to == "met" else None
    row.status = "started" if move.to == "resumed" else move.to
    row.due_at, row.warn_at = move.due_at or row.due_at, move.warn_at or row.warn_at
    _put(rows, key, row)


def _started(rows: Working, recorded: Recorded, move: DutyMove, seq: int) -> DutyRow | None:
    case: DutyCaseRow | None = rows["duty_case"].get((recorded.stream[5:],))
    if case is None or move.due_at is None or move.warn_at is None:
        return None
    return DutyRow(
        case_id=case.case_id,
        what=move.what,
        number=case.number,
        matter=case.matter,
        division=case.division,
        status="started",
        holder=move.holder,
        holder_division=organ_division(move.holder, case.division),
        assignee=case.assignee,
        basis=move.basis,
        rule=recorded.meta.rule,
        seq=seq,
        started_at=recorded.meta.occurred_at,
        due_at=move.due_at,
        warn_at=move.warn_at,
    )


def _put(rows: Working, key: Key, row: DutyRow) -> None:
    row.next_at = _next(row)
    rows["duties"].put(key, row)


def _next(row: DutyRow) -> datetime | None:
    """A warning, a review that falls due on its last day, a breach; after it, an acceptance by law is still owed."""
    if row.status != "started":
        return None
    if not row.warned and row.breached_at is None:
        return row.warn_at
    if row.what == REVIEW and not row.marked:
        return row.due_at - _LAST_DAY
    return row.due_at if row.breached_at is None or row.what == ACCEPT else None


_CASE_FIELDS = DutyCaseRow.__struct_fields__
_FIELDS = DutyRow.__struct_fields__
_TYPES = (
    "text text text text text text text text text text text int8 timestamptz timestamptz timestamptz bool bool "
    "timestamptz timestamptz bool timestamptz"
)

DUTIES = View(
    name="duties",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("duty_case", DutyCaseRow, "text text text text text"),
        rows_of("duties", DutyRow, _TYPES, key=2),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset(CASE_EVENTS.values()),
)
