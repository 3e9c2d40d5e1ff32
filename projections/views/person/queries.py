"""Reading a household: its members, their cases over all matters, what each receives, and the events in order.

A household here is whoever shares, or ever shared, a case as a family member with the person asked for: one step, never
a chain, so that a daughter who married does not join two families. Founders of an organisation and agents with a
mandate are no family; their cases are named, and stay out of the timeline.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from domain.cases.stages import STAGE_AFTER
from domain.kernel import Value
from projections.query import Query, cursor_key, cursor_text

MOST_ROWS = 200
_MOST_LINKS = 2_000
"""No household has as many cases; an address that is not one must not read the whole table."""
_STAGES = {event.TYPE: stage for event, stage in STAGE_AFTER.items()}
_A_DAY = timedelta(days=1)

_OF_PERSON = "SELECT %s::text AS asked"
_OF_CASE = "SELECT subject AS asked FROM person_members WHERE case_id = %s AND seat = 0 LIMIT 1"
# Lists of a few names at each step: the planner then goes by the index of each table, however large it is.
_LINKS = """
WITH me AS (
    SELECT ARRAY[coalesce((SELECT same_as FROM person_members WHERE subject = asked AND same_as <> '' LIMIT 1), asked)]
           AS known FROM ({asked}) AS given
), mine AS (
    SELECT known || ARRAY(SELECT subject FROM person_members WHERE same_as <> '' AND same_as = ANY(known)) AS ids
      FROM me
), shared AS (
    SELECT ARRAY(SELECT case_id FROM person_members
                  WHERE subject = ANY(ids) AND role = 'member') AS cases FROM mine
), fellows AS (
    SELECT known || ARRAY(SELECT coalesce(nullif(same_as, ''), subject) FROM person_members
                           WHERE case_id = ANY(cases) AND role = 'member') AS known FROM me, shared
), everybody AS (
    SELECT known || ARRAY(SELECT subject FROM person_members WHERE same_as <> '' AND same_as = ANY(known)) AS ids
      FROM fellows
), theirs AS (
    SELECT ids, ARRAY(SELECT case_id FROM person_members WHERE subject = ANY(ids)) AS cases FROM everybody
), links AS (
    SELECT m.*, m.subject = ANY(ids) AS ours
      FROM theirs CROSS JOIN LATERAL (SELECT * FROM person_members WHERE case_id = ANY(cases)) AS m
     WHERE m.role = 'agent' OR m.subject = ANY(ids)
     ORDER BY m.position, m.seat < 0, m.seat LIMIT %s
)
SELECT m.case_id, m.subject, m.role, m.relation, m.name, m.number AS id_number, m.born, m.same_as, m.ours,
       (SELECT known[1] FROM me) AS asked,
       c.number, c.matter, c.received_on, coalesce(place.division, '') AS division, coalesce(stood.type, '') AS stood
  FROM links m JOIN person_cases c USING (case_id)
  LEFT JOIN LATERAL (SELECT division FROM person_events e WHERE e.case_id = m.case_id AND e.division <> ''
                      ORDER BY e.position DESC LIMIT 1) AS place ON true
  LEFT JOIN LATERAL (SELECT type FROM person_events e WHERE e.case_id = m.case_id AND e.type = ANY(%s)
                      ORDER BY e.position DESC LIMIT 1) AS stood ON true
 ORDER BY m.position, m.seat < 0, m.seat
"""
_TIMELINE = """
SELECT e.position, e.case_id, e.seq, c.number, c.matter, e.type, e.occurred_at, e.recorded_at,
       place.division, e.amount, e.since, e.outcome
  FROM person_events e JOIN person_cases c USING (case_id)
  CROSS JOIN LATERAL (SELECT p.division FROM person_events p WHERE p.case_id = e.case_id AND p.position <= e.position
                         AND p.division <> '' ORDER BY p.position DESC LIMIT 1) AS place
 WHERE e.case_id = ANY(%s) AND e.position > %s ORDER BY e.position LIMIT %s
"""
_RECEIVED = """
SELECT subject, case_id, matter, division, amount, from_month AS since, until, to_month FROM person_grants
 WHERE subject = ANY(%s) AND (to_month IS NULL OR (to_month > %s AND to_month > from_month))
   AND (until IS NULL OR until >= %s) ORDER BY from_month, position, subject
