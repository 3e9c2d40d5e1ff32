"""Terminate 终止审核: the inquiry cannot go on (no co-operation, death …), with the written reason."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseTerminated
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.kernel import Command


class TerminateCase(Command):
    """``reason`` is told to the household in writing."""

    reason: str


def decide(case: CaseState, command: TerminateCase, facts: Facts) -> list[CaseEvent]:
    """End a case before money runs; money that runs is ended by stopping the grant."""
    if case.stage == "terminated":
        return []
    may(case, "terminate_case", facts)
    return [CaseTerminated(terminated_on=today(facts.act), reason=reasoned(command.reason))]


ACTION = Action(
    name="terminate_case",
    command=TerminateCase,
    decide=decide,
    zh="终止",
    en="Terminate",
    power="inquire",
    entitles=True,
)
