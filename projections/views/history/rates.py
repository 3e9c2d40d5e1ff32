"""How busy the log is: case events per minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from projections.query import Query

MINUTES = 60
_MOST_EVENTS = 200_000
"""The newest events only: recorded times never decrease, and there is no index on them."""

_RATES = """
SELECT date_trunc('minute', recorded_at) AS minute, count(*) AS events
  FROM history
 WHERE position > (SELECT coalesce(max(position), 0) FROM history) - %s AND recorded_at > %s
 GROUP BY 1 ORDER BY 1
"""


def minute_rows(now: datetime) -> Query:
    """Return the query of the events recorded in each of the last 60 minutes; minutes without any are left out."""
    return Query(_RATES, (_MOST_EVENTS, now - timedelta(minutes=MINUTES)))


def minutes(found: Sequence[dict[str, Any]], now: datetime) -> list[int]:
    """Return the events per minute that ``minute_rows`` found, the oldest minute first, none left out."""
    this_minute = now.replace(second=0, microsecond=0)
    counted = {(this_minute - row["minute"]) // timedelta(minutes=1): int(row["events"]) for row in found}
    return [counted.get(ago, 0) for ago in range(MINUTES - 1, -1, -1)]
