"""Coverage by the conditions that ship: eligible and served with the names of places, and who is missing."""

from collections.abc import Iterable
from datetime import date

from adapters.reference import load_divisions
from adapters.rulebook.coverage import shipped_coverage
from adapters.viewing import Views
from domain.calendar import civil_day
from domain.divisions import UnknownDivision
from domain.kernel import Value
from domain.rulebook.coverage import CoverageRule
from projections.views.coverage.queries import (
    CoverageFilter,
    Covered,
    MissingPage,
    covered,
    covered_rows,
    missing_page,
    missing_rows,
)


class Asked(Value):
    """What is asked: a matter or all, a division or all, a day or today. And which page of those who are missing."""

    matter: str = ""
    division: str = ""
    on: date | None = None
    limit: int = 50
    after: str = ""


class Line(Value, omit_defaults=False):
    """A line of the table: a matter in a place, urban or rural, with the place's name."""

    matter: str
    division: str
    place: str
    settlement: str
    eligible: int
    served: int
    missing: int
    permille: int


class Board(Value, omit_defaults=False):
    """The table on a day, and the conditions it rests on."""

    day: date
    lines: tuple[Line, ...]
    rules: tuple[CoverageRule, ...]

    def totals(self) -> tuple[Line, ...]:
        """Return a line for each matter, of all its places together."""
        return tuple(_total(matter, self.lines) for matter in dict.fromkeys(line.matter for line in self.lines))


def covered_matters() -> tuple[str, ...]:
    """Return the matters that have conditions, in the order of their file."""
    return tuple(dict.fromkeys(rule.matter for rule in shipped_coverage().rules))


def board(views: Views, asked: Asked) -> Board:
    """Return the table. Raises Unavailable."""
    where = _filter(views, asked)
    query = covered_rows(where)
    lines = tuple(map(_line, covered(views.read(*query)))) if query else ()
    return Board(day=where.day, lines=lines, rules=where.in_force())


def missing(views: Views, asked: Asked) -> MissingPage:
    """Return a page of those who are eligible and not served, by place. Raises BadCursor, Unavailable."""
    query = missing_rows(_filter(views, asked), asked.limit, asked.after)
    return missing_page(views.read(*query), asked.limit) if query else MissingPage(())


def _filter(views: Views, asked: Asked) -> CoverageFilter:
    day = asked.on or civil_day(views.now())
    return CoverageFilter(day=day, book=shipped_coverage(), matter=asked.matter, division=asked.division)


def _line(row: Covered) -> Line:
    return Line(
        matter=row.matter,
        division=row.division,
        place=place_of(row.division),
        settlement=row.settlement,
        eligible=row.eligible,
        served=row.served,
        missing=row.missing,
        permille=row.permille,
    )


def _total(matter: str, lines: Iterable[Line]) -> Line:
    own = [line for line in lines if line.matter == matter]
    eligible, served = sum(line.eligible for line in own), sum(line.served for line in own)
    return _line(Covered(matter=matter, division="", settlement="", eligible=eligible, served=served))


def place_of(code: str) -> str:
    """Return the name of a division, its code where there is no such division."""
    if not code:
        return ""
    try:
        return load_divisions().division(code).name
    except UnknownDivision:
        return code
