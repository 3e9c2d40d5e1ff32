"""Reading the worklist: filters, two orders, pages by key."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from domain.kernel import Value
from projections.query import Query, cursor_key, cursor_text, starts_with, within
from projections.views.worklist.view import WorklistRow

MOST_ROWS = 200
MOST_COUNTED = 2_000
"""Nobody counts a million cases to draw a page."""

Order = Literal["opened", "due", "number"]
"""``opened``: newest first. ``due``: what must be done first, first; cases with nothing due are left out.

``number``: by case number. Whoever looks for numbers gets them so: newest first would read all that begin alike.
"""


class WorklistFilter(Value):
    """Which cases to show; what is empty or None does not limit.

    ``division``: a code of any length, left-anchored. ``number``, ``name``: how the case number, or the applicant's
    name, begins. ``due_before``: due on that day or earlier.
    """

    matter: str = ""
    division: str = ""
    stage: str = ""
    assignee: str = ""
    number: str = ""
    name: str = ""
    due_before: date | None = None
    archived: bool | None = None


class WorklistPage(Value):
    """Some rows, and the cursor of the next page (empty: this was the last)."""

    rows: tuple[WorklistRow, ...]
    next: str = ""


_COLUMNS = ", ".join(WorklistRow.__struct_fields__)
_NUMBER = 'number COLLATE "C"'
_ORDERS = {
    "opened": ("opened_at DESC, case_id", "opened_at <= %s AND (opened_at < %s OR case_id > %s)", datetime),
    "due": ("due_on, case_id", "due_on >= %s AND (due_on > %s OR case_id > %s)", date),
    "number": (f"{_NUMBER}, case_id", f"{_NUMBER} >= %s AND ({_NUMBER} > %s OR case_id > %s)", str),
}


def order_for(where: WorklistFilter, asked: Order) -> Order:
    """Return the order in which a list asked for comes."""
    return "number" if where.number and asked == "opened" else asked


def worklist_rows(where: WorklistFilter, order: Order = "opened", limit: int = 50, after: str = "") -> Query:
    """Return the query of a page, one row longer than it, to see whether there is more. Raises BadCursor."""
    by, beyond, key_type = _ORDERS[order]
    conditions, params = _conditions(where)
    if order == "due":
        conditions.append("due_on IS NOT NULL")
    if after:
        key, case_id = cursor_key(order, after, (key_type, str))
        conditions.append(beyond)
        params += [key, key, case_id]
    text = f"SELECT {_COLUMNS} FROM worklist WHERE {' AND '.join(conditions) or 'true'} ORDER BY {by} LIMIT %s"  # noqa: S608  (constant parts)
    return Query(text, (*params, min(limit, MOST_ROWS) + 1))


def worklist_page(found: Sequence[dict[str, Any]], order: Order = "opened", limit: int = 50) -> WorklistPage:
    """Return the page of the rows that ``worklist_rows`` with the same order and limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(msgspec.convert(row, WorklistRow) for row in found[:limit])
    if len(found) <= limit:
        return WorklistPage(rows=rows)
    last = rows[-1]
    key = {"opened": last.opened_at, "due": last.due_on, "number": last.number}[order]
    return WorklistPage(rows=rows, next=cursor_text(order, (key, last.case_id)))


def case_by_number(number: str) -> Query:
    """Return the query of the ids of the cases with exactly this number."""
    return Query(f"SELECT case_id FROM worklist WHERE {_NUMBER} = %s ORDER BY case_id LIMIT 2", (number,))  # noqa: S608  (constant parts)


def _conditions(where: WorklistFilter) -> tuple[list[str], list[Any]]:
    """The conditions repeat the expressions of the indexes."""
    limits = {
        "matter = %s": where.matter,
        **(within(where.division) if where.division else {}),
        "stage = %s": where.stage,
        "assignee <> '' AND assignee = %s": where.assignee,
        f"{_NUMBER} LIKE %s": starts_with(where.number) if where.number else "",
        "applicant LIKE %s": starts_with(where.name) if where.name else "",
        "due_on <= %s": where.due_before,
        "archived = %s": where.archived,
    }
    used = {condition: value for condition, value in limits.items() if value not in ("", None)}
    return list(used), list(used.values())


def worklist_tally(where: WorklistFilter, today: date, soon: date) -> Query:
    """Return the query of how many cases fit, and how many of them have something due, overdue, due up to ``soon``.

    Each number is counted up to MOST_COUNTED + 1, which means: more.
    """
    conditions, params = _conditions(where)
    asked: dict[str, tuple[str, tuple[Any, ...], Order]] = {
        "found": ("true", (), "opened"),
        "duties": ("due_on IS NOT NULL", (), "due"),
        "overdue": ("due_on IS NOT NULL AND due_on < %s", (today,), "due"),
        "soon": ("due_on IS NOT NULL AND due_on BETWEEN %s AND %s", (today, soon), "due"),
    }
    # In the order of an index: without one, the first so many are looked for through the whole table.
    counts = ", ".join(
        f"(SELECT count(*) FROM (SELECT FROM worklist WHERE {' AND '.join([*conditions, condition])} "  # noqa: S608  (constant parts)
        f"ORDER BY {_ORDERS[order][0]} LIMIT {MOST_COUNTED + 1}) AS counted) AS {name}"
        for name, (condition, _, order) in asked.items()
    )
    return Query(f"SELECT {counts}", tuple(part for _, own, _ in asked.values() for part in (*params, *own)))
