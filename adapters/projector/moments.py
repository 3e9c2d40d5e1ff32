"""Views as of a past position or recorded time: built aside once, kept for whoever asks again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection

from adapters.projector import asides
from adapters.projector.asides import Aside
from adapters.projector.filling import Progress, fill
from domain.errors import Refused
from projections.registry import VIEWS
from projections.shape import View

MOST_KEPT = 12
"""Views of past moments that are kept; the one that nobody has asked for the longest goes first."""

_POSITION = "SELECT recorded_at FROM log.events WHERE position = %s"
_HEAD = "SELECT position, recorded_at FROM log.head"
# Behind every append that is under way (migration 0002): what is recorded later, has a later time.
_AFTER_APPENDS = "SELECT pg_advisory_xact_lock_shared(4711320900)"
_PASSED = "SELECT clock_timestamp() > %s"
_ONE_MAKES = "SELECT pg_advisory_xact_lock(4711320903)"
_USED = """
UPDATE views.asides SET used_at = clock_timestamp()
 WHERE purpose = 'moment' AND views = %s AND versions = %s::int4[] AND target = %s
"""
_READER = 4711320
"""First key of the advisory locks that readers of an aside hold; the second is a hash of its id."""
_READY = f"""
SELECT id, pg_advisory_xact_lock_shared({_READER}, hashtext(id)) FROM (
    SELECT DISTINCT ON (views) id FROM views.asides
      JOIN unnest(%s::text[], %s::int4[]) AS wanted (view, version)
        ON views = ARRAY[view] AND versions = ARRAY[version]
     WHERE purpose = 'moment' AND stage = 'ready' AND target = %s
     ORDER BY views, started_at
) AS kept
"""  # noqa: S608  (a number of ours)
# Asked anew, in a snapshot after the locks: what was being dropped when we came is gone now.
_ENTER = """
SELECT count(*), set_config('search_path', coalesce(string_agg(quote_ident('aside_' || id), ', '), 'pg_catalog'), true)
  FROM views.asides WHERE id = ANY(%s)
"""
_UNREAD = f"SELECT pg_try_advisory_xact_lock({_READER}, hashtext(%s))"
# Those that too many others were asked for after; those that somebody began long ago and has left.
_SURPLUS = """
(SELECT id FROM views.asides WHERE purpose = 'moment' AND stage = 'ready' ORDER BY used_at DESC OFFSET %s)
UNION ALL
SELECT id FROM views.asides
 WHERE purpose = 'moment' AND stage <> 'ready' AND moved_at < clock_timestamp() - interval '1 hour'
   AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = owner AND datname = current_database())
"""


class NotYet(Refused):
    """The moment lies in the future, or beyond the log."""

    code = "NOT_YET"
    zh = "该时刻尚未到来，或超出日志"
    en = "That moment has not come yet, or lies beyond the log"


def position_at(connection: "Connection[Any]", moment: datetime) -> int:
    """Return the last position that was recorded by the moment, 0 for none. Recorded times never decrease.

    The answer never changes: a moment that has not passed is refused, and an append that could still get an earlier
    time is waited for. Raises NotYet, psycopg.errors.LockNotAvailable.
    """
    high, recorded_at = connection.execute(_HEAD).fetchall()[0]
    if recorded_at <= moment:
        return _all_of(connection, moment)
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        recorded_at = connection.execute(_POSITION, (middle,)).fetchall()[0][0]
        low, high = (middle, high) if recorded_at <= moment else (low, middle - 1)
    return low


def _all_of(connection: "Connection[Any]", moment: datetime) -> int:
    """Return the last position of all, once nothing can be recorded at or before the moment any more."""
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'")
        connection.execute(_AFTER_APPENDS)
        if not connection.execute(_PASSED, (moment,)).fetchall()[0][0]:
            raise NotYet(moment.isoformat())
        head, recorded_at = connection.execute(_HEAD).fetchall()[0]
    return head if recorded_at <= moment else position_at(connection, moment)


def require_reached(connection: "Connection[Any]", position: int) -> None:
    """Raise NotYet for a position beyond the log."""
    if position > connection.execute(_HEAD).fetchall()[0][0]:
        raise NotYet(str(position))


def built(connection: "Connection[Any]", views: Sequence[View], position: int) -> Aside | None:
    """Return the views at that position if they are kept or being built."""
    return asides.find(connection, "moment", views, position)


def percent(connection: "Connection[Any]", views: Sequence[View], position: int) -> int:
    """Return how much of them is built: 0, while nobody has begun, to 99."""
    found = built(connection, views, position)
    if found is None:
        return 0
    return min(100 * found.events // max(found.target, 1), 99) if found.stage == "filling" else 99


def build(
    connection: "Connection[Any]", views: Sequence[View], position: int, owner: str, progress: Progress = lambda _: None
) -> Aside:
    """Return the views at that position, building them if need be. Raises NotYet, AsideBusy, ViewFault, LogBroken."""
    require_reached(connection, position)
    aside = _found_or_made(connection, views, position)
    if aside.stage != "ready":
        aside = asides.own(connection, aside, owner)
        try:
            if aside.stage != "ready":  # another process may have built it while we came
                aside = fill(connection, aside, progress)
        finally:
            if not connection.closed:
                asides.disown(connection, aside)
    used(connection, views, position)
    forget_some(connection)
    return aside


def _found_or_made(connection: "Connection[Any]", views: Sequence[View], position: int) -> Aside:
    """Two processes that ask for the same at once build it once."""
    with connection.transaction():
        connection.execute(_ONE_MAKES)
        return built(connection, views, position) or asides.make(connection, "moment", views, position)


def used(connection: "Connection[Any]", views: Sequence[View], position: int) -> None:
    """Note that somebody has asked for it."""
    connection.execute(_USED, ([view.name for view in views], [view.version for view in views], position))


def enter(connection: "Connection[Any]", views: Sequence[View], position: int) -> bool:
    """Let the transaction read these views, each built by itself, as of the position; False where one is not there.

    Until the transaction ends nobody drops them. Tables named without a schema are theirs, and none of the live ones.
    """
    asked = [view.name for view in views], [view.version for view in views], position
    ids = [ident for ident, _ in connection.execute(_READY.encode(), asked).fetchall()]
    return len(ids) == len(views) and connection.execute(_ENTER, (ids,)).fetchall()[0][0] == len(views)


def forget_some(connection: "Connection[Any]") -> None:
    """Drop what is too much, or of an older version; what is being read stays until the next time."""
    surplus = {row[0] for row in connection.execute(_SURPLUS, (MOST_KEPT,)).fetchall()}
    for aside in asides.all_asides(connection):
        if aside.purpose == "moment" and (aside.id in surplus or _is_old(aside)):
            _drop_unread(connection, aside)


def _is_old(aside: Aside) -> bool:
    """Tell whether it is of an older program. What a newer one has built is not ours to drop."""
    known = {name: view.version for name, view in VIEWS.items()}
    return any(version < known.get(name, 0) for name, version in zip(aside.views, aside.versions, strict=True))


def _drop_unread(connection: "Connection[Any]", aside: Aside) -> None:
    """Drop it unless somebody reads it, by this program or by hand."""
    try:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '1s'")
            if connection.execute(_UNREAD.encode(), (aside.id,)).fetchall()[0][0]:
                asides.drop(connection, aside)
    except psycopg.errors.LockNotAvailable:
        return
