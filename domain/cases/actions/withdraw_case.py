"""Withdraw 撤回申请: the household takes the application back."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseWithdrawn
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.state import CaseState
from domain.kernel import Command


class WithdrawCase(Command):
    """``reason``: the household need not give one."""

    reason: str = ""


def decide(case: CaseState, command: WithdrawCase, facts: Facts) -> list[CaseEvent]:
    """End the case before it is decided."""
    if case.stage == "withdrawn":
        return []
    may(case, "withdraw_case", facts)
    return [CaseWithdrawn(withdrawn_on=today(facts.act), reason=command.reason.strip())]


ACTION = Action(name="withdraw_case", command=WithdrawCase, decide=decide, zh="撤回申请", en="Withdraw", power="accept")
