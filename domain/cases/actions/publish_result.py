"""Publish the result 公布: long-term posting of name, family size and amount only."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.decision import ResultPublished
from domain.cases.facts import Facts
from domain.cases.guards import may, stated, today
from domain.cases.state import CaseState
from domain.errors import WrongOrder
from domain.kernel import Command


class PublishResult(Command):
    """``place``: where it is posted."""

    place: str


def decide(case: CaseState, command: PublishResult, facts: Facts) -> list[CaseEvent]:
    """Publish a grant; a refusal is nobody else's business."""
    if "result_published" in case.done:
        return []
    may(case, "publish_result", facts)
    if case.decision is None or case.decision.result != "grant":
        raise WrongOrder("publish_result: refused")
    return [ResultPublished(published_on=today(facts.act), place=stated("place", command.place))]


ACTION = Action(
    name="publish_result", command=PublishResult, decide=decide, zh="公布", en="Publish result", power="notice"
)