"""


class Link(Value, omit_defaults=False):
    """Who somebody is in a case: one of the household, or the agent who applied for it."""

    subject: str
    name: str
    role: str
    relation: str


class Person(Value, omit_defaults=False):
    """A person as the case opened last knows them. ``number``: the ID number, masked.

    ``before``: temporary identities under which the person was helped until it was known who they are.
    """

    subject: str
    name: str
    number: str
    born: date | None
    before: tuple[str, ...]


class CaseOf(Value, omit_defaults=False):
    """A case of the household, and who of it is in it. ``stage`` and ``division`` as it stands."""

    case_id: str
    number: str
    matter: str
    received_on: date
    division: str
    stage: str
    links: tuple[Link, ...]

    @property
    def of_family(self) -> bool:
        """Whether somebody is in it as a member of the family."""
        return any(link.role == "member" for link in self.links)


class Household(Value, omit_defaults=False):
    """The members, first the one asked for, or the applicant; and their cases in the order of the log."""

    persons: tuple[Person, ...]
    cases: tuple[CaseOf, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Every identity of every member."""
        return tuple(subject for person in self.persons for subject in (person.subject, *person.before))

    @property
    def timeline(self) -> tuple[str, ...]:
        """The cases whose events make the household's timeline."""
        return tuple(case.case_id for case in self.cases if case.of_family)


class Received(Value, omit_defaults=False):
    """What a person receives, or will from ``since`` on. ``amount``: fen a month (or once), of the whole case.

    ``until``: the last day, where one is known.
    """

    subject: str
    case_id: str
    matter: str
    division: str
    amount: int
    since: date
    until: date | None


class Happened(Value, omit_defaults=False):
    """An event of a case of the household, once, however many of its members are in that case. ``amount`` in fen."""

    position: int
    case_id: str
    seq: int
    number: str
    matter: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    division: str
    amount: int | None
    since: date | None
    outcome: str


class Timeline(Value, omit_defaults=False):
    """Some events in the order of the log, and the cursor of the next page (empty: these were the last)."""

    rows: tuple[Happened, ...]
    next: str = ""


def household_of_person(subject: str) -> Query:
    """Return the query of a household by any identity of any of its members."""
    return _links(_OF_PERSON, subject)


def household_of_case(case_id: str) -> Query:
    """Return the query of the household of the case's applicant."""
    return _links(_OF_CASE, case_id)


def household(found: Sequence[dict[str, Any]]) -> Household:
    """Return the household in what one of these queries found."""
    by_person: dict[str, list[dict[str, Any]]] = {}
    by_case: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        if row["ours"]:
            by_person.setdefault(row["same_as"] or row["subject"], []).append(row)
        by_case.setdefault(row["case_id"], []).append(row)
    persons = [_person(subject, rows) for subject, rows in by_person.items()]
    return Household(
        persons=tuple(sorted(persons, key=lambda person: person.subject != found[0]["asked"])),
        cases=tuple(map(_case, by_case.values())),
    )


def timeline_rows(cases: Iterable[str], limit: int = 50, after: str = "") -> Query:
    """Return the query of a page of events, one row longer than it. Raises BadCursor."""
    (beyond,) = cursor_key("timeline", after, (int,)) if after else (0,)
    return Query(_TIMELINE, (list(cases), beyond, min(limit, MOST_ROWS) + 1))


def timeline(found: Sequence[dict[str, Any]], limit: int = 50) -> Timeline:
    """Return the page of the rows that ``timeline_rows`` with the same limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(Happened(**row) for row in found[:limit])
    return Timeline(rows, cursor_text("timeline", (rows[-1].position,)) if len(found) > limit else "")


def received_rows(subjects: Iterable[str], day: date) -> Query:
    """Return the query of what these persons receive on that day, or will: what is not over."""
    return Query(_RECEIVED, (list(subjects), day, day))


def received(found: Iterable[dict[str, Any]]) -> list[Received]:
    """Return what ``received_rows`` found."""
    return [_received(**row) for row in found]


def _links(asked_for: str, asked: str) -> Query:
    return Query(_LINKS.format(asked=asked_for), (asked, _MOST_LINKS, list(_STAGES)))


def _person(subject: str, rows: Sequence[dict[str, Any]]) -> Person:
    """The newest case in which the person is known by an ID number says what they are called."""
    told = max(rows, key=lambda row: (row["role"] != "temporary", bool(row["id_number"]), rows.index(row)))
    before = dict.fromkeys(row["subject"] for row in rows if row["same_as"])
    return Person(subject, told["name"], told["id_number"], told["born"], tuple(before))


def _case(rows: Sequence[dict[str, Any]]) -> CaseOf:
    first = rows[0]
    return CaseOf(
        case_id=first["case_id"],
        number=first["number"],
        matter=first["matter"],
        received_on=first["received_on"],
        division=first["division"],
        stage=_STAGES.get(first["stood"], "none"),
        links=tuple(Link(row["subject"], row["name"], row["role"], row["relation"]) for row in rows),
    )


def _received(until: date | None, to_month: date | None, **row: Any) -> Received:  # noqa: ANN401  columns of a row
    ends = [day for day in (until, to_month and to_month - _A_DAY) if day]
    return Received(**row, until=min(ends, default=None))
