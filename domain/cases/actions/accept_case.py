"""Accept a case 受理. Deemed: with no defects told in time it counts as accepted on the day it was received."""

from datetime import date

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import CaseAccepted
from domain.cases.facts import Act, Facts
from domain.cases.guards import after_acceptance, may, today
from domain.cases.parts import Due
from domain.cases.state import CaseState
from domain.errors import SeparateRegistrationNeeded, WrongOrder
from domain.kernel import Command


class AcceptCase(Command):
    """``deemed``: accepted by law on the day received, because nobody told the defects in time."""

    deemed: bool = False


def decide(case: CaseState, command: AcceptCase, facts: Facts) -> list[CaseEvent]:
    """Pin the case to the rule version in force; kin of a handler must have been registered separately first."""
    if "accepted" in case.done:
        return []
    may(case, "accept_case", facts)
    unregistered = set(facts.kin_posts).difference(case.kin_posts)
    if unregistered:
        raise SeparateRegistrationNeeded(", ".join(sorted(unregistered)))
    accepted_on = today(facts.act)
    if command.deemed:
        accepted_on = _deemed_day(case, facts)
    return [
        CaseAccepted(
            accepted_on=accepted_on,
            rule=facts.rule.id,
            due=after_acceptance(accepted_on, facts),
            deemed=command.deemed,
        )
    ]


def _deemed_day(case: CaseState, facts: Facts) -> date:
    told = "correction_requested" in case.done
    if told or case.received_on is None or case.due is None or not _over(case.due, facts.act):
        raise WrongOrder("accept_case: deemed", basis=facts.rule.limits["accept"].basis)
    return case.received_on


def _over(due: Due, act: Act) -> bool:
    return act.occurred_at > due.at if due.at else today(act) > due.on


ACTION = Action(name="accept_case", command=AcceptCase, decide=decide, zh="受理", en="Accept case", power="accept")
