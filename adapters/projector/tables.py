"""The tables of views: made where they are missing, never dropped while somebody reads them."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection

from projections.shape import View

LOCK = 4711320902
"""Advisory lock of a transaction that makes, swaps or splits: one at a time."""
_KNOWN = "SELECT view, max(version) FROM views.checkpoint GROUP BY view"
_CHECKPOINT = """
INSERT INTO views.checkpoint (view, version, position, lo, hi)
SELECT %s, %s, %s, lo, hi FROM views.leases WHERE lane = %s
"""
_RECORDED = """
UPDATE views.checkpoint SET recorded_at = (SELECT recorded_at FROM log.events WHERE log.events.position = %s)
 WHERE view = %s
"""


SHORT_LOG = 20_000
"""Up to so many events, a new view is made empty and folded by the workers, like all others."""


class NewerView(Exception):
    """A newer program has made this view: an older one must not touch its tables."""


def lane_of(view: View) -> str:
    """Return the lane that the view is folded in: by slices of streams, or as a whole."""
    return "streams" if view.by_stream else "whole"


def prepare_views(connection: "Connection[Any]", views: Iterable[View], short: int = SHORT_LOG) -> list[View]:
    """Make the tables of views that have none; return the views that are to be built aside. Raises NewerView.

    Those live in an older version; or they are new, and the log has more than ``short`` events, so that nobody should
    see them half built.
    """
    all_views = list(views)
    head: int = connection.execute("SELECT position FROM log.head").fetchall()[0][0]
    if head > short or not _missing(connection, all_views):
        return outdated(connection, all_views)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        for view in _missing(connection, all_views):
            connection.execute(view.schema().encode())
            checkpoints_at(connection, view, view.version, 0)
            names = [table.name for table in view.tables]
            connection.execute("INSERT INTO views.projections (view, tables) VALUES (%s, %s)", (view.name, names))
    return outdated(connection, all_views)


def checkpoints_at(connection: "Connection[Any]", view: View, version: int, position: int) -> None:
    """Set where the view is: the same in all ranges of its lane."""
    connection.execute("DELETE FROM views.checkpoint WHERE view = %s", (view.name,))
    connection.execute(_CHECKPOINT, (view.name, version, position, lane_of(view)))
    connection.execute(_RECORDED, (position, view.name))


def outdated(connection: "Connection[Any]", views: Sequence[View]) -> list[View]:
    """Return the views that live in an older version, or not at all. Raises NewerView."""
    known = _known(connection)
    for view in views:
        if known.get(view.name, 0) > view.version:
            raise NewerView(view.name)
    return [view for view in views if known.get(view.name, 0) < view.version]


def _missing(connection: "Connection[Any]", views: Sequence[View]) -> list[View]:
    known = _known(connection)
    return [view for view in views if view.name not in known]


def _known(connection: "Connection[Any]") -> dict[str, int]:
    return {name: version for name, version in connection.execute(_KNOWN).fetchall()}  # noqa: C416  rows are no pairs
