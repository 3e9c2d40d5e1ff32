"""Reading what was done lately, over all cases. The history of one case is replayed from the log instead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.kernel import Value
from projections.query import Query

MOST_LINES = 200

_COLUMNS = "position, case_id, seq, type, occurred_at, recorded_at, actor, post, organ, power, rule"


class HistoryLine(Value):
    """Who did what, when, under which power and rule; without what the event says."""

    position: int
    case_id: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    post: str
    organ: str
    power: str
    rule: str


def latest_lines(limit: int = 50, before: int | None = None, post: str = "") -> Query:
    """Return the query of the newest events, newest first; ``before``: a position to go on from."""
    limits = {"position < %s": before, "post = %s": post or None}
    used = {condition: value for condition, value in limits.items() if value is not None}
    where = " AND ".join(used) or "true"
    text = f"SELECT {_COLUMNS} FROM views.history WHERE {where} ORDER BY position DESC LIMIT %s"  # noqa: S608  (constant parts)
    return Query(text, (*used.values(), min(limit, MOST_LINES)))


def history_lines(found: Sequence[dict[str, Any]]) -> list[HistoryLine]:
    """Return the lines that ``latest_lines`` found."""
    return msgspec.convert(found, list[HistoryLine])
