"""Reduce grant 减发, with the written reason (社会救助暂行办法, 令649, art. 13)."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantReduced
from domain.cases.facts import Facts
from domain.cases.grounds import confirmed
from domain.cases.guards import may, reasoned
from domain.cases.reckoning import reckoned
from domain.cases.state import CaseState
from domain.errors import AmountMismatch, WrongOrder
from domain.kernel import Command, Fen


class ReduceGrant(Command):
    """``amount``: fen per month from now on: what the rule gives for the facts as they are now, below what it was.

    Where the rule gives nothing any more, the grant is stopped instead. ``signal``: ``source:id`` of a confirmed signal
    that it rests on.
    """

    amount: Fen
    reason: str
    signal: str = ""


def decide(case: CaseState, command: ReduceGrant, facts: Facts) -> list[CaseEvent]:
    """Pay from next month what the facts established since then give by the rule."""
    if case.stage == "granted" and case.grant and case.grant.amount == command.amount:
        return []
    may(case, "reduce_grant", facts)
    if case.grant is None:
        raise WrongOrder("reduce_grant: grant")
    signal = confirmed(command.signal, facts)
    reason, before, from_month = reasoned(command.reason), case.grant.amount, next_month(facts.asked.day)
    found = reckoned(case, facts, from_month, command.amount)
    if found.calculation.amount >= before:
        raise AmountMismatch(f"{before} fen", basis=facts.rule.steps["reduce_grant"].basis)
    return [
        GrantReduced(
            from_month=from_month,
            before=before,
            amount=found.calculation.amount,
            reason=reason,
            criteria=found.lines,
            calculation=found.calculation,
            values=found.values,
            signal=signal,
        )
    ]


ACTION = Action(
    name="reduce_grant", command=ReduceGrant, decide=decide, zh="减发", en="Reduce grant", power="pay", entitles=True
)
