"""Authorise comparison 核对授权: the household allows the information check."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import ComparisonAuthorised
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.state import CaseState
from domain.kernel import Command


class AuthoriseComparison(Command):
    """``document``: the signed authorisation (SHA-256), if it was attached."""

    document: str = ""


def decide(case: CaseState, command: AuthoriseComparison, facts: Facts) -> list[CaseEvent]:
    """Record that the household signed the authorisation."""
    if "comparison_authorised" in case.done:
        return []
    may(case, "authorise_comparison", facts)
    return [ComparisonAuthorised(authorised_on=today(facts.act), document=command.document)]


ACTION = Action(
    name="authorise_comparison",
    command=AuthoriseComparison,
    decide=decide,
    zh="核对授权",
    en="Authorise comparison",
    power="inquire",
)
