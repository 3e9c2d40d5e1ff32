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
    add_calendar_days,
    add_hours,
    add_months,
    civil_day,
    last_day,
    midnight_after,
    months_before,
)
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import OpinionIssued
from domain.cases.events.intake import CaseAccepted, CaseOpened
from domain.cases.evolve import evolve
from domain.cases.evolve.duties import evolve_duties
from domain.cases.facts import Facts
from domain.cases.parts import Due, Duty, DutyMove
from domain.cases.state import CaseState
from domain.derived import once_per
from domain.rulebook.parts import DutyRule, Limit, Unit
from domain.rulebook.rules import RuleVersion

ACCEPT = "accept"
"""The duty to accept or to tell the defects: unmet, the application counts as accepted on the day received."""
REVIEW = "review"
"""The duty to review: on its last day the review falls due."""
_AFTER_OPINION = frozenset({"post", "decide"})

_HOUR = timedelta(hours=1)
_DAYS_OF_MONTH = 30
OPEN_PAUSES: dict[str, Callable[[CaseState], bool]] = {
    "case.correction_requested": lambda case: case.stage == "correcting",
    "case.comparison_authorised": lambda case: case.comparison is not None and case.comparison.reported_on is None,
    "case.notice_posted": lambda case: case.stage == "notice",
}
"""Whether a pause goes on, by the event that begins it; an objection, too, ends a notice."""


_OVER = frozenset({"met", "dropped"})
_MOST_STARTS = 1_000


class _Clock(NamedTuple):
    """The clock of one duty, as an event of one type finds it. ``ended``: how the event ends what is owed, if it does.

    ``begun``: starts that were made before, by due moment: acts of one day make the same few.
    """

    name: str
    rule: DutyRule
    starts: bool
    ended: tuple[DutyMove, ...]
    begun: dict[tuple[datetime, WorkCalendar], DutyMove]


def with_moves(case: CaseState, events: list[CaseEvent], facts: Facts) -> tuple[list[CaseEvent], CaseState]:
    """Return the events with the moves of duties laid on the one that causes them, and the case after them.

    Raises CalendarYearMissing.
    """
    moved: list[CaseEvent] = []
    for event in events:
        after = evolve(case, event)
        moves: list[DutyMove] = []
        for clock in _concerned(facts.rule, event.TYPE, case):
            moves += _moves(_Turn(clock, event, case, after), facts)
        moved.append(replace(event, moves=tuple(moves)) if moves else event)
        case = evolve_duties(case, after, tuple(moves)) if moves else after
    return moved, case


def _concerned(rule: RuleVersion, kind: str, case: CaseState) -> Sequence[_Clock]:
    """Return the clocks that an event of this type can move; a paused one goes on at whatever ends its pause."""
    named = _clocks(rule).get(kind, ())
    paused = [name for name, duty in case.duties.items() if duty.status == "paused" and name in rule.duties]
    if not paused:
        return named
    known = {clock.name for clock in named}
    return [*named, *(_clock(name, rule.duties[name], kind) for name in paused if name not in known)]


@once_per
def _clocks(rule: RuleVersion) -> dict[str, list[_Clock]]:
    """Looking through all duties at every event would cost more than moving those that it concerns."""
    table: dict[str, list[_Clock]] = {}
    for name, duty in rule.duties.items():
        begins = [pause.begins for pause in duty.pauses]
        for kind in dict.fromkeys((*duty.starts, *duty.ends, *duty.drops, *begins)):
            table.setdefault(kind, []).append(_clock(name, duty, kind))
    return table


def _clock(name: str, rule: DutyRule, kind: str) -> _Clock:
    ended: tuple[DutyMove, ...] = ()
    if kind in rule.ends:
        ended = (DutyMove(what=name, to="met"),)
    elif kind in rule.drops:
        ended = (DutyMove(what=name, to="dropped"),)
    return _Clock(name, rule, kind in rule.starts, ended, {})


def runs(duty: Duty) -> bool:
    """Tell whether the clock of a duty runs: neither paused, nor met, nor dropped."""
    return duty.status in ("started", "resumed")


class _Turn(NamedTuple):
    """One clock at one event: the case before it, and after it."""

    clock: _Clock
    event: CaseEvent
    before: CaseState
    after: CaseState


def _moves(turn: _Turn, facts: Facts) -> Sequence[DutyMove]:
    """Ends come before starts: a review that is done meets its duty and starts the next."""
    clock, known = turn.clock, turn.before.duties.get(turn.clock.name)
    if known is None or known.status in _OVER:
        return _started(turn, facts) if _starts(turn) else ()
    if clock.ended:
        return [*clock.ended, *_started(turn, facts)] if _starts(turn) else clock.ended
    # A start does not put off what is owed already.
    return _paused(turn, known, facts) if clock.rule.pauses else ()


