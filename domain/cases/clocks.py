"""Which clocks of duties an event can move, by a rule version: looked up once for every type of event."""

from datetime import date
from typing import NamedTuple

from domain.calendar import WorkCalendar
from domain.cases.events.inquiry import OpinionIssued
from domain.cases.parts import Due, DutyMove
from domain.derived import once_per
from domain.rulebook.parts import DutyRule
from domain.rulebook.rules import RuleVersion

_AFTER_OPINION = frozenset({"post", "decide"})


class Clock(NamedTuple):
    """The clock of one duty, as an event of one type finds it. ``ended``: how the event ends what is owed, if it does.

    ``chosen``: started only where the event's due date names it. An opinion leads either to the notice or, refusing or
    not to be posted, to the decision.
    """

    name: str
    rule: DutyRule
    starts: bool
    chosen: bool
    ended: tuple[DutyMove, ...]


Circumstance = tuple[tuple[bool, ...], Due | None, date, WorkCalendar]
"""All that the moves of plain clocks depend on: whether each is owed, the due date that the event tells, the day that
counts, the calendar."""


class Clocks(NamedTuple):
    """The clocks that one type of event concerns. ``plain``: it cannot pause any of them, nor starts one of hours.

    ``known``: moves of plain clocks worked out before. Acts of one day make the same few.
    """

    clocks: tuple[Clock, ...]
    plain: bool
    known: dict[Circumstance, tuple[DutyMove, ...]]


_NONE = Clocks((), plain=True, known={})


def clocks_of(rule: RuleVersion, kind: str) -> Clocks:
    """Return the clocks that an event of this type concerns by name."""
    return _tables(rule).get(kind, _NONE)


def clock_of(rule: RuleVersion, name: str, kind: str) -> Clock:
    """Return one clock as an event of this type finds it."""
    duty = rule.duties[name]
    ended: tuple[DutyMove, ...] = ()
    if kind in duty.ends:
        ended = (DutyMove(what=name, to="met"),)
    elif kind in duty.drops:
        ended = (DutyMove(what=name, to="dropped"),)
    return Clock(name, duty, kind in duty.starts, kind == OpinionIssued.TYPE and name in _AFTER_OPINION, ended)


@once_per
def _tables(rule: RuleVersion) -> dict[str, Clocks]:
    found: dict[str, list[Clock]] = {}
    for name, duty in rule.duties.items():
        begins = [pause.begins for pause in duty.pauses]
        for kind in dict.fromkeys((*duty.starts, *duty.ends, *duty.drops, *begins)):
            found.setdefault(kind, []).append(clock_of(rule, name, kind))
    return {
        kind: Clocks(tuple(clocks), plain=all(_plain(clock, rule) for clock in clocks), known={})
        for kind, clocks in found.items()
    }


def _plain(clock: Clock, rule: RuleVersion) -> bool:
    if not clock.starts:
        return bool(clock.ended) or not clock.rule.pauses
    limit = rule.limits.get(clock.rule.limit)
    return limit is not None and limit.unit != "h" and not clock.rule.pauses
