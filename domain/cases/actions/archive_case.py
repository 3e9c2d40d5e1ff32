"""Archive 归档: the case has ended and whatever was decided has been served."""

from datetime import date

from domain.calendar import add_months
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseArchived
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue, WrongOrder
from domain.kernel import Command

_KEPT_MONTHS = 36
"""Case files are kept at least three years after the benefit stops (DOMAIN §3.5). Where none was paid, we count
from the day of archiving: no source says less."""


class ArchiveCase(Command):
    """``kept_until``: the last day of keeping; without it, the shortest time allowed."""

    kept_until: date | None = None


def decide(case: CaseState, command: ArchiveCase, facts: Facts) -> list[CaseEvent]:
    """Close the file. Corrections and notes can still be added; nothing in the log is touched."""
    if case.archived:
        return []
    may(case, "archive_case", facts)
    if case.decision is not None and "decision_served" not in case.done:
        raise WrongOrder("archive_case: decision_served")
    archived_on = today(facts.act)
    paid_until = case.grant.from_month if case.grant else archived_on
    earliest = add_months(paid_until, _KEPT_MONTHS)
    kept_until = command.kept_until or earliest
    if kept_until < earliest:
        raise InvalidValue("kept_until", basis=facts.rule.steps["archive_case"].basis)
    return [CaseArchived(archived_on=archived_on, kept_until=kept_until)]


ACTION = Action(name="archive_case", command=ArchiveCase, decide=decide, zh="归档", en="Archive", power="record")
