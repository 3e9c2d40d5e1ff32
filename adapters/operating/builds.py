"""Views that are being built beside the live ones, and what earlier tries left: how far, how fast, how long still."""

from datetime import datetime
from typing import Any

from adapters.house import House
from adapters.projector.asides import Aside, Purpose, Stage
from domain.kernel import Value

# Built views of past moments are no builds any more: they are kept for whoever asks again.
_BUILDS = """
SELECT id, views, purpose, stage, target, events, started_at, moved_at, fault, owned_events,
       extract(epoch FROM moved_at - owned_at)::float8 AS spent,
       CASE WHEN owner <> '' AND EXISTS (SELECT FROM pg_stat_activity
                                          WHERE application_name = owner AND datname = current_database())
            THEN owner ELSE '' END AS owner
  FROM views.asides WHERE NOT (purpose = 'moment' AND stage = 'ready') ORDER BY started_at
"""


class Build(Value, omit_defaults=False):
    """Views being built, by ``owner``; without one, nobody is at it, and anybody may go on. ``share``: 0 to 1.

    ``rate``: events a second since the owner took it. ``left``: seconds until the events are in, if that can be told;
    keys, comparing and swapping come on top. ``fault``: why the last try ended.
    """

    id: str
    views: tuple[str, ...]
    purpose: Purpose
    stage: Stage
    target: int
    events: int
    share: float
    rate: float
    left: float | None
    owner: str
    started_at: datetime
    moved_at: datetime
    fault: str

    @property
    def running(self) -> bool:
        """Whether a process is at it."""
        return bool(self.owner)


def builds(house: House) -> list[Build]:
    """Return all builds, the oldest first. Raises Unavailable."""
    return [_build(row) for row in house.read(_BUILDS)]


def _build(row: dict[str, Any]) -> Build:
    done, spent = row["events"] - row.pop("owned_events"), row.pop("spent")
    rate = speed(done, spent)
    row["views"] = tuple(row["views"])
    return Build(
        **row,
        share=share(row["stage"], row["events"], row["target"]),
        rate=round(rate, 1),
        left=seconds_left(row["target"] - row["events"], rate) if row["owner"] and row["stage"] == "filling" else None,
    )


def share_of(aside: Aside) -> float:
    """Return how much of an aside is filled, 0 to 1."""
    return share(aside.stage, aside.events, aside.target)


def share(stage: Stage, events: int, target: int) -> float:
    """Return how much is filled, 0 to 1; the last hundredth is for keys, comparing and swapping."""
    if stage == "ready":
        return 1.0
    return round(min(events / max(target, 1), 0.99), 4)


def speed(events: int, seconds: float) -> float:
    """Return events a second; 0 where no time has passed."""
    return events / seconds if seconds > 0 else 0.0


def seconds_left(events: int, rate: float) -> float | None:
    """Return how long the rest takes; None while nothing can be told."""
    return round(max(events, 0) / rate, 1) if rate > 0 else None
