"""What the events of an act do to the clocks of statutory duties, by the rule's data (法定职责必须为).

A period of days ends with its last day, at midnight in Yancheng; hours run to the minute. While a clock stands still
(补正, 核对, 公示) what is left of its limit is kept, and counted anew from the day on which it goes on.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from domain.calendar import (
    WorkCalendar,
    add_hours,
    civil_day,
    last_day,
    midnight_after,
    months_before,
    period_end,
)
from domain.cases.clocks import Clock, Clocks, clock_of, clocks_of
from domain.cases.events import CaseEvent
from domain.cases.events.intake import CaseAccepted, CaseOpened
from domain.cases.evolve import evolve
from domain.cases.evolve.duties import evolve_duties
from domain.cases.facts import Facts
from domain.cases.parts import Due, Duty, DutyMove
from domain.cases.state import CaseState
from domain.rulebook.parts import DutyRule, Limit, Unit

ACCEPT = "accept"
"""The duty to accept or to tell the defects: unmet, the application counts as accepted on the day received."""
REVIEW = "review"
"""The duty to review: on its last day the review falls due."""

_HOUR = timedelta(hours=1)
_DAYS_OF_MONTH = 30
OPEN_PAUSES: dict[str, Callable[[CaseState], bool]] = {
    "case.correction_requested": lambda case: case.stage == "correcting",
    "case.comparison_authorised": lambda case: case.comparison is not None and case.comparison.reported_on is None,
    "case.notice_posted": lambda case: case.stage == "notice",
}
"""Whether a pause goes on, by the event that begins it; an objection, too, ends a notice."""
_OVER = frozenset({"met", "dropped"})
_MOST_KNOWN = 10_000


class _Turn(NamedTuple):
    """One event: the case before it, and after it."""

    event: CaseEvent
    before: CaseState
    after: CaseState


def with_moves(case: CaseState, events: list[CaseEvent], facts: Facts) -> tuple[list[CaseEvent], CaseState]:
    """Return the events with the moves of duties laid on the one that causes them, and the case after them.

    Raises CalendarYearMissing.
    """
    moved: list[CaseEvent] = []
    for event in events:
        after = evolve(case, event)
        moves = _all_moves(_Turn(event, case, after), facts)
        if moves:
            event = replace(event, moves=moves)  # noqa: PLW2901  from here on, the event is the one that moves
            after = evolve_duties(case, after, moves)
        moved.append(event)
        case = after
    return moved, case


def _all_moves(turn: _Turn, facts: Facts) -> tuple[DutyMove, ...]:
    """A clock that stands still goes on at whatever ends its pause; the others move at events that name them."""
    rule, kind, duties = facts.rule, turn.event.TYPE, turn.before.duties
    named = clocks_of(rule, kind)
    paused = [name for name, duty in duties.items() if duty.status == "paused" and name in rule.duties]
    if not paused and named.plain:
        return _plain_moves(named, turn, facts) if named.clocks else ()
    by_name = {clock.name for clock in named.clocks}
    others = [clock_of(rule, name, kind) for name in paused if name not in by_name]
    return tuple([move for clock in (*named.clocks, *others) for move in _moves(clock, turn, facts)])


def _plain_moves(clocks: Clocks, turn: _Turn, facts: Facts) -> tuple[DutyMove, ...]:
    duties = turn.before.duties
    owed = tuple([(duty := duties.get(clock.name)) is not None and _owed(duty) for clock in clocks.clocks])
    circumstance = (owed, getattr(turn.event, "due", None), _first_day(turn.event, facts), facts.calendar)
    found = clocks.known.get(circumstance)
    if found is None:
        if len(clocks.known) >= _MOST_KNOWN:
            clocks.known.clear()
        found = tuple([move for clock in clocks.clocks for move in _moves(clock, turn, facts)])
        clocks.known[circumstance] = found
    return found


def _owed(duty: Duty) -> bool:
    return duty.status not in _OVER


def runs(duty: Duty) -> bool:
    """Tell whether the clock of a duty runs: neither paused, nor met, nor dropped."""
    return duty.status in ("started", "resumed")


def _moves(clock: Clock, turn: _Turn, facts: Facts) -> Sequence[DutyMove]:
    """Ends come before starts: a review that is done meets its duty and starts the next."""
    known = turn.before.duties.get(clock.name)
    if known is not None and _owed(known):
        if not clock.ended:  # a start does not put off what is owed already
            return _paused(clock, turn, known, facts) if clock.rule.pauses else ()
        return [*clock.ended, *_started(clock, turn, facts)] if _starts(clock, turn) else clock.ended
    return _started(clock, turn, facts) if _starts(clock, turn) else ()


def _starts(clock: Clock, turn: _Turn) -> bool:
    return clock.starts and (not clock.chosen or _named(turn.event) == clock.name)


def _started(clock: Clock, turn: _Turn, facts: Facts) -> list[DutyMove]:
    rule, limit = clock.rule, facts.rule.limits[clock.rule.limit]
    due_at = _told(clock, turn) or _end(limit.unit, limit.days, _first_day(turn.event, facts), facts)
    started = DutyMove(
        what=clock.name,
        to="started",
        due_at=due_at,
        warn_at=_before(due_at, limit.unit, rule.warn, facts.calendar),
        holder=rule.holder,
        basis=limit.basis,
    )
    if any(_goes_on(pause.begins, turn.after) for pause in rule.pauses):
        return [started, _pause(clock.name, limit, due_at, facts)]
    return [started]


def _told(clock: Clock, turn: _Turn) -> datetime | None:
    """The clock agrees with the due date that the event itself tells of this duty."""
    due: Due | None = getattr(turn.event, "due", None)
    if due is None or due.what != clock.name:
        return None
    return due.at or midnight_after(due.on)


def _named(event: CaseEvent) -> str:
    due: Due | None = getattr(event, "due", None)
    return due.what if due else ""


def _first_day(event: CaseEvent, facts: Facts) -> date:
    """An application accepted by law counts as accepted on the day received, not on the day somebody noticed."""
    match event:
        case CaseOpened():
            return event.received_on
        case CaseAccepted():
            return event.accepted_on
        case _:
            return facts.asked.day


def _paused(clock: Clock, turn: _Turn, known: Duty, facts: Facts) -> list[DutyMove]:
    rule, limit = clock.rule, facts.rule.limits[clock.rule.limit]
    if runs(known):
        begins = any(pause.begins == turn.event.TYPE for pause in rule.pauses)
        late = facts.act.occurred_at > known.due_at  # what is overdue stays overdue
        return [_pause(clock.name, limit, known.due_at, facts)] if begins and not late else []
    return [_resume(clock, known, limit, facts)] if _resumes(rule, turn) else []


def _resumes(rule: DutyRule, turn: _Turn) -> bool:
    kind = turn.event.TYPE
    others = [pause for pause in rule.pauses if pause.ends != kind]
    if any(_goes_on(pause.begins, turn.after) for pause in others):
        return False
    return len(others) < len(rule.pauses) or any(_goes_on(pause.begins, turn.before) for pause in others)


def _goes_on(begins: str, case: CaseState) -> bool:
    known = OPEN_PAUSES.get(begins)
    return known is not None and known(case)


def _pause(name: str, limit: Limit, due_at: datetime, facts: Facts) -> DutyMove:
    """What is left: hours (a begun one counts as whole), else days after today up to the last."""
    now = facts.act.occurred_at
    today, last = civil_day(now), last_day(due_at)
    if limit.unit == "h":
        left = -((now - due_at) // _HOUR)
    elif limit.unit == "wd":
        left = facts.calendar.working_days_between(today, last)
    else:
        left = (last - today).days
    return DutyMove(what=name, to="paused", left=max(left, 0))


def _resume(clock: Clock, known: Duty, limit: Limit, facts: Facts) -> DutyMove:
    """A limit of months goes on in calendar days."""
    months = limit.unit == "mo"
    unit: Unit = "cd" if months else limit.unit
    due_at = _end(unit, known.left, civil_day(facts.act.occurred_at), facts)
    warn = clock.rule.warn * (_DAYS_OF_MONTH if months else 1)
    warn_at = _before(due_at, unit, warn, facts.calendar)
    return DutyMove(what=clock.name, to="resumed", due_at=due_at, warn_at=warn_at)


def _end(unit: Unit, count: int, start: date, facts: Facts) -> datetime:
    """Return the moment after which a period is over that begins on that day, or now if it is one of hours."""
    if unit == "h":
        return add_hours(facts.act.occurred_at, count)
    return midnight_after(period_end(unit, count, start, facts.calendar))


@lru_cache(maxsize=4_096)
def _before(due_at: datetime, unit: Unit, count: int, calendar: WorkCalendar) -> datetime:
    if unit == "h":
        return due_at - count * _HOUR
    last = last_day(due_at)
    if unit == "wd":
        return midnight_after(calendar.working_days_before(last, count))
    return midnight_after(months_before(last, count) if unit == "mo" else last - timedelta(days=count))
