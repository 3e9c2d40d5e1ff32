"""One decision, whole: authority first, then the action, then what it does to the clocks of duties."""

from msgspec.structs import replace

from domain.authority.powers import Grant
from domain.cases.action import Action
from domain.cases.clockwork import with_moves
from domain.cases.entitling import consequences
from domain.cases.events import CaseEvent
from domain.cases.facts import Facts
from domain.cases.guards import authorised, competent
from domain.cases.state import CaseState
from domain.kernel import Command, SubjectId, Value
from domain.subjects.entitlements import EntitlementEvent


class Decided(Value):
    """The events, the case after them, and the grant they were decided under. No events: the wish was true already.

    ``meaning``: what is written to the persons of the case, where the decision changes what they receive.
    """

    events: list[CaseEvent]
    after: CaseState
    grant: Grant
    meaning: dict[SubjectId, list[EntitlementEvent]] = {}


def decide(action: Action, case: CaseState, command: Command, facts: Facts) -> Decided:
    """Decide. Raises Refused. Authority comes before anything is told of the case, even that nothing is to be done."""
    if case.stage == "none" and action.name == "open_case":
        grant = authorised(facts.asked.division, action.name, facts)
    else:
        grant = competent(case, action.name, facts)
    facts = replace(facts, grant=grant)
    events, after = with_moves(case, action.decide(case, command, facts), facts)
    meaning = consequences(case, events, facts) if action.entitles else {}
    return Decided(events, after, grant, meaning)
