"""Warn of a duty 预警: it falls due soon."""

from domain.cases.action import Action
from domain.cases.clockwork import runs
from domain.cases.events import CaseEvent
from domain.cases.events.closing import DutyWarned
from domain.cases.facts import Facts
from domain.cases.guards import may
from domain.cases.state import CaseState
from domain.errors import InvalidValue, WrongOrder
from domain.kernel import Command


class WarnDuty(Command):
    """``what``: the duty's name in the rule."""

    what: str


def decide(case: CaseState, command: WarnDuty, facts: Facts) -> list[CaseEvent]:
    """Warn once, while the clock runs and from the moment that the rule gives."""
    may(case, "warn_duty", facts)
    duty = case.duties.get(command.what)
    if duty is None:
        raise InvalidValue("what")
    if duty.warned or duty.breached:
        return []
    if not runs(duty) or facts.act.occurred_at < duty.warn_at:
        raise WrongOrder(f"warn_duty: {command.what}", basis=duty.basis)
    return [DutyWarned(what=duty.what, due_at=duty.due_at, holder=duty.holder, basis=duty.basis)]


ACTION = Action(
    name="warn_duty",
    command=WarnDuty,
    decide=decide,
    zh="时限预警",
    en="Warn of a duty",
    power="supervise",
)
