"""Hold an appraisal 民主评议: neighbours and village representatives vote, where a case is contested."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import AppraisalHeld
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command


class HoldAppraisal(Command):
    """``votes_for``: how many of the ``participants`` found the household in need."""

    participants: int
    votes_for: int
    place: str = ""


def decide(case: CaseState, command: HoldAppraisal, facts: Facts) -> list[CaseEvent]:
    """Record one appraisal; it informs the opinion and does not bind it."""
    may(case, "hold_appraisal", facts)
    if command.participants < 1:
        raise InvalidValue("participants")
    if not 0 <= command.votes_for <= command.participants:
        raise InvalidValue("votes_for")
    return [
        AppraisalHeld(
            held_on=today(facts.act),
            participants=command.participants,
            votes_for=command.votes_for,
            place=command.place,
        )
    ]


ACTION = Action(
    name="hold_appraisal", command=HoldAppraisal, decide=decide, zh="民主评议", en="Hold appraisal", power="inquire"
)
