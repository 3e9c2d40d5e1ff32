"""Start the grant 发放: first after the confirmation, or again after a suspension."""

from datetime import date

from domain.calendar import add_months, month_start, next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantStarted
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.parts import Due
from domain.cases.state import CaseState
from domain.errors import WrongOrder
from domain.kernel import Command


class StartGrant(Command):
    """Month and amount follow from the confirmation, or from the grant that was suspended."""


def decide(case: CaseState, command: StartGrant, facts: Facts) -> list[CaseEvent]:  # noqa: ARG001  every decision is called alike
    """Pay from the month after the confirmation (DOMAIN §2.2: 盐都, 57号), or after the day it is started again.

    A start after a suspension keeps the review date: a suspension does not put a review off.
    """
    if case.stage == "granted":
        return []
    may(case, "start_grant", facts)
    if case.stage == "suspended" and case.grant and case.due:
        from_month = next_month(today(facts.act))
        return [GrantStarted(from_month=from_month, amount=case.grant.amount, due=case.due)]
    if case.decision is None or case.decision.result != "grant":
        raise WrongOrder("start_grant: decision")
    from_month = case.decision.from_month or next_month(case.decision.on)
    cycle = max(from_month, month_start(case.decision.on))
    return [GrantStarted(from_month=from_month, amount=case.decision.amount, due=_due(case, cycle, facts))]


def _due(case: CaseState, cycle: date, facts: Facts) -> Due | None:
    """The review; what is given once is not reviewed, and serving the decision may still be due.

    ``cycle``: the month from which it is counted. What is paid back for years before (尊老金) was not to be reviewed.
    """
    step = facts.rule.steps.get("complete_review")
    if step is None:
        return case.due
    return Due(what="review", on=add_months(cycle, facts.rule.review_months), basis=step.basis)


ACTION = Action(name="start_grant", command=StartGrant, decide=decide, zh="发放", en="Start grant", power="pay")
