"""Reading the duties: what is due, soon and overdue, page by page; tallies; what the timekeeper has to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from projections.query import Query, cursor_key, cursor_text, within
from projections.views.duties.view import DutyRow

MOST_ROWS = 200

State = Literal["due", "soon", "overdue"]
"""``due``: every clock that runs. ``soon``: its warning has begun. ``overdue``: its due moment has passed."""

By = Literal["post", "organ", "article"]


class DutyFilter(Value):
    """Which duties to show; what is empty does not limit.

    ``division``: where the case lies, left-anchored. ``organ``: the division whose organ owes it. ``holder``: the role
    that owes it. ``post``: who has the case. ``article``: the basis, exactly.
    """

    state: State = "due"
    division: str = ""
    organ: str = ""
    holder: str = ""
    post: str = ""
    article: str = ""
    matter: str = ""


class DutyPage(Value):
    """Some rows, and the cursor of the next page (empty: this was the last)."""

    rows: tuple[DutyRow, ...]
    next: str = ""


class Tally(Value, omit_defaults=False):
    """How many clocks run, are due soon and are overdue, of one post, organ (role and division) or article."""

    name: str
    due: int
    soon: int
    overdue: int
    division: str = ""


_COLUMNS = ", ".join(DutyRow.__struct_fields__)
_BY: dict[By, str] = {"post": "assignee", "organ": "holder", "article": "basis"}


def duty_rows(where: DutyFilter, now: datetime, limit: int = 50, after: str = "") -> Query:
    """Return the query of a page, one row longer than it, to see whether there is more. Raises BadCursor."""
    conditions, params = _conditions(where)
    if where.state == "overdue":
        conditions.append("due_at < %s")
        params.append(now)
    elif where.state == "soon":
        conditions.append("due_at >= %s AND warn_at <= %s")
        params += [now, now]
    if after:
        conditions.append("(due_at, seq) > (%s, %s)")
        params += cursor_key("due", after, (datetime, int))
    text = (
        f"SELECT {_COLUMNS} FROM duties WHERE {' AND '.join(conditions)} "  # noqa: S608  (constant parts)
        "ORDER BY due_at, seq LIMIT %s"
    )
    return Query(text, (*params, min(limit, MOST_ROWS) + 1))


def duty_page(found: Sequence[dict[str, Any]], limit: int = 50) -> DutyPage:
    """Return the page of the rows that ``duty_rows`` with the same limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(msgspec.convert(row, DutyRow) for row in found[:limit])
    if len(found) <= limit:
        return DutyPage(rows=rows)
    last = rows[-1]
    return DutyPage(rows=rows, next=cursor_text("due", (last.due_at, last.seq)))


def duty_tallies(by: By, where: DutyFilter, now: datetime) -> Query:
    """Return the query of the tallies, those with most overdue first. The filter's ``state`` does not limit them."""
    conditions, params = _conditions(where)
    name = _BY[by]
    division = "holder_division" if by == "organ" else "''"
    text = (
        f"SELECT {name} AS name, {division} AS division, count(*) AS due, "  # noqa: S608  (constant parts)
        "count(*) FILTER (WHERE due_at >= %s AND warn_at <= %s) AS soon, "
        "count(*) FILTER (WHERE due_at < %s) AS overdue "
        f"FROM duties WHERE {' AND '.join(conditions)} GROUP BY 1, 2 ORDER BY overdue DESC, soon DESC, 1, 2"
    )
    return Query(text, (now, now, now, *params))


def tallies(found: Sequence[dict[str, Any]]) -> list[Tally]:
    """Return what ``duty_tallies`` found."""
    return [msgspec.convert(row, Tally) for row in found]


def duties_of_case(case_id: str) -> Query:
    """Return the query of all clocks of a case, those that are over too, in the order in which they started."""
    text = f"SELECT {_COLUMNS} FROM duties WHERE case_id = %s ORDER BY started_at, due_at, what"  # noqa: S608  (constant parts)
    return Query(text, (case_id,))


def to_tell(now: datetime, limit: int, after: tuple[datetime, int] | None = None) -> Query:
    """Return the query of the clocks that the timekeeper has to look at by now, in order, after a key of it."""
    beyond = "AND (next_at, seq) > (%s, %s) " if after else ""
    text = (
        f"SELECT case_id, what, due_at, warn_at, warned, marked, breached_at IS NOT NULL AS breached, next_at, seq "  # noqa: S608  (constant parts)
        f"FROM duties WHERE next_at <= %s {beyond}ORDER BY next_at, seq LIMIT %s"
    )
    return Query(text, (now, *(after or ()), limit))


def _conditions(where: DutyFilter) -> tuple[list[str], list[Any]]:
    """Running clocks only. The conditions repeat the expressions of the indexes."""
    limits: list[tuple[str, Any]] = [
        *(within(where.division).items() if where.division else ()),
        *(_of_organ(where.organ) if where.organ else ()),
        ("holder = %s", where.holder),
        ("assignee <> '' AND assignee = %s", where.post),
        ("basis = %s", where.article),
        ("matter = %s", where.matter),
    ]
    used = [(condition, value) for condition, value in limits if value]
    return ["status = 'started'", *(condition for condition, _ in used)], [value for _, value in used]


def _of_organ(organ: str) -> list[tuple[str, str]]:
    return [*within(organ).items(), ("holder_division = %s", division_prefix(organ))]
