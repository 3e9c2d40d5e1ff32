"""One household, one file 一户一档: who belongs to it, its cases, what each receives today, the events in order."""

from datetime import date

from adapters.viewing import Views
from domain.calendar import civil_day
from domain.errors import UnknownPerson
from domain.kernel import Value
from projections.query import Query
from projections.views.person.queries import (
    Household,
    Received,
    Timeline,
    household,
    household_of_case,
    household_of_person,
    received,
    received_rows,
    timeline,
    timeline_rows,
)

OUTCOMES = {
    "case.opinion_issued": "result",
    "case.review_completed": "outcome",
    "case.change_reported": "kind",
    "case.duty_warned": "due",
    "case.duty_breached": "due",
}
"""Type of an event -> the group of words that its outcome belongs to."""


class Asked(Value):
    """Whose file: a person's, by any of their identities, or the household's of a case. And which page of events."""

    subject: str = ""
    case_id: str = ""
    limit: int = 50
    after: str = ""

    def query(self) -> Query:
        """Return the query of the household."""
        return household_of_person(self.subject) if self.subject else household_of_case(self.case_id)


class HouseholdFile(Value, omit_defaults=False):
    """The household, what its members receive on ``day`` or will, and a page of its events."""

    day: date
    household: Household
    receives: tuple[Received, ...]
    timeline: Timeline


def household_file(views: Views, asked: Asked) -> HouseholdFile:
    """Return the file. Raises UnknownPerson, BadCursor, ViewBuilding, Unavailable."""
    events = timeline_rows((), asked.limit, asked.after)  # a bad cursor is told before anything is read
    found = household(views.read(*asked.query()))
    if not found.persons:
        raise UnknownPerson
    day = civil_day(views.now())
    events = timeline_rows(found.timeline, asked.limit, asked.after)
    return HouseholdFile(
        day=day,
        household=found,
        receives=tuple(received(views.read(*received_rows(found.subjects, day)))),
        timeline=timeline(views.read(*events), asked.limit),
    )
