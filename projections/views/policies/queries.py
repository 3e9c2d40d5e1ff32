"""Reading the policies: all of them, the newest first; a bureau has hundreds, not millions."""

from collections.abc import Sequence
from typing import Any

import msgspec

from projections.query import Query
from projections.views.policies.view import PolicyRow

MOST_ROWS = 500


def policy_rows(stage: str = "") -> Query:
    """Return the query of the policies, all or those in a stage."""
    columns = ", ".join(PolicyRow.__struct_fields__)
    text = (
        f"SELECT {columns} FROM policies WHERE %s IN ('', stage) "  # noqa: S608  (constant parts)
        "ORDER BY drafted_at DESC, policy_id LIMIT %s"
    )
    return Query(text, (stage, MOST_ROWS))


def policies(found: Sequence[dict[str, Any]]) -> list[PolicyRow]:
    """Return the rows that ``policy_rows`` found."""
    return msgspec.convert(found, list[PolicyRow])
