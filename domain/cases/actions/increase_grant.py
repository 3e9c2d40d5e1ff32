"""Increase grant 增发, with the written reason (社会救助暂行办法, 令649, art. 13)."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantIncreased
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned
from domain.cases.reckoning import reckoned
from domain.cases.state import CaseState
from domain.errors import AmountMismatch, WrongOrder
from domain.kernel import Command, Fen


class IncreaseGrant(Command):
    """``amount``: fen per month from now on: what the rule gives for the facts as they are now, above what it was."""

    amount: Fen
    reason: str


def decide(case: CaseState, command: IncreaseGrant, facts: Facts) -> list[CaseEvent]:
    """Pay from next month what the facts established since then give by the rule."""
    if case.stage == "granted" and case.grant and case.grant.amount == command.amount:
        return []
    may(case, "increase_grant", facts)
    if case.grant is None:
        raise WrongOrder("increase_grant: grant")
    reason, before, from_month = reasoned(command.reason), case.grant.amount, next_month(facts.asked.day)
    found = reckoned(case, facts, from_month, command.amount)
    if found.calculation.amount <= before:
        raise AmountMismatch(f"{before} fen", basis=facts.rule.steps["increase_grant"].basis)
    return [
        GrantIncreased(
            from_month=from_month,
            before=before,
            amount=found.calculation.amount,
            reason=reason,
            criteria=found.lines,
            calculation=found.calculation,
            values=found.values,
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
