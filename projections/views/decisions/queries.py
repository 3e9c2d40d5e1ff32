"""Reading decisions: one by one, or how many there were under each grant in a period."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from projections.query import Query, starts_with
from projections.views.decisions.view import DecisionRow

MOST_ROWS = 500

PER_GRANT_AND_QUARTER = Query("""
SELECT grant_id, date_trunc('quarter', decided_on)::date AS since, count(DISTINCT case_id) AS decisions
  FROM decisions GROUP BY 1, 2 ORDER BY 1, 2
""")
"""How many cases were decided under each grant, by the first day of the quarter."""


class DecisionFilter(Value):
    """Which decisions to show; what is empty or None does not limit. ``until``: the first day that is not meant."""

    matter: str = ""
    division: str = ""
    post: str = ""
    grant_id: str = ""
    result: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


def decision_rows(where: DecisionFilter, limit: int = 100) -> Query:
    """Return the query of the newest decisions."""
    limits = {
        "matter = %s": where.matter,
        "division LIKE %s": starts_with(division_prefix(where.division)) if where.division else "",
        "post = %s": where.post,
        "grant_id = %s": where.grant_id,
        "result = %s": where.result,
        "decided_on >= %s": where.since,
        "decided_on < %s": where.until,
        "position < %s": where.before,
    }
    used = {condition: value for condition, value in limits.items() if value not in ("", None)}
    columns = ", ".join(DecisionRow.__struct_fields__)
    text = f"SELECT {columns} FROM decisions WHERE {' AND '.join(used) or 'true'} ORDER BY position DESC LIMIT %s"  # noqa: S608  (constant parts)
    return Query(text, (*used.values(), min(limit, MOST_ROWS)))


def decisions(found: Sequence[dict[str, Any]]) -> list[DecisionRow]:
    """Return the rows that ``decision_rows`` found."""
    return [msgspec.convert(row, DecisionRow) for row in found]
