"""Refuse acceptance 不予受理, with the written reason."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import AcceptanceRefused
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.kernel import Command


class RefuseAcceptance(Command):
    """``reason`` is told to the applicant in writing."""

    reason: str


def decide(case: CaseState, command: RefuseAcceptance, facts: Facts) -> list[CaseEvent]:
    """End the case before it is accepted."""
    if case.stage == "not_accepted":
        return []
    may(case, "refuse_acceptance", facts)
    return [AcceptanceRefused(refused_on=today(facts.act), reason=reasoned(command.reason))]


ACTION = Action(
    name="refuse_acceptance",
    command=RefuseAcceptance,
    decide=decide,
    zh="不予受理",
    en="Refuse acceptance",
    power="accept",
)
