"""Reference data of the bureau, read from ``infra/``: divisions, working calendar, posts.

Files with a fault stop the program at start: ``msgspec.ValidationError`` or ``ValueError`` names what is wrong.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from domain.authority.bureau import OrganRule, bureau_of
from domain.authority.posts import Post
from domain.calendar import CalendarYear, WorkCalendar
from domain.divisions import Division, DivisionTree, Level, level_of, parent_of
from domain.kernel import PostId

# The data lies beside the packages: in a clone, and in an editable installation, which is the only kind.
INFRA = Path(__file__).resolve().parent.parent / "infra"


class _Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    name: str
    start: date
    end: date

    def days(self) -> Iterator[date]:
        span = (self.end - self.start).days
        return (self.start + timedelta(days=offset) for offset in range(span + 1))


class _YearRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    year: int
    verified: bool
    source: str
    holidays: tuple[_Holiday, ...]
    worked: frozenset[date]
    provisional: bool = False

    def calendar_year(self) -> CalendarYear:
        off = frozenset(day for holiday in self.holidays for day in holiday.days())
        return CalendarYear(year=self.year, off=off, worked=self.worked, provisional=self.provisional)


@cache
def load_divisions() -> DivisionTree:
    """Return the tree of ``divisions.csv``; level and parent follow from the code."""
    with (INFRA / "divisions.csv").open(encoding="utf-8", newline="") as lines:
        return DivisionTree([_division(row) for row in csv.DictReader(lines)])


@cache
def load_calendar() -> WorkCalendar:
    """Return the working calendar of ``calendar.yaml``."""
    rows = msgspec.convert(_read_yaml("calendar.yaml"), list[_YearRow])
    return WorkCalendar(row.calendar_year() for row in rows)


@cache
def load_organ_rules() -> dict[Level, OrganRule]:
    """Return the rules of ``posts.yaml``."""
    return msgspec.convert(_read_yaml("posts.yaml"), dict[Level, OrganRule])


def load_bureau(day: date) -> dict[PostId, Post]:
    """Return every post of the bureau on that day: one set for each division then in force."""
    tree = load_divisions()
    levels: tuple[Level, ...] = ("city", "county", "town", "village")
    divisions = (division for level in levels for division in tree.of_level(level, day))
    return bureau_of(divisions, load_organ_rules())


def _division(row: dict[str, str]) -> Division:
    filled = {name: value for name, value in row.items() if value}
    shape = {"level": level_of(row["code"]), "parent": parent_of(row["code"])}
    return msgspec.convert(filled | shape, Division)


def _read_yaml(name: str) -> Any:  # noqa: ANN401  what a file holds is known only after msgspec.convert
    return yaml.safe_load((INFRA / name).read_text(encoding="utf-8"))
