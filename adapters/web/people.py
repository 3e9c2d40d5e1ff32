"""The file of a household: members, cases over all matters, what each receives, the events in order."""

from datetime import date

from fastapi import Request, Response

from adapters.house import House
from adapters.persons import OUTCOMES, Asked, household_file
from adapters.reads.recording import on_record
from adapters.web.desk import Desk
from adapters.web.figures import yuan
from adapters.web.past import seen
from adapters.web.reader import on_page
from domain.cases.assess import age_on
from domain.errors import UnknownPerson
from domain.kernel import Value
from projections.views.person.queries import Happened, Household

PAGE_ROWS = 50
_LONGEST = 250


class Wanted(Value):
    """The page of events as the address has it."""

    after: str = ""
    lang: str = ""


class PersonPages:
    """Answers for households."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request, subject: str) -> Response:
        """Answer with the household of a person."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        if len(subject) > _LONGEST or "\0" in subject:
            raise UnknownPerson
        at = seen(desk, "person")
        with on_record(self._house, on_page(desk), "person") as record:
            found = household_file(at.views, Asked(subject=subject, limit=PAGE_ROWS, after=wanted.after))
            record.subject(*found.household.subjects)
            record.case(*(case.case_id for case in found.household.cases))
        return desk.page(
            "person.html",
            wanted=wanted,
            seen=at,
            found=found,
            names=_names(found.household),
            age=lambda born: age_of(born, desk.today),
            meaning=lambda row: _meaning(desk, row),
        )


def age_of(born: date | None, day: date) -> int | None:
    """Return the age in full years, None where it is not known or nobody is born yet."""
    return age_on(born, day) if born and born <= day else None


def _names(household: Household) -> dict[str, str]:
    """Return names by every identity."""
    return {subject: each.name for each in household.persons for subject in (each.subject, *each.before)}


def _meaning(desk: Desk, row: Happened) -> str:
    """Return what an event meant: money, from which month, with which outcome."""
    words = []
    if row.amount is not None:
        words.append(f"{yuan(row.amount)} {desk.t('app.yuan')}")
    if row.since:
        words.append(desk.t("person.from_month", month=f"{row.since:%Y-%m}"))
    if row.outcome:
        words.append(desk.t.word(OUTCOMES.get(row.type, ""), row.outcome))
    return desk.t("app.separator").join(words)
