"""How far every range of every view is, and moving that on by compare-and-set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection

from projections.shape import View
from projections.slices import Range

_STANDING = """
SELECT c.view, c.position, EXISTS (SELECT FROM views.parked AS p WHERE p.view = c.view) AS has_parked
  FROM views.checkpoint AS c JOIN views.projections AS v USING (view)
  JOIN unnest(%s::text[], %s::int4[]) AS wanted (view, version) USING (view, version)
 WHERE c.lo = %s AND c.hi = %s AND NOT v.paused
"""
# The rows are locked in one order: of two that move the same checkpoints, one waits, and finds them moved.
_MOVE = """
WITH held AS (
    SELECT c.view, c.lo FROM views.checkpoint AS c
      JOIN unnest(%s::text[], %s::int4[]) AS wanted (view, version) USING (view, version)
     WHERE c.lo = %s AND c.position = %s ORDER BY c.view FOR UPDATE OF c
)
UPDATE views.checkpoint AS c
   SET position = %s, recorded_at = coalesce(%s, c.recorded_at), moved_at = clock_timestamp()
  FROM held WHERE c.view = held.view AND c.lo = held.lo
"""


class CheckpointMoved(Exception):
    """Somebody else has moved the checkpoint: the transaction must not commit."""


class Standing(NamedTuple):
    """Where a view is in a range, and whether any event of the view is parked."""

    position: int
    has_parked: bool


class Move(NamedTuple):
    """From where to where checkpoints go, and when the last event before it was recorded."""

    before: int
    after: int
    recorded_at: datetime | None


def standing(connection: "Connection[Any]", views: Sequence[View], slices: Range) -> dict[str, Standing]:
    """Return where the views are, without those that are paused or live in another version."""
    names, versions = [view.name for view in views], [view.version for view in views]
    rows = connection.execute(_STANDING, (names, versions, slices.lo, slices.hi)).fetchall()
    return {view: Standing(position, has_parked) for view, position, has_parked in rows}


def move(connection: "Connection[Any]", views: Sequence[View], slices: Range, step: Move) -> None:
    """Move the checkpoints of views that stand at the same place. Raises CheckpointMoved.

    Their rows stay locked until the transaction ends: nobody else gets further than here.
    """
    names, versions = [view.name for view in views], [view.version for view in views]
    where = (names, versions, slices.lo, step.before, step.after, step.recorded_at)
    if connection.execute(_MOVE, where).rowcount != len(views):
        raise CheckpointMoved(", ".join(names))
