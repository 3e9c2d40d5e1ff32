"""The worklist: what is due, where, and who has it."""

from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from fastapi import Depends, Request, Response
from starlette.exceptions import HTTPException

from adapters.house import House
from adapters.reads.recording import HIDDEN, asked_of, on_record
from adapters.web import fields
from adapters.web.desk import SOON_DAYS, Desk
from adapters.web.forms import Typed
from adapters.web.past import seen
from adapters.web.reader import on_page
from adapters.web.submissions import one, submitted
from domain.cases.state import Stage
from domain.kernel import Value
from projections.views.worklist.queries import (
    MOST_COUNTED,
    Order,
    WorklistFilter,
    order_for,
    worklist_page,
    worklist_rows,
    worklist_tally,
)
from projections.views.worklist.view import WorklistRow

PAGE_ROWS = 50
_MOST_NAME = 80


class Wanted(Value):
    """The filters as the address has them."""

    matter: str = ""
    county: str = ""
    town: str = ""
    stage: str = ""
    assignee: str = ""
    number: str = ""
    due: Literal["", "overdue", "soon"] = ""
    sort: Order = "due"
    after: str = ""
    lang: str = ""

    @property
    def area(self) -> str:
        """The town if it lies in the county asked for, else the county."""
        return self.town if self.town and self.town.startswith(self.county) else self.county

    def conditions(self, today: date) -> WorklistFilter:
        """Return the filter of the view."""
        last_days = {"": None, "overdue": today - timedelta(days=1), "soon": today + timedelta(days=SOON_DAYS)}
        return WorklistFilter(
            matter=self.matter,
            division=self.area,
            stage=self.stage,
            assignee=self.assignee,
            number=self.number.strip(),
            due_before=last_days[self.due],
        )


class Badge(Value):
    """How near a due date is, in words; ``level`` chooses the look."""

    level: Literal["late", "soon", "calm"]
    text: str


class WorklistPages:
    """Answers for the worklist."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with one page of cases."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        at = seen(desk, "worklist")
        where = wanted.conditions(desk.today)
        order = order_for(where, wanted.sort)
        with on_record(self._house, on_page(desk), "list", asked_of(where)) as record:
            page = worklist_page(at.views.read(*worklist_rows(where, order, PAGE_ROWS, wanted.after)), order, PAGE_ROWS)
            record.case(*(row.case_id for row in page.rows))
        tally = at.views.read(*worklist_tally(where, desk.today, desk.today + timedelta(days=SOON_DAYS)))[0]
        return desk.page(
            "worklist.html",
            wanted=wanted,
            seen=at,
            page=page,
            tally=tally,
            choices=_choices(desk, wanted),
            badge=lambda row: badge(desk, row),
            counted=lambda number: _counted(desk, number),
        )

    def find(self, request: Request, typed: Annotated[Typed, Depends(submitted)]) -> Response:
        """Answer with the cases of applicants whose name begins so. Sent in a body: a name is for no address."""
        desk = Desk(request, self._house)
        name = one(typed, "name").strip()
        if "\0" in name or len(name) > _MOST_NAME:
            raise HTTPException(400)
        where = WorklistFilter(name=name)
        with on_record(self._house, on_page(desk), "list", {"name": HIDDEN}) as record:
            found = self._house.read(*worklist_rows(where, "opened", PAGE_ROWS, one(typed, "after"))) if name else []
            page = worklist_page(found, "opened", PAGE_ROWS)
            record.case(*(row.case_id for row in page.rows))
        return desk.page("found.html", page=page, name=name, badge=lambda row: badge(desk, row))


def _counted(desk: Desk, number: int) -> str:
    return f"{number:,}" if number <= MOST_COUNTED else desk.t("list.more_than", n=f"{MOST_COUNTED:,}")


def badge(desk: Desk, row: WorklistRow) -> Badge | None:
    """Return how near the due date of a case is, or None when nothing is due."""
    return badge_of(desk, row.due_on) if row.due_on else None


def badge_of(desk: Desk, due_on: date) -> Badge:
    """Return how near a date is."""
    left = (due_on - desk.today).days
    if left < 0:
        return Badge("late", desk.t("due.late", n=-left))
    if left == 0:
        return Badge("soon", desk.t("due.today"))
    return Badge("soon" if left <= SOON_DAYS else "calm", desk.t("due.left", n=left))


def _choices(desk: Desk, wanted: Wanted) -> dict[str, tuple[fields.Option, ...]]:
    stages = tuple(stage for stage in get_args(Stage) if stage != "none")
    handlers = fields.handlers(desk, wanted.area)
    seen = {option.value for option in handlers}
    own = {wanted.assignee, desk.holder[0].id if desk.holder else ""} - seen - {""}
    return {
        "matter": (*fields.matters(desk), fields.Option("legacy", desk.names.matter("legacy"))),
        "county": fields.counties(desk),
        "town": fields.towns(desk, fields.county_of(wanted.county)),
        "stage": fields.options(desk, "stage", stages),
        "assignee": (*(fields.Option(post, desk.names.post(post)) for post in sorted(own)), *handlers),
    }
