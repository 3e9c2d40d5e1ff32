"""The reads on record, the newest first: all of them, those of a case, or those of a person."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from adapters.house import House
from adapters.viewing import ViewMissing
from domain.kernel import Value
from projections.query import cursor_key, cursor_text
from projections.views.person.queries import household, household_of_person

MOST_ROWS = 200
_ALL = """
SELECT position, recorded_at, entry FROM reads.entries
 WHERE position < %(before)s ORDER BY position DESC LIMIT %(limit)s
"""
_ABOUT = """
SELECT e.position, e.recorded_at, e.entry
  FROM (SELECT DISTINCT position FROM reads.about
         WHERE (kind = 'case' AND name = ANY(%(cases)s) OR kind = 'subject' AND name = ANY(%(subjects)s))
           AND position < %(before)s ORDER BY position DESC LIMIT %(limit)s) AS found
  JOIN reads.entries AS e USING (position) ORDER BY position DESC
"""
_END = 2**62


class ReadLine(Value, omit_defaults=False):
    """A read. ``expired``: its time is over, and what it was is gone."""

    position: int
    at: datetime
    door: str = ""
    actor: str = ""
    post: str = ""
    kind: str = ""
    purpose: str = ""
    basis: str = ""
    query: dict[str, str] = {}
    cases: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    expired: bool = False


class ReadsPage(Value, omit_defaults=False):
    """Some reads, and the cursor of the next page (empty: these were the last)."""

    rows: tuple[ReadLine, ...]
    next: str = ""


class About(Value):
    """Whose reads are asked for: those of a case, of a person (and of the cases that they are in), or all."""

    kind: Literal["case", "subject"] = "case"
    name: str = ""


def reads_page(house: House, about: About, limit: int = 50, after: str = "") -> ReadsPage:
    """Return a page of reads. Raises BadCursor, Unavailable."""
    (before,) = cursor_key("reads", after, (int,)) if after else (_END,)
    limit = min(limit, MOST_ROWS)
    cases, subjects = _names(house, about)
    asked = {"cases": cases, "subjects": subjects, "before": before, "limit": limit + 1}
    found = house.read(_ABOUT if about.name else _ALL, asked)
    rows = tuple(map(_line, found[:limit]))
    return ReadsPage(rows, cursor_text("reads", (rows[-1].position,)) if len(found) > limit else "")


def _names(house: House, about: About) -> tuple[list[str], list[str]]:
    """Return the cases and the identities that the reads are of."""
    if about.kind == "case":
        return [about.name], []
    try:
        found = household(house.read(*household_of_person(about.name)))
    except ViewMissing:  # nobody has served this house yet
        return [], [about.name]
    known = [{person.subject, *person.before} for person in found.persons]
    same = next((each for each in known if about.name in each), {about.name})
    cases = [case.case_id for case in found.cases if any(link.subject in same for link in case.links)]
    return cases, sorted(same)


def _line(row: dict[str, Any]) -> ReadLine:
    if row["entry"] is None:
        return ReadLine(row["position"], row["recorded_at"], expired=True)
    told = msgspec.json.decode(row["entry"])["read"]
    return ReadLine(
        position=row["position"],
        at=row["recorded_at"],
        kind=told["kind"],
        query=told["query"],
        cases=tuple(told["cases"]),
        subjects=tuple(told["subjects"]),
        **told["reader"],
    )
