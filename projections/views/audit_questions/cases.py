"""Folding the events of a case: its row, and rows for its decisions, notices and months."""

from collections.abc import Callable
from datetime import date
from typing import Any

from domain.calendar import civil_day
from domain.cases.assess import age_on
from domain.cases.events.benefit import GrantIncreased, GrantReduced, GrantStarted, GrantStopped, GrantSuspended
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.decision import CaseRefused, Confirmed, NoticeClosed, NoticeObjected, NoticePosted
from domain.cases.events.inquiry import (
    AppraisalHeld,
    ComparisonReported,
    FactsEstablished,
    HomeVisited,
    NeighbourInterviewed,
    OpinionIssued,
)
from domain.cases.events.intake import CaseAccepted, CaseOpened, SeparatelyRegistered, SubjectIdentified
from domain.identity import citizen_id_birth
from domain.kernel import Event, Recorded
from projections.shape import Working
from projections.views.audit_questions.decisions import decision_row
from projections.views.audit_questions.months import months_between
from projections.views.audit_questions.rows import CaseRow, MonthRow, NoticeRow


def fold_case(rows: Working, recorded: Recorded) -> None:
    """Note what the event says of its case."""
    change = CHANGES.get(type(recorded.event))
    if change is None:
        return
    case_id = recorded.stream[5:]
    case: CaseRow = rows["audit_case"].get((case_id,)) or CaseRow(case_id)
    change(rows, case, recorded)
    rows["audit_case"].put((case_id,), case)


def _opened(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.number, case.matter, case.division = event.number, event.matter, event.division
    case.opened, case.received_on = recorded.position, event.received_on
    case.born = citizen_id_birth(event.household.members[0].id_number) if event.household.members else None


def _identified(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.born = case.born or citizen_id_birth(event.person.id_number)
    alias = (event.temporary, event.person.subject, recorded.position, case.case_id)
    rows["audit_alias"].put((event.temporary,), alias)


def _accepted(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.accepted, case.accepted_on = recorded.position, event.accepted_on
    case.rule, case.accepted_in, case.accepted_by = event.rule, case.division, recorded.meta.post


def _transferred(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.division = event.to_division


def _registered(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.kin, case.kin_posts = recorded.position, " ".join(event.kin_posts)


def _inquired(_: Working, case: CaseRow, recorded: Recorded) -> None:
    case.inquired = recorded.position


def _compared(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.inquired = recorded.position
    if case.compared is None:
        case.compared, case.compared_on = recorded.position, event.reported_on


def _established(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.inquired = recorded.position
    told = event.facts.get("condition_from")
    if isinstance(told, str):
        case.condition, case.condition_from = recorded.position, date.fromisoformat(told)


def _opined(_: Working, case: CaseRow, recorded: Recorded) -> None:
    case.opined = recorded.position


def _posted(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.noticed, case.closed = recorded.position, None
    notice = NoticeRow(
        position=recorded.position,
        case_id=case.case_id,
        division=case.division,
        rule=case.rule or recorded.meta.rule,
        post=recorded.meta.post,
        posted_on=event.posted_on,
        until=event.until,
        last_on=event.until,
        days=(event.until - event.posted_on).days,
        age=age_on(case.born, event.posted_on) if case.born and case.born <= event.posted_on else None,
    )
    rows["audit_notice"].put((notice.case_id, notice.position), notice)


def _objected(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.objected = recorded.position
    _end(rows, case, recorded, event.objected_on)


def _closed(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.closed = recorded.position
    _end(rows, case, recorded, event.closed_on)


def _end(rows: Working, case: CaseRow, recorded: Recorded, day: date) -> None:
    """A notice hangs up to the day before it is taken down; what hung longer than announced was announced so."""
    notice: NoticeRow | None = rows["audit_notice"].get((case.case_id, case.noticed))
    if notice is None or notice.ended is not None:
        return
    notice.ended, notice.ended_on = recorded.position, day
    notice.ended_by = "closed" if isinstance(recorded.event, NoticeClosed) else "objected"
    notice.last_on = min(notice.until, date.fromordinal(day.toordinal() - 1))
    notice.days = (notice.last_on - notice.posted_on).days
    rows["audit_notice"].put((notice.case_id, notice.position), notice)


def _decided(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    decision = decision_row(case, recorded)
    rows["audit_decision"].put((decision.position,), decision)
    if decision.result == "grant":
        case.confirmed, case.from_month, case.amount = decision.position, decision.from_month, decision.amount


def _started(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    if case.granted is None and case.from_month not in (None, event.from_month):
        _differs(rows, case, recorded, ("start", case.from_month, case.confirmed))
    if case.suspended_from and case.granted is not None:
        case.resumed_from = event.from_month
    case.granted, case.amount = recorded.position, event.amount


def _changed(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.amount = event.amount


def _suspended(_: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.suspended_from, case.resumed_from = event.from_month, None


def _stopped(rows: Working, case: CaseRow, recorded: Recorded) -> None:
    event: Any = recorded.event
    case.stopped_from = event.from_month
    _differs(rows, case, recorded, ("stop", civil_day(recorded.meta.occurred_at), case.granted))


def _differs(rows: Working, case: CaseRow, recorded: Recorded, how: tuple[str, date | None, int | None]) -> None:
    what, since, other = how
    event: Any = recorded.event
    if since is None:
        return
    month = MonthRow(
        position=recorded.position,
        case_id=case.case_id,
        division=case.division,
        rule=case.rule or recorded.meta.rule,
        what=what,
        day=civil_day(recorded.meta.occurred_at),
        from_month=event.from_month,
        months=months_between(since, event.from_month),
        post=recorded.meta.post,
        other=other,
    )
    rows["audit_month"].put((month.position,), month)


CHANGES: dict[type[Event], Callable[[Working, CaseRow, Recorded], None]] = {
    CaseOpened: _opened,
    SubjectIdentified: _identified,
    CaseAccepted: _accepted,
    CaseTransferred: _transferred,
    SeparatelyRegistered: _registered,
    HomeVisited: _inquired,
    NeighbourInterviewed: _inquired,
    AppraisalHeld: _inquired,
    ComparisonReported: _compared,
    FactsEstablished: _established,
    OpinionIssued: _opined,
    NoticePosted: _posted,
    NoticeObjected: _objected,
    NoticeClosed: _closed,
    Confirmed: _decided,
    CaseRefused: _decided,
    GrantStarted: _started,
    GrantIncreased: _changed,
    GrantReduced: _changed,
    GrantSuspended: _suspended,
    GrantStopped: _stopped,
}
"""What each event of a case changes; others change nothing here."""
