"""Coverage: of those who are eligible by what the log knows, how many are served, and who is not, place by place."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from fastapi import Request, Response
from msgspec.structs import replace

from adapters import coverage
from adapters.coverage import Asked, Board, Line, board, covered_matters
from adapters.house import House
from adapters.reads.recording import on_record
from adapters.web import charts, fields
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.panels import Panel
from adapters.web.past import seen
from adapters.web.people import age_of
from adapters.web.reader import on_page
from domain.kernel import Value
from domain.rulebook.coverage import CoverageRule
from domain.rulebook.criteria import Criterion
from projections.views.coverage.queries import MissingPage

ALL = "all"
PAGE_ROWS = 50
_MOST_BARS = 30
_COUNTY, _TOWN = 6, 9


class Wanted(Value):
    """The filters as the address has them."""

    matter: str = ""
    county: str = ""
    town: str = ""
    village: str = ""
    on: str = ""
    after: str = ""
    lang: str = ""

    @property
    def day(self) -> date | None:
        """The day asked about, None for today. Raises msgspec.ValidationError for one that is none."""
        return msgspec.convert(self.on, date) if self.on else None

    @property
    def area(self) -> str:
        """The smallest place asked for that lies in the larger ones."""
        area = self.county
        for smaller in (self.town, self.village):
            area = smaller if smaller.startswith(area) and smaller else area
        return area


class CoveragePages:
    """Answers for coverage."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the table, its chart, the conditions, and the list of those who are not served."""
        desk = Desk(request, self._house)
        wanted = _at_home(desk, desk.asked(Wanted))
        matter = wanted.matter or covered_matters()[0]
        asked = Asked("" if matter == ALL else matter, wanted.area, wanted.day, PAGE_ROWS, wanted.after)
        at = seen(desk, "coverage")
        found = board(at.views, asked)
        query = {"matter": matter, "division": wanted.area or "3209"}
        with on_record(self._house, on_page(desk), "list", query) as record:
            missing = coverage.missing(at.views, asked) if matter != ALL else MissingPage(())
            record.subject(*(row.subject for row in missing.rows))
        return desk.page(
            "coverage.html",
            wanted=wanted,
            seen=at,
            matter=matter,
            found=found,
            panel=_panel(desk, found) if matter != ALL and found.lines else None,
            missing=missing,
            share=lambda line: f"{line.permille / 10:.1f}%",
            age=lambda born: age_of(born, found.day),
            said=lambda rule: _said(desk, rule),
            choices=_choices(desk, wanted),
        )


def _at_home(desk: Desk, wanted: Wanted) -> Wanted:
    """A village's director who asks for no place looks at the village: these are the people to visit."""
    if "county" in desk.request.query_params or desk.holder is None or desk.holder[0].role != "village_director":
        return wanted
    village = desk.holder[0].division
    return replace(wanted, county=village[:_COUNTY], town=village[:_TOWN], village=village)


def _panel(desk: Desk, found: Board) -> Panel:
    """Return the bars of each place, served and not."""
    title = Title("coverage", desk.t("coverage.chart"), desk.t("coverage.chart_desc"))
    rows = [(_place(desk, line), (line.served, line.missing)) for line in found.lines]
    chart = charts.stacked(title, rows[:_MOST_BARS])
    columns = tuple(desk.t(key) for key in ("list.division", "coverage.served", "coverage.missing"))
    return Panel(
        title.name,
        title.title,
        chart,
        columns,
        tuple((label, *values) for label, values in rows),
        legend=columns[1:],
    )


def _place(desk: Desk, line: Line) -> str:
    place = desk.names.place(line.division)
    return f"{place} {desk.t.word('settlement', line.settlement)}" if line.settlement else place


def _said(desk: Desk, rule: CoverageRule) -> dict[str, list[str]]:
    """Return the conditions in words: what must hold, and what must not."""
    groups: dict[str, list[Criterion]] = {}
    for number, condition in enumerate(rule.when):
        groups.setdefault(condition.group or f"#{number}", []).append(condition)
    either = f" {desk.t('coverage.either')} "
    return {
        "when": [either.join(_words(desk, group)) for group in groups.values()],
        "unless": list(_words(desk, rule.unless)),
    }


def _words(desk: Desk, conditions: Iterable[Criterion]) -> Iterable[str]:
    return (desk.names.words_of(condition) for condition in conditions)


def _choices(desk: Desk, wanted: Wanted) -> dict[str, Any]:
    matters = (fields.Option(matter, desk.names.matter(matter)) for matter in covered_matters())
    county = fields.county_of(wanted.county)
    town = wanted.town if wanted.town.startswith(wanted.county) else ""
    return {
        "matter": (*matters, fields.Option(ALL, desk.t("app.all"))),
        "county": fields.counties(desk),
        "town": fields.towns(desk, county),
        "village": fields.villages(desk, town) if county and town else (),
    }
