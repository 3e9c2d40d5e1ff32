"""Decisions whole: authority, the action, and what it does to the clocks; by any rule version."""

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from domain.calendar import CIVIL_ZONE, civil_day
from domain.cases.deciding import decide
from domain.cases.events import CaseEvent
from domain.cases.evolve import fold
from domain.cases.facts import Facts
from domain.cases.parts import Duty
from domain.cases.registry import ACTIONS
from domain.cases.state import NO_CASE, CaseState
from domain.rulebook.parts import DutyRule, Limit, Unit
from domain.rulebook.rules import RuleVersion
from tests.support.builders import RULE, VILLAGE, facts
from tests.support.scenario import Step


def clocked(state: CaseState, step: Step, rule: RuleVersion = RULE) -> list[CaseEvent]:
    """What the step brings in that state, with the moves of duties on it. Raises Refused."""
    return decide(ACTIONS[step.action], state, step.command, told(state, step, rule)).events


def told(state: CaseState, step: Step, rule: RuleVersion = RULE) -> Facts:
    """What the decision knows."""
    given = facts(step.circumstance, step.action, getattr(step.command, "amount", 0) or 0, state.accepted_on)
    item = f"{rule.matter}.{ACTIONS[step.action].power}"
    return replace(given, rule=rule, asked=replace(given.asked, item=item, division=state.division or VILLAGE))


def after(*steps: Step, rule: RuleVersion = RULE, state: CaseState = NO_CASE) -> CaseState:
    """The case after the steps; every one of them must bring something."""
    for step in steps:
        events = clocked(state, step, rule)
        assert events, f"{step} brings nothing"
        state = fold(events, state)
    return state


def with_duty(duty: DutyRule, days: int = 10, unit: Unit = "wd") -> RuleVersion:
    """The rule with one duty alone, ``mine``."""
    limits = {**RULE.limits, "mine": Limit(days=days, unit=unit, basis="某办法第一条")}
    return replace(RULE, limits=limits, duties={"mine": duty})


def end_of(day: str) -> datetime:
    """The moment at which a civil day is over."""
    return (datetime.combine(date.fromisoformat(day), datetime.min.time(), CIVIL_ZONE) + timedelta(days=1)).astimezone(
        UTC
    )


def last_day_of(duty: Duty) -> str:
    """The last day of a clock of days; its due moment is the midnight after it."""
    day = civil_day(duty.due_at - timedelta(seconds=1))
    assert end_of(day.isoformat()) == duty.due_at
    return day.isoformat()
