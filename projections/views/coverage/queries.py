"""Reading coverage: eligible and served by matter and place, urban and rural; and who is eligible and not served.

What is asked is what is known now, about the day asked for: where people live is where they live now.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from domain.rulebook.coverage import CoverageBook, CoverageRule, in_force
from projections.query import Query, cursor_key, cursor_text, starts_with
from projections.views.coverage.conditions import Part, all_of, eligible, holds

MOST_ROWS = 500
_COUNTY, _TOWN, _VILLAGE = 6, 9, 12

# Somebody in several cases counts once, where the newest of those lies that are applied for at home.
_PERSONS = """
SELECT %s::text AS matter, %s::text AS rule, m.subject, m.name, m.born, c.division, c.settlement, {served} AS served
  FROM coverage_members m JOIN coverage_cases c USING (case_id)
 WHERE NOT m.gone
   AND m.matter <> ALL(%s)
   AND NOT EXISTS (SELECT FROM coverage_members n WHERE n.subject = m.subject AND n.position > m.position
                      AND NOT n.gone AND n.matter <> ALL(%s))
   AND {able}
"""
_COUNTED = """
SELECT matter, "left"(division, %s) AS division, settlement, count(*) AS eligible,
       count(*) FILTER (WHERE served) AS served
  FROM ({persons}) AS able GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_MISSING = """
WITH missing AS MATERIALIZED (
    SELECT * FROM ({persons}) AS able WHERE NOT served {beyond} ORDER BY division, subject LIMIT %s
)
SELECT missing.matter, rule, subject, name, born, missing.division, missing.settlement,
       coalesce(last.case_id, '') AS case_id, coalesce(last.number, '') AS number, coalesce(last.stage, '') AS stage
  FROM missing LEFT JOIN LATERAL (
       SELECT c.case_id, c.number, c.stage FROM coverage_members m JOIN coverage_cases c USING (case_id)
        WHERE m.subject = missing.subject AND c.matter = missing.matter
        ORDER BY m.position DESC LIMIT 1) AS last ON true
 ORDER BY missing.division, subject
"""


class CoverageFilter(Value):
    """What to look at: a day; a matter, or all; a division, left-anchored, or all. ``book``: the conditions."""

    day: date
    book: CoverageBook
    matter: str = ""
    division: str = ""

    def in_force(self) -> tuple[CoverageRule, ...]:
        """Return the rules that this asks by."""
        return in_force(self.book.rules, self.day, self.matter)


class Covered(Value, omit_defaults=False):
    """How many are eligible for a matter in a place, and how many of those have it. ``permille``: rounded down.

    ``division``: a county's, town's or village's digits, one level below what was asked for. ``settlement``: urban,
    rural, or empty where the place of the case does not tell.
    """

    matter: str
    division: str
    settlement: str
    eligible: int
    served: int

    @property
    def missing(self) -> int:
        """How many are eligible and do not have it."""
        return self.eligible - self.served

    @property
    def permille(self) -> int:
        """Served of a thousand eligible."""
        return self.served * 1000 // self.eligible if self.eligible else 0


class Missing(Value, omit_defaults=False):
    """Somebody eligible who does not have the matter (应享未享), and their last case of it, where there was one."""

    matter: str
    rule: str
    subject: str
    name: str
    born: date | None
    division: str
    settlement: str
    case_id: str
    number: str
    stage: str


class MissingPage(Value):
    """Some of them by place, and the cursor of the next page (empty: these were the last)."""

    rows: tuple[Missing, ...]
    next: str = ""


def covered_rows(where: CoverageFilter) -> Query | None:
    """Return the query of the counts, None where no rule of coverage is in force."""
    persons = _persons(where)
    if persons is None:
        return None
    sql, params = persons
    return Query(_COUNTED.format(persons=sql), (_digits(where.division), *params))


def covered(found: Iterable[dict[str, Any]]) -> list[Covered]:
    """Return what ``covered_rows`` found."""
    return [msgspec.convert(row, Covered) for row in found]


def missing_rows(where: CoverageFilter, limit: int = 50, after: str = "") -> Query | None:
    """Return the query of a page, one row longer than it, None where no rule is in force. Raises BadCursor."""
    persons = _persons(where)
    key = cursor_key("missing", after, (str, str)) if after else ()
    if persons is None:
        return None
    sql, params = persons
    beyond = "AND (division, subject) > (%s, %s)" if key else ""
    return Query(_MISSING.format(persons=sql, beyond=beyond), (*params, *key, min(limit, MOST_ROWS) + 1))


def missing_page(found: Sequence[dict[str, Any]], limit: int = 50) -> MissingPage:
    """Return the page of the rows that ``missing_rows`` with the same limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(msgspec.convert(row, Missing) for row in found[:limit])
    more = len(found) > limit
    return MissingPage(rows, cursor_text("missing", (rows[-1].division, rows[-1].subject)) if more else "")


def _persons(where: CoverageFilter) -> Part | None:
    """The eligible, by every rule in force on that day, one after the other."""
    rules = where.in_force()
    parts = [_by_rule(rule, where, rules) for rule in rules]
    return (" UNION ALL ".join(sql for sql, _ in parts), sum((params for _, params in parts), ())) if parts else None


def _by_rule(rule: CoverageRule, where: CoverageFilter, rules: Iterable[CoverageRule]) -> Part:
    smaller = [_within(other.region) for other in rules if other.matter == rule.matter and _lies_in(other, rule)]
    areas = [_within(rule.region), _within(where.division)]
    places = [*filter(None, areas), *((f"NOT {part[0]}", part[1]) for part in smaller if part)]
    elsewhere = list(where.book.elsewhere)
    served, served_params = holds(rule.matter, where.day)
    able, params = all_of([*places, eligible(rule, where.day)])
    return _PERSONS.format(served=served, able=able), (
        rule.matter,
        rule.id,
        *served_params,
        elsewhere,
        elsewhere,
        *params,
    )


def _lies_in(other: CoverageRule, rule: CoverageRule) -> bool:
    """Tell whether another rule's region is a part of this one's: there, that one counts."""
    inner, outer = division_prefix(other.region), division_prefix(rule.region)
    return inner != outer and inner.startswith(outer)


def _within(region: str) -> Part | None:
    prefix = division_prefix(region)
    return ("c.division LIKE %s", (starts_with(prefix),)) if prefix else None


def _digits(division: str) -> int:
    """How many digits the places have that a division is divided into."""
    given = len(division_prefix(division))
    return _COUNTY if given < _COUNTY else _TOWN if given < _TOWN else _VILLAGE
