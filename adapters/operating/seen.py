"""What an operator sees: how far views are, what is parked, who folds which range, what is being built.

Times are the database's, in seconds; nothing here holds a value of an event.
"""

from datetime import datetime
from typing import Any

from adapters.house import House
from adapters.operating.builds import Build, builds
from adapters.ops import view_lags
from adapters.projector.tables import lane_of
from domain.kernel import Value
from projections.registry import VIEWS

MOST_PARKED = 1_000
"""Parked events that are listed; all are counted."""

_CASE = "case-"

# A view is stale from when it last moved, or from when the first event that it lacks was recorded, if that was later.
_STANDING = """
SELECT c.view, v.paused, v.swapped_at, v.kept_version, v.kept_position, v.differences, count(*) AS ranges,
       max(CASE WHEN e.position IS NULL THEN 0
                ELSE extract(epoch FROM clock_timestamp() - greatest(c.moved_at, e.recorded_at)) END)::float8 AS stale,
       (SELECT count(*) FROM views.parked AS p WHERE p.view = c.view) AS parked
  FROM views.checkpoint AS c JOIN views.projections AS v USING (view)
  LEFT JOIN log.events AS e ON e.position = c.position + 1
 GROUP BY c.view, v.view
"""
_PARKED = """
SELECT view, position, stream, seq, type, slice, error, place, attempts, parked_at,
       (SELECT count(*) FROM views.parked AS b WHERE b.view = p.view AND b.stream = p.stream
                                                 AND b.position > p.position) AS behind
  FROM views.parked AS p
 WHERE (%(view)s = '' OR view = %(view)s) AND (%(position)s::bigint IS NULL OR position = %(position)s)
   AND (error <> '' OR NOT %(faults)s)
 ORDER BY view, position LIMIT %(most)s
"""
_COUNT_PARKED = "SELECT count(*) AS parked FROM views.parked WHERE %(view)s = '' OR view = %(view)s"
_RANGES = """
SELECT lane, lo, hi, epoch, CASE WHEN expires_at > clock_timestamp() THEN owner ELSE '' END AS owner,
       CASE WHEN owner <> '' THEN extract(epoch FROM clock_timestamp() - taken_at)::float8 END AS age,
       CASE WHEN owner <> '' THEN extract(epoch FROM expires_at - clock_timestamp())::float8 END AS expires,
       (SELECT min(position) FROM views.checkpoint AS c
         WHERE c.lo = l.lo AND c.view = ANY(CASE lane WHEN 'whole' THEN %(whole)s::text[] ELSE %(streams)s END)
       ) AS position
  FROM views.leases AS l ORDER BY lane, lo
"""
_WORKERS = """
SELECT worker, started_at, steps, events, seconds, buckets, last_events, last_seconds, denials, gaps,
       extract(epoch FROM clock_timestamp() - seen_at)::float8 AS seen,
       NOT gone AND seen_at > clock_timestamp() - interval '10 seconds' AS alive
  FROM views.workers ORDER BY alive DESC, started_at
"""


class Projection(Value, omit_defaults=False):
    """How a view stands. ``lag`` in events; ``behind``: seconds from its last event to the log's last.

    ``stale``: seconds since it last moved although there was something to fold; 0 when it is level.
    ``kept_version``, ``kept_position``: what a rollback goes back to. ``differences``: rows that were found wrong
    before the last swap.
    """

    view: str
    version: int
    built: bool
    position: int
    lag: int
    behind: int
    stale: float
    recorded_at: datetime | None
    moved_at: datetime | None
    paused: bool = False
    parked: int = 0
    ranges: int = 0
    owners: tuple[str, ...] = ()
    build: Build | None = None
    swapped_at: datetime | None = None
    differences: int | None = None
    kept_version: int | None = None
    kept_position: int | None = None


class Parked(Value, omit_defaults=False):
    """An event that a view could not digest, or (``error`` empty) that waits behind such a one of its stream.

    ``error``: the class of the fault, ``place``: file and line. ``behind``: events that wait behind this one.
    ``case_id``: the case whose stream it is; empty for any other stream.
    """

    view: str
    position: int
    stream: str
    seq: int
    type: str
    slice: int
    error: str
    place: str
    attempts: int
    parked_at: datetime
    behind: int
    case_id: str


class RangeHeld(Value, omit_defaults=False):
    """A range of slices: ``age`` seconds since its owner took it, ``expires`` seconds until its lease does.

    ``position``: that of its slowest view. No ``owner``: nobody has it, or the lease has run out.
    """

    lane: str
    lo: int
    hi: int
    owner: str
    epoch: int
    age: float | None
    expires: float | None
    position: int | None


class WorkerSeen(Value, omit_defaults=False):
    """What a worker has told of itself. ``seen``: seconds ago. ``buckets``: steps by the time they took."""

    worker: str
    alive: bool
    seen: float
    started_at: datetime
    steps: int
    events: int
    seconds: float
    buckets: tuple[int, ...]
    last_events: int
    last_seconds: float
    denials: int
    gaps: int


def projections(house: House) -> list[Projection]:
    """Return every view of this program. Raises Unavailable."""
    lags, building = view_lags(house), builds(house)
    standing = {row["view"]: row for row in house.read(_STANDING)}
    owners: dict[str, list[str]] = {}
    for each in ranges(house):
        owners.setdefault(each.lane, []).extend([each.owner] if each.owner else [])
    rebuilt = {view: build for build in building if build.purpose == "rebuild" for view in build.views}
    return [
        Projection(
            **{name: getattr(lag, name) for name in lag.__struct_fields__},
            **_known(standing.get(lag.view)),
            owners=tuple(dict.fromkeys(owners.get(lane_of(VIEWS[lag.view]), []))),
            build=rebuilt.get(lag.view),
        )
        for lag in lags
    ]


def _known(row: dict[str, Any] | None) -> dict[str, Any]:
    """Return what is known of a view besides its lag; nothing of one that no projector has met yet."""
    if row is None:
        return {"stale": 0.0}
    return {name: value for name, value in row.items() if name != "view"} | {"stale": round(max(0.0, row["stale"]), 3)}


def parked(
    house: House, view: str = "", position: int | None = None, *, faults: bool = False, most: int = MOST_PARKED
) -> list[Parked]:
    """Return parked events in the order of positions; ``faults``: without those that only wait. Raises Unavailable."""
    asked = {"view": view, "position": position, "faults": faults, "most": most}
    return [Parked(**row, case_id=_case_of(row["stream"])) for row in house.read(_PARKED, asked)]


def _case_of(stream: str) -> str:
    return stream.removeprefix(_CASE) if stream.startswith(_CASE) else ""


def count_parked(house: House, view: str = "") -> int:
    """Return how many events are parked. Raises Unavailable."""
    found: int = house.read(_COUNT_PARKED, {"view": view})[0]["parked"]
    return found


def ranges(house: House) -> list[RangeHeld]:
    """Return every range of both lanes. Raises Unavailable."""
    lanes: dict[str, list[str]] = {"streams": [], "whole": []}
    for view in VIEWS.values():
        lanes[lane_of(view)].append(view.name)
    return [RangeHeld(**row) for row in house.read(_RANGES, lanes)]


def workers(house: House) -> list[WorkerSeen]:
    """Return the workers of the last hour, those that are alive first. Raises Unavailable."""
    return [WorkerSeen(**{**row, "buckets": tuple(row["buckets"])}) for row in house.read(_WORKERS)]
