"""Increase grant 增发, with the written reason (社会救助暂行办法, 令649, art. 13)."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantIncreased
from domain.cases.facts import Facts
from domain.cases.guards import may, not_negative, reasoned, today
from domain.cases.state import CaseState
from domain.errors import AmountMismatch, WrongOrder
from domain.kernel import Command, Fen


class IncreaseGrant(Command):
    """``amount``: fen per month from now on; above the amount before."""

    amount: Fen
    reason: str


def decide(case: CaseState, command: IncreaseGrant, facts: Facts) -> list[CaseEvent]:
    """Pay the higher amount from next month."""
    if case.stage == "granted" and case.grant and case.grant.amount == command.amount:
        return []
    may(case, "increase_grant", facts)
    if case.grant is None:
        raise WrongOrder("increase_grant: grant")
    before = case.grant.amount
    if command.amount <= before:
        raise AmountMismatch(f"{before} fen", basis=facts.rule.steps["increase_grant"].basis)
    return [
        GrantIncreased(
            from_month=next_month(today(facts.act)),
            before=before,
            amount=not_negative("amount", command.amount),
            reason=reasoned(command.reason),
        )
    ]


ACTION = Action(
    name="increase_grant",
    command=IncreaseGrant,
    decide=decide,
    zh="增发",
    en="Increase grant",
    power="pay",
    entitles=True,
)
