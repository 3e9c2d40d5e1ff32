"""Reading denials: newest first, pages by position."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from projections.query import Query, starts_with
from projections.views.denials.view import DenialRow

MOST_ROWS = 500


class DenialFilter(Value):
    """Which denials to show; what is empty or None does not limit.

    ``division``: a code of any length, left-anchored. ``since`` and ``until``: when the act happened, the end not
    included. ``before``: only those at a lower position, to go on behind a page.
    """

    division: str = ""
    post: str = ""
    code: str = ""
    matter: str = ""
    case_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def denial_rows(where: DenialFilter, limit: int = 100) -> Query:
    """Return the query of the newest denials."""
    limits = {
        "division LIKE %s": starts_with(division_prefix(where.division)) if where.division else "",
        "post = %s": where.post,
        "code = %s": where.code,
        "matter = %s": where.matter,
        "case_id = %s": where.case_id,
        "occurred_at >= %s": where.since,
        "occurred_at < %s": where.until,
        "position < %s": where.before,
    }
    used = {condition: value for condition, value in limits.items() if value not in ("", None)}
    columns = ", ".join(DenialRow.__struct_fields__)
    text = f"SELECT {columns} FROM denials WHERE {' AND '.join(used) or 'true'} ORDER BY position DESC LIMIT %s"  # noqa: S608  (constant parts)
    return Query(text, (*used.values(), min(limit, MOST_ROWS)))


def denials(found: Sequence[dict[str, Any]]) -> list[DenialRow]:
    """Return the rows that ``denial_rows`` found."""
    return [msgspec.convert(row, DenialRow) for row in found]
