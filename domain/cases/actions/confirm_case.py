"""Confirm 确认: grant the benefit, with the amount that the rule gives."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.decision import Confirmed
from domain.cases.facts import Facts
from domain.cases.guards import due, may, not_negative, today
from domain.cases.state import CaseState
from domain.errors import AmountMismatch, NotEligible, WrongOrder
from domain.kernel import Command, Fen
from domain.rulebook.rules import monthly_top_up


class ConfirmCase(Command):
    """``amount``: fen per month; must equal standard × persons − household income by the rule version of the case."""

    amount: Fen


def decide(case: CaseState, command: ConfirmCase, facts: Facts) -> list[CaseEvent]:
    """Grant from the month after confirmation (DOMAIN §2.2), judged by the opinion's figures."""
    if case.decision and case.decision.result == "grant" and case.decision.amount == command.amount:
        return []
    may(case, "confirm_case", facts)
    opinion, rule = case.opinion, facts.rule
    if opinion is None or opinion.result != "grant":
        raise WrongOrder("confirm_case: opinion")
    amount = monthly_top_up(rule.standard, opinion.persons, opinion.monthly_income)
    not_negative("amount", amount)
    if amount == 0:
        raise NotEligible("income", basis="社会救助暂行办法(国务院令第649号)第十二条")
    if command.amount != amount:
        raise AmountMismatch(f"{amount} fen", basis="社会救助暂行办法(国务院令第649号)第十二条")
    confirmed_on = today(facts.act)
    return [
        Confirmed(
            confirmed_on=confirmed_on,
            amount=amount,
            standard=rule.standard,
            persons=opinion.persons,
            monthly_income=opinion.monthly_income,
            rule=rule.id,
            from_month=next_month(confirmed_on),
            due=due("serve", "serve", confirmed_on, facts),
        )
    ]


ACTION = Action(name="confirm_case", command=ConfirmCase, decide=decide, zh="确认", en="Confirm", power="decide")