def _starts(turn: _Turn) -> bool:
    """An opinion leads either to the notice or, refusing or not to be posted, to the decision: as its due date says."""
    if not turn.clock.starts:
        return False
    event, name = turn.event, turn.clock.name
    return not isinstance(event, OpinionIssued) or name not in _AFTER_OPINION or event.due.what == name


def _started(turn: _Turn, facts: Facts) -> list[DutyMove]:
    rule, limit = turn.clock.rule, facts.rule.limits[turn.clock.rule.limit]
    due_at = _told(turn) or _end(limit.unit, limit.days, _first_day(turn.event, facts), facts)
    started = _start(turn.clock, limit, due_at, facts.calendar)
    if rule.pauses and any(_goes_on(pause.begins, turn.after) for pause in rule.pauses):
        return [started, _pause(turn.clock.name, limit, due_at, facts)]
    return [started]


def _start(clock: _Clock, limit: Limit, due_at: datetime, calendar: WorkCalendar) -> DutyMove:
    found = clock.begun.get((due_at, calendar))
    if found is None:
        if len(clock.begun) >= _MOST_STARTS:
            clock.begun.clear()
        found = clock.begun[due_at, calendar] = DutyMove(
            what=clock.name,
            to="started",
            due_at=due_at,
            warn_at=_before(due_at, limit.unit, clock.rule.warn, calendar),
            holder=clock.rule.holder,
            basis=limit.basis,
        )
    return found


def _told(turn: _Turn) -> datetime | None:
    """The clock agrees with the due date that the event itself tells of this duty."""
    due: Due | None = getattr(turn.event, "due", None)
    if due is None or due.what != turn.clock.name:
        return None
    return due.at or midnight_after(due.on)


def _first_day(event: CaseEvent, facts: Facts) -> date:
    """An application accepted by law counts as accepted on the day received, not on the day somebody noticed."""
    match event:
        case CaseOpened():
            return event.received_on
        case CaseAccepted():
            return event.accepted_on
        case _:
            return facts.asked.day


def _paused(turn: _Turn, known: Duty, facts: Facts) -> list[DutyMove]:
    rule, limit = turn.clock.rule, facts.rule.limits[turn.clock.rule.limit]
    if runs(known):
        begins = any(pause.begins == turn.event.TYPE for pause in rule.pauses)
        late = facts.act.occurred_at > known.due_at  # what is overdue stays overdue
        return [_pause(turn.clock.name, limit, known.due_at, facts)] if begins and not late else []
    return [_resume(turn, known, limit, facts)] if _resumes(turn) else []


def _resumes(turn: _Turn) -> bool:
    kind, pauses = turn.event.TYPE, turn.clock.rule.pauses
    others = [pause for pause in pauses if pause.ends != kind]
    if any(_goes_on(pause.begins, turn.after) for pause in others):
        return False
    return len(others) < len(pauses) or any(_goes_on(pause.begins, turn.before) for pause in others)


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


def _resume(turn: _Turn, known: Duty, limit: Limit, facts: Facts) -> DutyMove:
    """A limit of months goes on in calendar days."""
    months = limit.unit == "mo"
    unit: Unit = "cd" if months else limit.unit
    due_at = _end(unit, known.left, civil_day(facts.act.occurred_at), facts)
    warn = turn.clock.rule.warn * (_DAYS_OF_MONTH if months else 1)
    warn_at = _before(due_at, unit, warn, facts.calendar)
    return DutyMove(what=turn.clock.name, to="resumed", due_at=due_at, warn_at=warn_at)


def _end(unit: Unit, count: int, start: date, facts: Facts) -> datetime:
    """Return the moment after which a period is over that begins on that day, or now if it is one of hours."""
    if unit == "h":
        return add_hours(facts.act.occurred_at, count)
    return _days_end(unit, count, start, facts.calendar)


@lru_cache(maxsize=4_096)
def _days_end(unit: Unit, count: int, start: date, calendar: WorkCalendar) -> datetime:
    add = {"wd": calendar.add_working_days, "cd": add_calendar_days, "mo": add_months}[unit]
    return midnight_after(add(start, count))


@lru_cache(maxsize=4_096)
def _before(due_at: datetime, unit: Unit, count: int, calendar: WorkCalendar) -> datetime:
    if unit == "h":
        return due_at - count * _HOUR
    last = last_day(due_at)
    if unit == "wd":
        return midnight_after(calendar.working_days_before(last, count))
    return midnight_after(months_before(last, count) if unit == "mo" else last - timedelta(days=count))
