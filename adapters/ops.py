"""How the house is doing: views and how far they lag, the log and how fast it grows."""

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import Any

from adapters.house import House
from domain.kernel import Value
from projections.registry import VIEWS

CHECKPOINTS = """
SELECT view, max(version) AS version, min(position) AS position, min(recorded_at) AS recorded_at,
       max(moved_at) AS moved_at
  FROM views.checkpoint GROUP BY view ORDER BY view
"""
"""Where each view is: as far as the slowest of its ranges."""
_RECORDED_AT = "SELECT recorded_at FROM log.events WHERE position = %s"


class ViewLag(Value, omit_defaults=False):
    """How far a view is. ``lag``: events not folded yet. ``behind``: seconds from its last event to the log's last.

    ``built``: its tables are there, in the version that this program has.
    """

    view: str
    version: int
    built: bool
    position: int
    lag: int
    behind: int
    recorded_at: datetime | None
    moved_at: datetime | None


class LogGrowth(Value, omit_defaults=False):
    """The end of the log, and how many events it took in the last minute, hour and day."""

    log: str
    position: int
    recorded_at: datetime
    last_minute: int
    last_hour: int
    last_day: int


def view_lags(house: House) -> list[ViewLag]:
    """Return every view of this program. Raises Unavailable."""
    known = {row["view"]: row for row in house.read(CHECKPOINTS)}
    head = house.log.head()
    return [
        _lag(name, view.version, known.get(name, {}), head.position, head.recorded_at) for name, view in VIEWS.items()
    ]


def log_growth(house: House) -> LogGrowth:
    """Return the head and the throughput. Raises Unavailable."""
    head = house.log.head()
    now = house.now()

    def since(span: timedelta) -> int:
        return head.position - _position_before(house, head.position, now - span)

    return LogGrowth(
        log=head.log,
        position=head.position,
        recorded_at=head.recorded_at,
        last_minute=since(timedelta(minutes=1)),
        last_hour=since(timedelta(hours=1)),
        last_day=since(timedelta(days=1)),
    )


def _lag(name: str, version: int, row: dict[str, Any], head: int, at: datetime) -> ViewLag:
    position = row.get("position", 0)
    recorded_at = row.get("recorded_at")
    behind = at - recorded_at if recorded_at and position < head else timedelta()
    return ViewLag(
        view=name,
        version=version,
        built=row.get("version") == version,
        position=position,
        lag=head - position,
        behind=int(behind.total_seconds()),
        recorded_at=recorded_at,
        moved_at=row.get("moved_at"),
    )


def _position_before(house: House, head: int, moment: datetime) -> int:
    """Return the last position recorded before the moment: times never go back along positions, so halving finds it."""

    def at(position: int) -> datetime:
        found: datetime = house.read(_RECORDED_AT, (position,))[0]["recorded_at"]
        return found

    return bisect_left(range(1, head + 1), moment, key=at)
