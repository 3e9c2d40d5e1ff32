"""Stop grant 停发, with the written reason (社会救助暂行办法, 令649, art. 13)."""

from domain.calendar import next_month
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantStopped
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.kernel import Command


class StopGrant(Command):
    """``reason`` is told to the household in writing."""

    reason: str


def decide(case: CaseState, command: StopGrant, facts: Facts) -> list[CaseEvent]:
    """End the grant from next month: local practice for 低保 (DOMAIN §2.2)."""
    if case.stage == "stopped":
        return []
    may(case, "stop_grant", facts)
    return [GrantStopped(from_month=next_month(today(facts.act)), reason=reasoned(command.reason))]


ACTION = Action(name="stop_grant", command=StopGrant, decide=decide, zh="停发", en="Stop grant", power="pay")
