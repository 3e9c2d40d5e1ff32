"""Reading the dashboard: counts by any of its dimensions, and how many days each step took."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from projections.histogram import percentile
from projections.query import Query, starts_with

Dimension = Literal["matter", "division", "stage", "month"]

_COUNTY, _TOWN = 6, 9
_COUNTY_PREFIX = 6


class DashboardFilter(Value):
    """Which cases to count; what is empty or None does not limit. Months by their first day."""

    matter: str = ""
    division: str = ""
    from_month: date | None = None
    to_month: date | None = None


class Count(Value):
    """How many cases; the dimensions that were not asked for are empty."""

    cases: int
    matter: str = ""
    division: str = ""
    stage: str = ""
    month: date | None = None


class StepDays(Value):
    """How many whole days a step took: half of the cases at most ``median``, nine of ten at most ``p90``."""

    matter: str
    step: str
    cases: int
    median: int
    p90: int


class _Bar(msgspec.Struct):
    matter: str
    step: str
    days: int
    cases: int


def count_rows(by: Sequence[Dimension], where: DashboardFilter) -> Query:
    """Return the query of counts. Divisions are counties, or towns when the filter names a county or less."""
    level = _TOWN if len(division_prefix(where.division)) >= _COUNTY_PREFIX else _COUNTY
    columns = {"division": f"left(division, {level}) AS division"}
    shown = ", ".join(["sum(cases)::int8 AS cases", *(columns.get(name, name) for name in by)])
    group = f" GROUP BY {', '.join(str(n) for n in range(2, len(by) + 2))} ORDER BY {', '.join(by)}" if by else ""
    conditions, params = _conditions(where)
    text = f"SELECT {shown} FROM dashboard_count WHERE {conditions}{group}"  # noqa: S608  (constant parts)
    return Query(f"SELECT * FROM ({text}) AS counted WHERE cases > 0", params)  # noqa: S608  (the same)


def counts(found: Sequence[dict[str, Any]]) -> list[Count]:
    """Return the counts that ``count_rows`` found."""
    return msgspec.convert(found, list[Count])


def step_rows(where: DashboardFilter) -> Query:
    """Return the query of the histogram of days per step."""
    conditions, params = _conditions(where)
    text = (
        "SELECT matter, step, days, sum(cases)::int8 AS cases FROM dashboard_step "  # noqa: S608  (constant parts)
        f"WHERE {conditions} GROUP BY matter, step, days ORDER BY matter, step, days"
    )
    return Query(text, params)


def steps(found: Sequence[dict[str, Any]]) -> list[StepDays]:
    """Return median and 90th percentile of each step in the histogram that ``step_rows`` found."""
    bars = msgspec.convert(found, list[_Bar])
    grouped = groupby(bars, key=attrgetter("matter", "step"))
    return [_step(matter, step, list(group)) for (matter, step), group in grouped]


def _step(matter: str, step: str, bars: Sequence[_Bar]) -> StepDays:
    total = sum(bar.cases for bar in bars)
    median, p90 = (percentile(bars, total, percent) for percent in (50, 90))
    return StepDays(matter=matter, step=step, cases=total, median=median, p90=p90)


def _conditions(where: DashboardFilter) -> tuple[str, tuple[Any, ...]]:
    limits = {
        "matter = %s": where.matter,
        "division LIKE %s": starts_with(division_prefix(where.division)) if where.division else "",
        "month >= %s": where.from_month,
        "month <= %s": where.to_month,
    }
    used = {condition: value for condition, value in limits.items() if value not in ("", None)}
    return " AND ".join(used) or "true", tuple(used.values())
