"""The board of statutory duties: what is due, soon and overdue, by organ, post and article, each with its case."""

from collections.abc import Sequence
from typing import get_args
from urllib.parse import urlencode

from fastapi import Request, Response

from adapters.duties import Asked, Named, NamedDuty, board, tallied
from adapters.house import House
from adapters.web import fields
from adapters.web.desk import Desk
from adapters.web.figures import last_moment
from adapters.web.past import seen
from domain.authority.posts import Role
from domain.kernel import Value
from projections.views.duties.queries import By, DutyFilter, State

PAGE_ROWS = 50
_MOST_TALLIES = 15


class Wanted(Value):
    """The filters as the address has them. ``holder``: the role that owes it; ``organ``: the division of its organ."""

    state: State = "due"
    matter: str = ""
    county: str = ""
    town: str = ""
    organ: str = ""
    holder: str = ""
    post: str = ""
    article: str = ""
    after: str = ""
    lang: str = ""

    def conditions(self) -> DutyFilter:
        """Return the filter of the view."""
        area = self.town if self.town and self.town.startswith(self.county) else self.county
        return DutyFilter(
            state=self.state,
            division=area,
            organ=self.organ,
            holder=self.holder,
            post=self.post,
            article=self.article,
            matter=self.matter,
        )


class Line(Value):
    """A line of a tally: who or what, how many, and the address that shows only these."""

    name: str
    address: str
    due: int
    soon: int
    overdue: int


class DutyPages:
    """Answers for the board."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with tiles, tallies and one page of running duties."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        where, at = wanted.conditions(), seen(desk, "duties")
        found = {by: tallied(self._house, by, where, at.views) for by in get_args(By)}
        page = board(self._house, Asked(where, PAGE_ROWS, wanted.after), at.views)
        return desk.page(
            "duties.html",
            wanted=wanted,
            seen=at,
            page=page,
            tiles=_tiles(found["article"]),
            tallies={by: _lines(desk, by, found[by]) for by in get_args(By)},
            choices=_choices(desk, wanted),
            until=lambda row: last_moment(row.duty.due_at),
            standing=lambda row: _standing(desk, row),
        )


def _tiles(found: Sequence[Named]) -> dict[State, int]:
    """Return the sums: what runs, what is due soon, what is overdue."""
    return {state: sum(getattr(each.tally, state) for each in found) for state in get_args(State)}


def _lines(desk: Desk, by: By, found: Sequence[Named]) -> list[Line]:
    return [_line(desk, by, each) for each in found[:_MOST_TALLIES]]


def _line(desk: Desk, by: By, found: Named) -> Line:
    tally = found.tally
    name, changed = _named(desk, by, found)
    return Line(name, _address(desk, changed), tally.due, tally.soon, tally.overdue)


def _named(desk: Desk, by: By, found: Named) -> tuple[str, dict[str, str]]:
    """Return who or what a tally is about, and the filter that shows only these."""
    tally = found.tally
    if by == "organ":
        name = f"{found.office or tally.division} · {desk.t.word('role', tally.name)}"
        return name, {"organ": tally.division, "holder": tally.name}
    if by == "post":
        return desk.names.post(tally.name) if tally.name else desk.t("duties.unassigned"), {"post": tally.name}
    return tally.name or desk.t("duties.no_article"), {"article": tally.name}


def _address(desk: Desk, changed: dict[str, str]) -> str:
    """Return the address that shows only these; none where the view has no such filter."""
    if not any(changed.values()):
        return ""
    kept = {key: value for key, value in desk.request.query_params.items() if key != "after"}
    return f"/ui/duties?{urlencode({**kept, **changed})}"


def _standing(desk: Desk, row: NamedDuty) -> tuple[str, str]:
    """Return the look and the words of how near a duty is."""
    if row.duty.due_at < desk.now:
        days = (desk.now - row.duty.due_at).days
        return "late", desk.t("due.late", n=days) if days else desk.t("duty.late")
    left = (row.duty.due_at - desk.now).days
    level = "soon" if row.duty.warn_at <= desk.now else "calm"
    return level, desk.t("due.left", n=left) if left else desk.t("due.today")


def _choices(desk: Desk, wanted: Wanted) -> dict[str, tuple[fields.Option, ...]]:
    posts = fields.handlers(desk, wanted.town or wanted.county)
    own = [fields.Option(post, desk.names.post(post)) for post in {wanted.post} - {each.value for each in posts} - {""}]
    return {
        "matter": fields.matters(desk),
        "county": fields.counties(desk),
        "town": fields.towns(desk, fields.county_of(wanted.county)),
        "holder": fields.options(desk, "role", get_args(Role)),
        "post": (*own, *posts),
    }
