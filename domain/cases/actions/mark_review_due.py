"""Mark the review due 定期核查到期."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import ReviewFellDue
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.parts import Due
from domain.cases.state import CaseState
from domain.errors import WrongOrder
from domain.kernel import Command


class MarkReviewDue(Command):
    """Nothing more to say."""


def decide(case: CaseState, command: MarkReviewDue, facts: Facts) -> list[CaseEvent]:  # noqa: ARG001  every decision is called alike
    """Open the review from its date on, not before: no change inside a cycle without a clear reason."""
    if "review_due" in case.done:
        return []
    may(case, "mark_review_due", facts)
    if case.review is None or today(facts.act) < case.review.due_on:
        raise WrongOrder("mark_review_due: date", basis=facts.rule.steps["mark_review_due"].basis)
    basis = facts.rule.steps["complete_review"].basis
    return [ReviewFellDue(due=Due(what="review", on=case.review.due_on, basis=basis))]


ACTION = Action(
    name="mark_review_due", command=MarkReviewDue, decide=decide, zh="核查到期", en="Mark review due", power="inquire"
)
