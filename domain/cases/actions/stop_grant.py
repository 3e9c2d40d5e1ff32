"""Stop grant 停发, with the written reason (社会救助暂行办法, 令649, art. 13)."""

from datetime import date

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantStopped
from domain.cases.facts import Facts
from domain.cases.grounds import confirmed
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command
from domain.rulebook.months import stop_month


class StopGrant(Command):
    """``reason`` is told to the household in writing. ``signal``: ``source:id`` of a confirmed signal it rests on."""

    reason: str
    condition_ended_on: date | None = None
    """When the condition ended (death, move …), where that is known and the rule stops by it."""
    signal: str = ""


def decide(case: CaseState, command: StopGrant, facts: Facts) -> list[CaseEvent]:
    """End the grant from the month that the rule names (DOMAIN §2.2)."""
    if case.stage == "stopped":
        return []
    may(case, "stop_grant", facts)
    signal = confirmed(command.signal, facts)
    from_month = stop_month(facts.rule, today(facts.act), _ended(command, facts))
    return [GrantStopped(from_month=from_month, reason=reasoned(command.reason), signal=signal)]


def _ended(command: StopGrant, facts: Facts) -> date | None:
    ended = command.condition_ended_on
    if ended is not None and ended > today(facts.act):
        raise InvalidValue("condition_ended_on")
    return ended


ACTION = Action(
    name="stop_grant", command=StopGrant, decide=decide, zh="停发", en="Stop grant", power="pay", entitles=True
)
