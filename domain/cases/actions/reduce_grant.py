"""Reduce grant 减发, with the written reason (社会救助暂行办法, 令649, art. 13)."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantReduced
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.errors import AmountMismatch, WrongOrder
from domain.kernel import Command, Fen


class ReduceGrant(Command):
    """``amount``: fen per month from now on; below the amount before, and above zero: to pay nothing is to stop."""

    amount: Fen
    reason: str


def decide(case: CaseState, command: ReduceGrant, facts: Facts) -> list[CaseEvent]:
    """Pay the lower amount from next month."""
    if case.stage == "granted" and case.grant and case.grant.amount == command.amount:
        return []
    may(case, "reduce_grant", facts)
    if case.grant is None:
        raise WrongOrder("reduce_grant: grant")
    before = case.grant.amount
    if not 0 < command.amount < before:
        raise AmountMismatch(f"{before} fen", basis=facts.rule.steps["reduce_grant"].basis)
    return [
        GrantReduced(
            from_month=next_month(today(facts.act)),
            before=before,
            amount=command.amount,
            reason=reasoned(command.reason),
        )
    ]


ACTION = Action(
    name="reduce_grant", command=ReduceGrant, decide=decide, zh="减发", en="Reduce grant", power="pay", entitles=True
)
