"""Record a breach 超时: a statutory duty was not done by its due moment (法定职责必须为)."""

from domain.cases.action import Action
from domain.cases.clockwork import runs
from domain.cases.events import CaseEvent
from domain.cases.events.closing import DutyBreached
from domain.cases.facts import Facts
from domain.cases.guards import may
from domain.cases.state import CaseState
from domain.errors import InvalidValue, WrongOrder
from domain.kernel import Command


class RecordBreach(Command):
    """``what``: the duty's name in the rule."""

    what: str


def decide(case: CaseState, command: RecordBreach, facts: Facts) -> list[CaseEvent]:
    """Record it once, while the clock runs and after its due moment; it stays, also when the duty is met later."""
    may(case, "record_breach", facts)
    duty = case.duties.get(command.what)
    if duty is None:
        raise InvalidValue("what")
    if duty.breached:
        return []
    if not runs(duty) or facts.act.occurred_at <= duty.due_at:
        raise WrongOrder(f"record_breach: {command.what}", basis=duty.basis)
    return [DutyBreached(what=duty.what, due_at=duty.due_at, holder=duty.holder, basis=duty.basis)]


ACTION = Action(
    name="record_breach",
    command=RecordBreach,
    decide=decide,
    zh="记录超时",
    en="Record breach",
    power="supervise",
)
