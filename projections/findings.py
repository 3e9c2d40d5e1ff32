"""Asking a question of DOMAIN §4.1: pages of findings, one of them, and how many lie in each county and month."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from domain.calendar import WorkCalendar, civil_day, midnight_after
from domain.divisions import division_prefix
from domain.kernel import Value
from projections.query import cursor_key, cursor_text, starts_with
from projections.question import Finding, Question

MOST_ROWS = 200
MOST_EVENTS = 200
"""So many events at most are named for a finding that rests on many: the newest of them."""

_OF_AN_EVENT = re.compile(r"([0-9]{1,18})(-.*)?", re.DOTALL)
_ORDER = "finding"
_FAR, _DAY = date(9999, 12, 31), timedelta(days=1)


class Asked(Value):
    """Which findings; what is empty or None does not limit.

    ``on``: as things stood at the end of that day, as known now; a finding about a later day is none yet. ``since`` up
    to and without ``until``: the day that a finding is about. ``division``: left-anchored.
    """

    on: date
    since: date | None = None
    until: date | None = None
    division: str = ""
    matter: str = ""
    kind: str = ""


class FindingPage(Value):
    """Some findings, and the cursor of the next page (empty: this was the last)."""

    rows: tuple[Finding, ...]
    next: str = ""


class Count(Value, omit_defaults=False):
    """How many findings of a kind lie in a county (empty: in none) and month; ``amount``: the sum, fen."""

    county: str
    month: date
    kind: str
    findings: int
    amount: int


class Ask(NamedTuple):
    """SQL with named places. Run it as ``read(*ask)``."""

    sql: str
    params: dict[str, Any]


class Ground(NamedTuple):
    """What questions compare with that is in no view: the moment now (UTC), and the working calendar."""

    now: datetime
    calendar: WorkCalendar


_ADDED = frozenset({"organ", "number"})
"""What no question's own SQL gives: looked up for the rows of the page alone."""
_COLUMNS = ", ".join(f"f.{name}" for name in Finding.__struct_fields__ if name not in _ADDED)
_ROWS = f"""
WITH page AS MATERIALIZED (
    SELECT {_COLUMNS} FROM (%SQL%) AS f WHERE %WHERE% ORDER BY f.position DESC, f.id COLLATE "C" LIMIT %(limit)s
)
SELECT page.*, coalesce(c.number, '') AS number, coalesce(acted.organ, owed.organ, '') AS organ
  FROM page
  LEFT JOIN audit_case AS c ON c.case_id = page.case_id
  LEFT JOIN audit_post AS acted ON acted.post = page.post
  LEFT JOIN LATERAL (
       SELECT organ FROM audit_post AS office
        WHERE page.post = '' AND office.role = page.holder AND starts_with(page.division, office.prefix)
        ORDER BY length(office.prefix) DESC LIMIT 1) AS owed ON true
 ORDER BY page.position DESC, page.id COLLATE "C"
"""  # noqa: S608  (constant parts)
_COUNTS = """
SELECT left(f.division, 6) AS county, date_trunc('month', f.on_day)::date AS month, f.kind,
       count(*) AS findings, coalesce(sum(f.amount), 0)::int8 AS amount
  FROM (%SQL%) AS f WHERE %WHERE% GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def finding_rows(question: Question, asked: Asked, ground: Ground, limit: int = 50, after: str = "") -> Ask:
    """Return the query of a page, newest events first, one row longer than it. Raises BadCursor."""
    where, params = _conditions(asked)
    if after:
        position, id_ = cursor_key(_ORDER, after, (int, str))
        where.append('(f.position < %(at)s OR (f.position = %(at)s AND f.id COLLATE "C" > %(id)s))')
        params |= {"at": position, "id": id_}
    params["limit"] = min(limit, MOST_ROWS) + 1
    return Ask(_filled(_ROWS, question, where), {**given(asked, ground), **params})


def finding_page(found: Sequence[Mapping[str, Any]], limit: int = 50) -> FindingPage:
    """Return the page of the rows that ``finding_rows`` with the same limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(finding_of(row) for row in found[:limit])
    if len(found) <= limit:
        return FindingPage(rows=rows)
    return FindingPage(rows=rows, next=cursor_text(_ORDER, (rows[-1].position, rows[-1].id)))


def one_finding(question: Question, asked: Asked, ground: Ground, id_: str) -> Ask:
    """Return the query of the finding with that id."""
    where = ["f.id = %(id)s", "f.on_day <= %(on)s"]
    params: dict[str, Any] = {"id": id_, "limit": 1}
    event = _OF_AN_EVENT.fullmatch(id_)
    if event:
        where.append("f.position = %(at)s")
        params["at"] = int(event[1])
    return Ask(_filled(_ROWS, question, where), {**given(asked, ground), **params})


def finding_of(row: Mapping[str, Any]) -> Finding:
    """Return a row as a finding, its events in order, each once."""
    found = msgspec.convert(dict(row), Finding)
    return msgspec.structs.replace(found, positions=tuple(sorted(set(found.positions))))


def count_rows(question: Question, asked: Asked, ground: Ground) -> Ask:
    """Return the query of the counts per county, month and kind."""
    where, params = _conditions(asked)
    return Ask(_filled(_COUNTS, question, where), {**given(asked, ground), **params})


def counts(found: Sequence[Mapping[str, Any]]) -> list[Count]:
    """Return what ``count_rows`` found."""
    return [msgspec.convert(dict(row), Count) for row in found]


def given(asked: Asked, ground: Ground) -> dict[str, Any]:
    """Return what every question may ask for.

    ``on``: the day; ``moment``: its end, or now if that comes first. ``since``, ``until``: the period up to that day,
    from the first of all days where none is asked for. ``days``, ``numbers``: each day, and how many working days there
    were by it.
    """
    days, numbers = _workdays(ground.calendar)
    past = asked.on + _DAY if asked.on < _FAR else _FAR
    return {
        "on": asked.on,
        "moment": midnight_after(asked.on) if asked.on < civil_day(ground.now) else ground.now,
        "since": asked.since or date.min,
        "until": min(asked.until or _FAR, past),
        "days": days,
        "numbers": numbers,
        "most": MOST_EVENTS,
    }


@lru_cache(maxsize=4)
def _workdays(calendar: WorkCalendar) -> tuple[list[date], list[int]]:
    days: list[date] = []
    numbers: list[int] = []
    for year in calendar.years:
        day = date(year, 1, 1)
        while day.year == year:
            days.append(day)
            numbers.append((numbers[-1] if numbers else 0) + calendar.is_working_day(day))
            day += timedelta(days=1)
    return days, numbers


def _conditions(asked: Asked) -> tuple[list[str], dict[str, Any]]:
    limits: dict[str, tuple[str, Any]] = {
        "on": ("f.on_day <= %(on)s", asked.on),
        "from": ("f.on_day >= %(from)s", asked.since),
        "to": ("f.on_day < %(to)s", asked.until),
        "division": ("f.division LIKE %(division)s", asked.division and starts_with(division_prefix(asked.division))),
        "matter": ("f.matter = %(matter)s", asked.matter),
        "kind": ("f.kind = %(kind)s", asked.kind),
    }
    used = {name: limit for name, limit in limits.items() if limit[1]}
    return [text for text, _ in used.values()], {name: value for name, (_, value) in used.items()}


def _filled(text: str, question: Question, where: Sequence[str]) -> str:
    return text.replace("%SQL%", question.sql).replace("%WHERE%", " AND ".join(where) or "true")
