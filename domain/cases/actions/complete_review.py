"""Complete the review 定期核查."""

from typing import Literal

from domain.calendar import add_months
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import ReviewCompleted
from domain.cases.facts import Facts
from domain.cases.guards import may, not_negative, today
from domain.cases.parts import Due
from domain.cases.persons import counted
from domain.cases.state import CaseState
from domain.kernel import Command, Fen


class CompleteReview(Command):
    """``outcome``: what should follow, by an action of its own. ``monthly_income``: fen, as found.

    ``persons``: of the household, where their number is another than before.
    """

    outcome: Literal["unchanged", "increase", "reduce", "suspend", "stop"]
    monthly_income: Fen
    persons: int | None = None


def decide(case: CaseState, command: CompleteReview, facts: Facts) -> list[CaseEvent]:
    """Record the finding and set the next review."""
    completed_on = today(facts.act)
    last = case.review
    if last is not None and (last.completed_on, last.outcome) == (completed_on, command.outcome):
        return []
    may(case, "complete_review", facts)
    following = Due(
        what="review",
        on=add_months(completed_on, facts.rule.review_months),
        basis=facts.rule.steps["complete_review"].basis,
    )
    return [
        ReviewCompleted(
            completed_on=completed_on,
            outcome=command.outcome,
            monthly_income=not_negative("monthly_income", command.monthly_income),
            due=following,
            persons=None if command.persons is None else counted(command.persons),
        )
    ]


ACTION = Action(
    name="complete_review", command=CompleteReview, decide=decide, zh="定期核查", en="Complete review", power="inquire"
)
