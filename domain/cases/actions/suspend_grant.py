"""Suspend grant 缓发, with the written reason."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantSuspended
from domain.cases.facts import Facts
from domain.cases.grounds import confirmed
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.kernel import Command


class SuspendGrant(Command):
    """``reason`` is told to the household in writing. ``signal``: ``source:id`` of a confirmed signal it rests on."""

    reason: str
    signal: str = ""


def decide(case: CaseState, command: SuspendGrant, facts: Facts) -> list[CaseEvent]:
    """Pay nothing from next month until the grant is started again."""
    if case.stage == "suspended":
        return []
    may(case, "suspend_grant", facts)
    signal, from_month = confirmed(command.signal, facts), next_month(today(facts.act))
    return [GrantSuspended(from_month=from_month, reason=reasoned(command.reason), signal=signal)]


ACTION = Action(name="suspend_grant", command=SuspendGrant, decide=decide, zh="缓发", en="Suspend grant", power="pay")
