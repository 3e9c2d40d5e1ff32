"""The dashboard: where cases stand, where they come from, and how long steps take. Every chart has its table."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar, get_args

import msgspec
from fastapi import Request, Response

from adapters.house import House
from adapters.viewing import Views
from adapters.web import charts, fields
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.panels import Panel, crossed, listed, timed
from adapters.web.past import seen
from domain.calendar import next_month
from domain.cases.state import ENDED, Stage
from domain.kernel import Value
from projections.views.dashboard.queries import Count, DashboardFilter, count_rows, counts, step_rows, steps

PHASES = ("intake", "inquiry", "decision", "grant", "ended")
_PHASE_OF: dict[str, str] = {
    "opened": "intake",
    "correcting": "intake",
    "accepted": "inquiry",
    "opinion": "decision",
    "notice": "decision",
    "noticed": "decision",
    "confirmed": "decision",
    "granted": "grant",
    "suspended": "grant",
}
Key = TypeVar("Key")
_MOST_ACTIVITIES = 20
_MONTHS_SHOWN = 24


class Wanted(Value):
    """The filters as the address has them. ``month``: YYYY-MM."""

    matter: str = ""
    county: str = ""
    month: str = ""
    lang: str = ""

    def conditions(self, matter: str) -> DashboardFilter:
        """Return the filter of the view. Raises msgspec.ValidationError for a month that is none."""
        month = msgspec.convert(f"{self.month}-01", date) if self.month else None
        return DashboardFilter(matter=matter, division=self.county, from_month=month, to_month=month)


class DashboardPages:
    """Answers for the dashboard."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with all panels for the filter."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        at = seen(desk, "dashboard")
        matters = _matters(desk, at.views)
        matter = wanted.matter or matters[0].value
        where = wanted.conditions(matter)
        found = counts(at.views.read(*count_rows(("division", "stage", "month"), where)))
        return desk.page(
            "dashboard.html",
            wanted=wanted,
            seen=at,
            matter=matter,
            choices={"matter": matters, "county": fields.counties(desk), "month": _months_known(at.views, matter)},
            tallies=_tallies(found, legacy=matter == "legacy"),
            panels=[*_panels(desk, found, legacy=matter == "legacy"), *_times(desk, at.views, where)],
        )


def _matters(desk: Desk, views: Views) -> tuple[fields.Option, ...]:
    ruled = fields.matters(desk)
    found = counts(views.read(*count_rows(("matter",), DashboardFilter())))
    known = {option.value for option in ruled}
    more = sorted({count.matter for count in found} - known)
    return (*ruled, *(fields.Option(matter, desk.names.matter(matter)) for matter in more or ["legacy"]))


def _months_known(views: Views, matter: str) -> tuple[fields.Option, ...]:
    found = counts(views.read(*count_rows(("month",), DashboardFilter(matter=matter))))
    months = sorted({f"{count.month:%Y-%m}" for count in found if count.month}, reverse=True)
    return tuple(fields.Option(month, month) for month in months)


def _times(desk: Desk, views: Views, where: DashboardFilter) -> Iterable[Panel]:
    days = steps(views.read(*step_rows(where)))
    order = get_args(Stage)
    # Living on a grant is no step of the work: its years would dwarf the days of all others.
    worked = [each for each in days if _PHASE_OF.get(each.step) != "grant"]
    ranked = sorted(worked, key=lambda each: (order.index(each.step) if each.step in order else 99, -each.cases))
    rows = [(desk.t.word("stage", each.step), each.cases, each.median, each.p90) for each in ranked]
    if rows:
        yield timed(desk.t, rows[:_MOST_ACTIVITIES])


def _tallies(found: Iterable[Count], *, legacy: bool) -> dict[str, int]:
    """Return the sums on top; whether an imported case has ended is not known."""
    by_stage = _summed(found, lambda count: count.stage)
    ended = sum(by_stage[stage] for stage in ENDED)
    granted = by_stage["granted"] + by_stage["suspended"]
    total = by_stage.total()
    if legacy:
        return {"cases": total}
    return {"cases": total, "running": total - ended - granted, "granted": granted, "ended": ended}


def _panels(desk: Desk, found: list[Count], *, legacy: bool) -> Iterable[Panel]:
    """Return the panels of counts; places are shown where they are known."""
    if not found:
        return
    yield _stages(desk, found, legacy=legacy)
    months = _months(found)
    placed = any(count.division for count in found)
    if placed and not legacy:
        yield _places(desk, found)
    by_month = _summed(found, lambda count: count.month)
    rows = [(f"{month:%Y-%m}", by_month[month]) for month in months]
    title = Title("by-month", desk.t("dash.by_month"), desk.t("dash.chart_desc"))
    if len(months) > 1:
        yield listed(desk.t, title, desk.t("dash.month_column"), rows, charts.columns(title, rows))
    if placed and len(months) > 1:
        yield _places_by_month(desk, found, months)


def _months(found: list[Count]) -> list[date]:
    """Return the months from the first to the last, those without cases too: time does not skip."""
    seen = sorted(count.month for count in found if count.month)
    months = seen[:1]
    while months and months[-1] < seen[-1]:
        months.append(next_month(months[-1]))
    return months[-_MONTHS_SHOWN:]


def _stages(desk: Desk, found: list[Count], *, legacy: bool) -> Panel:
    by_stage = _summed(found, lambda count: count.stage)
    order = [stage for stage, _ in by_stage.most_common()] if legacy else [s for s in get_args(Stage) if by_stage[s]]
    rows = [(desk.t.word("stage", stage), by_stage[stage]) for stage in order[:_MOST_ACTIVITIES]]
    text = desk.t("dash.by_activity" if legacy else "dash.by_stage")
    title = Title("by-stage", text, desk.t("dash.chart_desc"))
    return listed(desk.t, title, desk.t("dash.step"), rows, charts.bars(title, rows))


def _places(desk: Desk, found: list[Count]) -> Panel:
    cells = _summed(found, lambda count: (count.division, _PHASE_OF.get(count.stage, "ended")))
    rows = [
        (_place(desk, place), [cells[place, phase] for phase in PHASES])
        for place in sorted({count.division for count in found})
    ]
    title = Title("by-county", desk.t("dash.by_county"), desk.t("dash.chart_desc"))
    legend = [desk.t(f"phase.{phase}") for phase in PHASES]
    return crossed(desk.t, title, legend, rows, charts.stacked(title, rows))


def _places_by_month(desk: Desk, found: list[Count], months: list[date]) -> Panel:
    cells = _summed(found, lambda count: (count.division, count.month))
    labels = [f"{month:%Y-%m}" for month in months]
    rows = [
        (_place(desk, place), [cells[place, month] for month in months])
        for place in sorted({count.division for count in found})
    ]
    title = Title("by-county-month", desk.t("dash.by_county_month"), desk.t("dash.chart_desc"))
    panels = [(place, list(zip(labels, values, strict=True))) for place, values in rows]
    panel = crossed(desk.t, title, labels, rows, charts.multiples(title, panels))
    return msgspec.structs.replace(panel, legend=())


def _place(desk: Desk, code: str) -> str:
    return desk.names.place(code) if code else desk.t("dash.unplaced")


def _summed(found: Iterable[Count], key: Callable[[Count], Key]) -> "Counter[Key]":
    total: Counter[Key] = Counter()
    for count in found:
        total[key(count)] += count.cases
    return total
