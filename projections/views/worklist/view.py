"""One row per case: where it stands, what is due next, who has it."""

from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

from domain.cases.events import CASE_EVENTS
from domain.cases.events.benefit import GrantIncreased, GrantReduced, GrantStarted
from domain.cases.events.closing import CaseArchived, CaseAssigned, CaseTransferred, CorrectionAppended
from domain.cases.events.decision import Confirmed
from domain.cases.events.intake import CaseOpened, SeparatelyRegistered
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.parts import Due
from domain.cases.stages import STAGE_AFTER, due_after
from domain.kernel import Event, Recorded
from projections.shape import Key, View, Working, rows_of

_MOST_LETTERS = 200
"""Numbers from other systems may be longer than a key of an index takes."""


class WorklistRow(msgspec.Struct, gc=False):
    """A row of the table, fields in the order of its columns."""

    case_id: str
    opened_at: datetime
    changed_at: datetime
    number: str = ""
    matter: str = ""
    division: str = ""
    stage: str = "none"
    activity: str = ""
    applicant: str = ""
    persons: int = 0
    channel: str = ""
    separate: bool = False
    archived: bool = False
    assignee: str = ""
    amount: int = 0
    due_what: str = ""
    due_on: date | None = None
    version: int = 0
    position: int = 0


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the case's row."""
    return (("worklist", (recorded.stream[5:],)),) if recorded.stream.startswith("case-") else ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Make or change the case's row."""
    if not recorded.stream.startswith("case-"):
        return
    key = (recorded.stream[5:],)
    row, event = rows["worklist"].get(key), recorded.event
    if row is None:
        row = _opened(recorded)
    row.stage = STAGE_AFTER.get(type(event), row.stage)
    due = due_after(Due(what=row.due_what, on=row.due_on) if row.due_on else None, event)
    row.due_what, row.due_on = (due.what, due.on) if due else ("", None)
    row.version, row.position, row.changed_at = recorded.seq, recorded.position, recorded.meta.occurred_at
    change = _CHANGES.get(type(event))
    if change is not None:
        change(row, event)
    rows["worklist"].put(key, row)


def _opened(recorded: Recorded) -> WorklistRow:
    event, at = recorded.event, recorded.meta.occurred_at
    blank = WorklistRow(recorded.stream[5:], at, at)
    if isinstance(event, CaseOpened):
        members = event.household.members
        blank.number, blank.matter, blank.division, blank.channel = (
            event.number,
            event.matter,
            event.division,
            event.channel,
        )
        blank.applicant, blank.persons = members[0].name, len(members)
    elif isinstance(event, LegacyCaseOpened):
        blank.number, blank.matter = event.number[:_MOST_LETTERS], "legacy"
        blank.division, blank.channel = event.division, "import"
    return blank


def _set(field: str, source: str) -> Any:  # noqa: ANN401 a setter for any event
    read = attrgetter(source)

    def change(row: WorklistRow, event: Event) -> None:
        setattr(row, field, read(event))

    return change


def _archive(row: WorklistRow, _: Event) -> None:
    row.archived = True


def _separate(row: WorklistRow, _: Event) -> None:
    row.separate = True


def _correct(row: WorklistRow, event: CorrectionAppended) -> None:
    if event.correction.field == "applicant.name":
        row.applicant = event.correction.value


def _transfer(row: WorklistRow, event: CaseTransferred) -> None:
    row.division, row.assignee = event.to_division, ""


_CHANGES: dict[type[Event], Any] = {
    SeparatelyRegistered: _separate,
    Confirmed: _set("amount", "amount"),
    GrantStarted: _set("amount", "amount"),
    GrantIncreased: _set("amount", "amount"),
    GrantReduced: _set("amount", "amount"),
    CaseAssigned: _set("assignee", "to_post"),
    CaseTransferred: _transfer,
    CaseArchived: _archive,
    CorrectionAppended: _correct,
    LegacyActivityRecorded: _set("activity", "activity"),
}

_FIELDS = WorklistRow.__struct_fields__
_TYPES = "text timestamptz timestamptz text text text text text text int4 text bool bool text int8 text date int4 int8"

WORKLIST = View(
    name="worklist",
    version=3,
    folder=Path(__file__).parent,
    tables=(rows_of("worklist", WorklistRow, _TYPES),),
    touches=touches,
    fold=fold,
    folds=frozenset(CASE_EVENTS.values()),
    personal=frozenset({CaseOpened, CorrectionAppended}),
)
