"""Issue the opinion 初审意见: the town's view, with the figures that the decision will rest on."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import OpinionIssued
from domain.cases.facts import Facts
from domain.cases.guards import after_opinion, may, not_negative, reasoned, today
from domain.cases.parts import Opinion, Result
from domain.cases.persons import counted
from domain.cases.state import CaseState
from domain.kernel import Command, Fen


class IssueOpinion(Command):
    """``monthly_income``: fen, of the whole household, as investigated. ``reason`` is needed for ``refuse``."""

    result: Result
    persons: int
    monthly_income: Fen
    reason: str = ""


def decide(case: CaseState, command: IssueOpinion, facts: Facts) -> list[CaseEvent]:
    """State result and figures; whether they give an amount is judged at the confirmation."""
    if "opinion_issued" in case.done and case.opinion == _opinion(command):
        return []
    may(case, "issue_opinion", facts)
    persons = counted(command.persons)
    refused = command.result == "refuse"
    issued_on = today(facts.act)
    return [
        OpinionIssued(
            issued_on=issued_on,
            result=command.result,
            persons=persons,
            monthly_income=not_negative("monthly_income", command.monthly_income),
            due=after_opinion(case, command.result, issued_on, facts),
            reason=reasoned(command.reason) if refused else command.reason.strip(),
        )
    ]


def _opinion(command: IssueOpinion) -> Opinion:
    return Opinion(
        result=command.result,
        persons=command.persons,
        monthly_income=command.monthly_income,
        reason=command.reason.strip(),
    )


ACTION = Action(
    name="issue_opinion", command=IssueOpinion, decide=decide, zh="初审意见", en="Issue opinion", power="inquire"
)
