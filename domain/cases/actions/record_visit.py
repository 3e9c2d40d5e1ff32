"""Record a home visit 入户调查: at least two investigators, both sides sign."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import HomeVisited
from domain.cases.facts import Facts
from domain.cases.guards import investigating, may, reasoned
from domain.cases.parts import Visit
from domain.cases.state import CaseState
from domain.errors import TooFewInvestigators
from domain.kernel import Command, Personal, PostId


class RecordVisit(Command):
    """The visit was when the act happened. ``signatures``: the investigators who signed.

    ``unsigned_reason`` says why the household did not sign.
    """

    investigators: tuple[PostId, ...]
    signatures: tuple[PostId, ...]
    signed_by_household: bool
    findings: Personal[str] = ""
    unsigned_reason: Personal[str] = ""


def decide(case: CaseState, command: RecordVisit, facts: Facts) -> list[CaseEvent]:
    """Take the visit when enough posts of the town or county took part and everybody signed."""
    visit = Visit(at=facts.act.occurred_at, investigators=tuple(sorted(set(command.investigators))))
    if visit in case.visits:
        return []
    may(case, "record_visit", facts)
    investigators = investigating("investigators", command.investigators, case, facts)
    _enough(investigators, command, facts)
    return [
        HomeVisited(
            visited_at=facts.act.occurred_at,
            investigators=investigators,
            signed_by_household=command.signed_by_household,
            findings=command.findings,
            unsigned_reason="" if command.signed_by_household else reasoned(command.unsigned_reason),
        )
    ]


def _enough(investigators: tuple[PostId, ...], command: RecordVisit, facts: Facts) -> None:
    """Count who investigates: a village director helps as a third person and is not counted."""
    basis = facts.rule.steps["record_visit"].basis
    counted = [post for post in investigators if facts.posts[post].role != "village_director"]
    if len(counted) < facts.rule.min_investigators:
        raise TooFewInvestigators(f"{len(counted)} < {facts.rule.min_investigators}", basis=basis)
    if not set(investigators).issubset(command.signatures):
        raise TooFewInvestigators("signatures", basis=basis)


ACTION = Action(
    name="record_visit", command=RecordVisit, decide=decide, zh="入户调查", en="Record home visit", power="inquire"
)
