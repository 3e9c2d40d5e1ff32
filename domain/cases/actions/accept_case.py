"""Accept a case 受理. Deemed: with no defects told in time it counts as accepted on the day it was received."""

from domain.cases.acceptance import deemed_day
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import CaseAccepted
from domain.cases.facts import Facts
from domain.cases.guards import after_acceptance, may, today
from domain.cases.state import CaseState
from domain.errors import SeparateRegistrationNeeded, WrongOrder
from domain.kernel import Command


class AcceptCase(Command):
    """``deemed``: accepted by law on the day received, because nobody told the defects in time.

    Once that is so, it is so without saying: the office gains nothing by accepting late itself.
    """

    deemed: bool = False


def decide(case: CaseState, command: AcceptCase, facts: Facts) -> list[CaseEvent]:
    """Pin the case to the rule version in force; kin of a handler must have been registered separately first."""
    if "accepted" in case.done:
        return []
    may(case, "accept_case", facts)
    unregistered = set(facts.kin_posts).difference(case.kin_posts)
    if unregistered:
        raise SeparateRegistrationNeeded(", ".join(sorted(unregistered)))
    by_law = deemed_day(case, facts.act)
    if command.deemed and by_law is None:
        raise WrongOrder("accept_case: deemed", basis=facts.rule.limits["accept"].basis)
    accepted_on = by_law or today(facts.act)
    return [
        CaseAccepted(
            accepted_on=accepted_on,
            rule=facts.rule.id,
            due=after_acceptance(accepted_on, facts),
            deemed=by_law is not None,
        )
    ]


ACTION = Action(name="accept_case", command=AcceptCase, decide=decide, zh="受理", en="Accept case", power="accept")
