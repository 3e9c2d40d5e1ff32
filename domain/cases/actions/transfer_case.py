"""Transfer 迁移: the household moved, and the new division goes on with the case."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseTransferred
from domain.cases.facts import Facts
from domain.cases.guards import full_division, may, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command


class TransferCase(Command):
    """``to_division``: 12 digits, inside the region of the case's rule; elsewhere the household applies anew."""

    to_division: str
    reason: str = ""


def decide(case: CaseState, command: TransferCase, facts: Facts) -> list[CaseEvent]:
    """Move the case; whoever it was assigned to is free of it."""
    if case.stage != "none" and command.to_division == case.division:
        return []
    may(case, "transfer_case", facts)
    to_division = full_division("to_division", command.to_division)
    if not to_division.startswith(facts.rule.region):
        raise InvalidValue("to_division")
    return [
        CaseTransferred(
            transferred_on=today(facts.act),
            from_division=case.division,
            to_division=to_division,
            reason=command.reason.strip(),
        )
    ]


ACTION = Action(name="transfer_case", command=TransferCase, decide=decide, zh="迁移", en="Transfer", power="record")
