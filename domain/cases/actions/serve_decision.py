"""Serve the decision 送达: the household has it in writing."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.decision import DecisionServed
from domain.cases.facts import Facts
from domain.cases.guards import may, stated, today
from domain.cases.state import CaseState
from domain.kernel import Command


class ServeDecision(Command):
    """``manner``: handed over, by post, electronically …, as the receipt 送达回证 says."""

    manner: str


def decide(case: CaseState, command: ServeDecision, facts: Facts) -> list[CaseEvent]:
    """Record the day of service: appeal periods run from it."""
    if "decision_served" in case.done:
        return []
    may(case, "serve_decision", facts)
    return [DecisionServed(served_on=today(facts.act), manner=stated("manner", command.manner))]


ACTION = Action(
    name="serve_decision", command=ServeDecision, decide=decide, zh="送达", en="Serve decision", power="notice"
)
