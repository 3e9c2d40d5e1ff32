"""Reading parity: a line for each matter, county, urban or rural; and counties that are far slower than others."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, groupby
from typing import Any

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from projections.histogram import percentile
from projections.query import Query, starts_with

_HALF = 50
_COUNTY = 6


class ParityFilter(Value):
    """Which decisions to look at; what is empty or None does not limit. Months by their first day."""

    matter: str = ""
    division: str = ""
    from_month: date | None = None
    to_month: date | None = None


class ParityLine(Value):
    """The decisions of one matter in one county, urban or rural (empty: not told by the division).

    ``refusals_permille``: of all decisions. Days are whole days from acceptance to decision. Money in fen: a month or,
    where a matter pays once, in all. ``standards``: those that grants were made on, ascending.
    """

    matter: str
    county: str
    settlement: str
    decisions: int
    grants: int
    refusals: int
    refusals_permille: int
    median_days: int
    mean_days: float
    granted: int
    mean_grant: int
    standards: tuple[int, ...]


class Deviation(Value):
    """Under one rule version, the median of one county is more than one and a half times that of another."""

    matter: str
    rule: str
    county: str
    median_days: int
    than: str
    than_median_days: int


class Parity(Value):
    """The lines, and the deviations, the largest difference first."""

    lines: tuple[ParityLine, ...]
    deviations: tuple[Deviation, ...]


class _Bar(msgspec.Struct):
    matter: str
    rule: str
    county: str
    settlement: str
    result: str
    days: int
    cases: int


class _Money(msgspec.Struct):
    matter: str
    county: str
    settlement: str
    standard: int
    amount: int


def decision_rows(where: ParityFilter) -> Query:
    """Return the query of the histogram of decisions."""
    conditions, params = _conditions(where)
    text = (
        "SELECT matter, rule, county, settlement, result, days, sum(decisions)::int8 AS cases "  # noqa: S608  (constant parts)
        f"FROM parity_decision WHERE {conditions} GROUP BY 1, 2, 3, 4, 5, 6"
    )
    return Query(text, params)


def grant_rows(where: ParityFilter) -> Query:
    """Return the query of the money by standard."""
    conditions, params = _conditions(where)
    text = (
        "SELECT matter, county, settlement, standard, sum(amount)::int8 AS amount "  # noqa: S608  (constant parts)
        f"FROM parity_grant WHERE {conditions} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    return Query(text, params)


def parity(decisions: Sequence[dict[str, Any]], grants: Sequence[dict[str, Any]]) -> Parity:
    """Return the parity in what ``decision_rows`` and ``grant_rows`` with the same filter found."""
    bars = msgspec.convert(decisions, list[_Bar])
    money = msgspec.convert(grants, list[_Money])
    lines = [_line(place, found, money) for place, found in _grouped(bars, "matter", "county", "settlement")]
    return Parity(lines=tuple(lines), deviations=tuple(_deviations(bars)))


def _grouped(bars: Iterable[_Bar], *fields: str) -> list[tuple[tuple[str, ...], list[_Bar]]]:
    """Bars with the same fields together, within them by days."""

    def key(bar: _Bar) -> tuple[str, ...]:
        return tuple(getattr(bar, field) for field in fields)

    by_days = sorted(bars, key=lambda bar: (key(bar), bar.days))
    return [(place, list(found)) for place, found in groupby(by_days, key)]


def _line(place: tuple[str, ...], bars: list[_Bar], money: Iterable[_Money]) -> ParityLine:
    matter, county, settlement = place
    total, grants = _cases(bars), _cases(bar for bar in bars if bar.result == "grant")
    paid = [each for each in money if (each.matter, each.county, each.settlement) == place]
    granted = sum(each.amount for each in paid)
    return ParityLine(
        matter=matter,
        county=county,
        settlement=settlement,
        decisions=total,
        grants=grants,
        refusals=total - grants,
        refusals_permille=(total - grants) * 1000 // total,
        median_days=percentile(bars, total, _HALF),
        mean_days=round(sum(bar.days * bar.cases for bar in bars) / total, 1),
        granted=granted,
        mean_grant=granted // grants if grants else 0,
        standards=tuple(each.standard for each in paid),
    )


def _deviations(bars: Iterable[_Bar]) -> list[Deviation]:
    found: list[Deviation] = []
    counties = [
        (place, percentile(mine, _cases(mine), _HALF)) for place, mine in _grouped(bars, "matter", "rule", "county")
    ]
    for (matter, rule), same in groupby(counties, lambda each: each[0][:2]):
        medians = sorted((median, place[2]) for place, median in same)
        for (fast, than), (slow, county) in combinations(medians, 2):
            if 2 * slow > 3 * fast:
                found.append(Deviation(matter, rule, county, slow, than, fast))
    return sorted(found, key=lambda each: (each.than_median_days - each.median_days, each.matter, each.county))


def _cases(bars: Iterable[_Bar]) -> int:
    return sum(bar.cases for bar in bars)


def _conditions(where: ParityFilter) -> tuple[str, tuple[Any, ...]]:
    limits = {
        "matter = %s": where.matter,
        "county LIKE %s": starts_with(division_prefix(where.division)[:_COUNTY]) if where.division else "",
        "month >= %s": where.from_month,
        "month <= %s": where.to_month,
    }
    used = {condition: value for condition, value in limits.items() if value not in ("", None)}
    return " AND ".join(used) or "true", tuple(used.values())
