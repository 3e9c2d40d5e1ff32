"""Parity: the same matter in every county, in town and country, side by side; and counties that are far slower."""

from datetime import date

import msgspec
from fastapi import Request, Response

from adapters.house import House
from adapters.web import charts, fields
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.figures import yuan
from adapters.web.panels import Panel, crossed
from adapters.web.past import seen
from domain.kernel import Value
from projections.views.parity.queries import Parity, ParityFilter, ParityLine, decision_rows, grant_rows, parity

ALL = "all"


class Wanted(Value):
    """The filters as the address has them. Months: YYYY-MM."""

    matter: str = ""
    county: str = ""
    since: str = ""
    until: str = ""
    lang: str = ""

    def conditions(self, matter: str) -> ParityFilter:
        """Return the filter of the view. Raises msgspec.ValidationError for a month that is none."""
        return ParityFilter(
            matter="" if matter == ALL else matter,
            division=self.county,
            from_month=_month(self.since),
            to_month=_month(self.until),
        )


class ParityPages:
    """Answers for the parity table."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the table, its chart, and what stands out."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        matters = fields.matters(desk)
        matter = wanted.matter or (matters[0].value if matters else ALL)
        where = wanted.conditions(matter)
        at = seen(desk, "parity")
        found = parity(at.views.read(*decision_rows(where)), at.views.read(*grant_rows(where)))
        return desk.page(
            "parity.html",
            wanted=wanted,
            seen=at,
            matter=matter,
            found=found,
            panel=_days(desk, found) if matter != ALL and found.lines else None,
            uneven=_uneven(found),
            standards=lambda line: desk.t("app.separator").join(yuan(fen) for fen in line.standards if fen),
            share=lambda line: f"{line.refusals_permille / 10:.1f}%",
            choices={
                "matter": (*matters, fields.Option(ALL, desk.t("app.all"))),
                "county": fields.counties(desk),
            },
        )


def _month(text: str) -> date | None:
    return msgspec.convert(f"{text}-01", date) if text else None


def _uneven(found: Parity) -> frozenset[tuple[str, str]]:
    """Return matter and county where town and country were measured by other standards (城乡统筹)."""
    seen: dict[tuple[str, str], set[tuple[int, ...]]] = {}
    for line in found.lines:
        if line.grants:
            seen.setdefault((line.matter, line.county), set()).add(line.standards)
    return frozenset(place for place, standards in seen.items() if len(standards) > 1)


def _days(desk: Desk, found: Parity) -> Panel:
    """Return the median days of each county, urban and rural."""
    title = Title("days", desk.t("parity.days_chart"), desk.t("dash.chart_desc"))
    rows = [(_place(desk, line), [line.median_days]) for line in found.lines]
    chart = charts.bars(title, [(label, values[0]) for label, values in rows])
    panel = crossed(desk.t, title, [desk.t("parity.median")], rows, chart)
    return msgspec.structs.replace(
        panel, legend=(), total=(), columns=panel.columns[:-1], rows=tuple(row[:-1] for row in panel.rows)
    )


def _place(desk: Desk, line: ParityLine) -> str:
    county = desk.names.place(line.county)
    return f"{county} {desk.t.word('settlement', line.settlement)}" if line.settlement else county
