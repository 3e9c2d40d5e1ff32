"""Confirm 确认: grant the benefit, the status or the registration, with the amount that the rule gives."""

from datetime import date

from domain.cases.action import Action
from domain.cases.assess import Assessment, condition_from
from domain.cases.entitling import free_month, no_overlap
from domain.cases.events import CaseEvent
from domain.cases.events.decision import Confirmed
from domain.cases.facts import Facts
from domain.cases.guards import due, may, not_alone
from domain.cases.reckoning import reckoned
from domain.cases.state import CaseState
from domain.errors import WrongOrder
from domain.kernel import Command, Fen, PostId
from domain.rulebook.months import expires_on, first_month


class ConfirmCase(Command):
    """``amount``: fen per month (once, for a one-off); must equal what the rule gives, 0 for a status or registration.

    ``with_posts``: who decided together with the acting post (研究会办).
    """

    amount: Fen = Fen(0)
    with_posts: tuple[PostId, ...] = ()


def decide(case: CaseState, command: ConfirmCase, facts: Facts) -> list[CaseEvent]:
    """Grant when every criterion is met, from the month that the rule names (DOMAIN §2.2)."""
    if case.decision and case.decision.result == "grant" and case.decision.amount == command.amount:
        return []
    may(case, "confirm_case", facts)
    if "issue_opinion" in facts.rule.steps and (case.opinion is None or case.opinion.result != "grant"):
        raise WrongOrder("confirm_case: opinion")
    others = not_alone(case, command.with_posts, facts)
    since = _first_month(case, facts)
    no_overlap(case, facts, since)
    found = reckoned(case, facts, since, command.amount)
    return [_confirmed(facts, found, others, free_month(case, facts, since))]


def _first_month(case: CaseState, facts: Facts) -> date:
    """Raises FactMissing."""
    rule, day = facts.rule, facts.asked.day
    began = condition_from(case, rule) if rule.months.first == "condition" else None
    return first_month(rule, case.received_on or day, day, began)


def _confirmed(facts: Facts, found: Assessment, others: tuple[PostId, ...], from_month: date) -> Confirmed:
    rule, day, known = facts.rule, facts.asked.day, found.known
    return Confirmed(
        confirmed_on=day,
        amount=found.calculation.amount,
        standard=rule.standard,
        persons=int(known.get("persons", 1)),
        monthly_income=Fen(int(known.get("monthly_income", 0))),
        rule=rule.id,
        from_month=from_month,
        due=due("serve", "serve", day, facts),
        criteria=found.lines,
        calculation=found.calculation,
        values=found.values,
        until=expires_on(rule, day),
        with_posts=others,
    )


ACTION = Action(
    name="confirm_case",
    command=ConfirmCase,
    decide=decide,
    zh="确认",
    en="Confirm",
    power="decide",
    entitles=True,
)
