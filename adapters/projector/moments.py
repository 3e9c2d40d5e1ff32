"""Views as of a past position or recorded time: built aside once, kept for whoever asks again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from adapters.projector import asides
from adapters.projector.asides import Aside
from adapters.projector.filling import Progress, fill
from domain.errors import Refused
from projections.shape import View

MOST_KEPT = 12
"""Views of past moments that are kept; the one that nobody has asked for the longest goes first."""

_POSITION = "SELECT recorded_at FROM log.events WHERE position = %s"
_HEAD = "SELECT position, recorded_at FROM log.head"
_USED = "UPDATE views.asides SET used_at = clock_timestamp() WHERE id = %s"
_TOO_MANY = """
SELECT id FROM views.asides WHERE purpose = 'moment' AND stage = 'ready' ORDER BY used_at DESC OFFSET %s
"""


class NotYet(Refused):
    """The moment lies in the future, or beyond the log."""

    code = "NOT_YET"
    zh = "该时刻尚未到来，或超出日志"
    en = "That moment has not come yet, or lies beyond the log"


def position_at(connection: "Connection[Any]", moment: datetime) -> int:
    """Return the last position that was recorded by the moment, 0 for none. Recorded times never decrease."""
    head: int = connection.execute(_HEAD).fetchall()[0][0]
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        recorded_at = connection.execute(_POSITION, (middle,)).fetchall()[0][0]
        low, high = (middle, high) if recorded_at <= moment else (low, middle - 1)
    return low


def built(connection: "Connection[Any]", views: Sequence[View], position: int) -> Aside | None:
    """Return the views at that position if they are kept or being built."""
    return asides.find(connection, "moment", views, position)


def build(
    connection: "Connection[Any]", views: Sequence[View], position: int, owner: str, progress: Progress = lambda _: None
) -> Aside:
    """Return the views at that position, building them if need be. Raises NotYet, AsideBusy, ViewFault, LogBroken."""
    if position > connection.execute(_HEAD).fetchall()[0][0]:
        raise NotYet(str(position))
    aside = built(connection, views, position) or asides.make(connection, "moment", views, position)
    if aside.stage != "ready":
        aside = asides.own(connection, aside, owner)
        try:
            aside = fill(connection, aside, progress)
        finally:
            if not connection.closed:
                asides.disown(connection, aside)
    connection.execute(_USED, (aside.id,))
    _forget_some(connection)
    return aside


def _forget_some(connection: "Connection[Any]") -> None:
    surplus = {row[0] for row in connection.execute(_TOO_MANY, (MOST_KEPT,)).fetchall()}
    for aside in asides.all_asides(connection):
        if aside.id in surplus:
            asides.drop(connection, aside)
