"""Swapping tables in one transaction: what was aside becomes live, what was live is kept for going back."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql

from adapters.projector.asides import Aside, AsideLost
from adapters.projector.checkpoints import Move
from adapters.projector.comparing import ranges
from adapters.projector.filling import fold_up_to
from adapters.projector.splitting import bring_to
from adapters.projector.tables import LOCK, checkpoints_at
from domain.errors import Refused
from projections.shape import View

NEAR = 2_000
"""So many events may be left when a swap begins: they are folded while the live views stand still."""

_TRIES = 20
_HEAD = "SELECT position FROM log.head"
_LOCK_ROWS = "SELECT version, position FROM views.checkpoint WHERE view = %s ORDER BY lo FOR UPDATE"
_PARKED = "SELECT EXISTS (SELECT FROM views.parked WHERE view = %s)"
_TABLES = "SELECT tables FROM views.projections WHERE view = %s"
_EXISTING = "SELECT tablename FROM pg_tables WHERE schemaname = 'views' AND tablename = ANY(%s)"
_ENTER = "INSERT INTO views.projections (view) VALUES (%s) ON CONFLICT DO NOTHING"
_SWAPPED = """
UPDATE views.projections SET tables = %s, swapped_at = clock_timestamp(), kept_schema = %s, kept_tables = %s,
       kept_version = %s, kept_position = %s
 WHERE view = %s
"""
_DONE = "DELETE FROM views.asides WHERE id = %s AND owner = %s"
_KEPT = "SELECT kept_schema, kept_tables, kept_version, kept_position FROM views.projections WHERE view = %s"


class SwapBlocked(Refused):
    """Somebody reads the views for too long."""

    code = "SWAP_BLOCKED"
    zh = "视图正被长时间读取，未能切换；已建部分保留，请稍后再试"
    en = "The views are being read for too long to be swapped; what was built is kept: try again later"


class NothingKept(Refused):
    """There is nothing to go back to."""

    code = "NOTHING_KEPT"
    zh = "没有可回退的旧视图"
    en = "No earlier tables of this view are kept"


def head_of(connection: "Connection[Any]") -> int:
    """Return the log's last position."""
    position: int = connection.execute(_HEAD).fetchall()[0][0]
    return position


def swap(connection: "Connection[Any]", aside: Aside) -> int:
    """Put the aside's tables in the place of the live ones; return their position. Raises SwapBlocked."""
    return _patiently(connection, aside.shapes(), lambda: _swap(connection, aside))


def roll_back(connection: "Connection[Any]", view: View) -> int:
    """Put the tables of before the last swap back; return their position. Raises NothingKept, SwapBlocked."""
    return _patiently(connection, [view], lambda: _roll_back(connection, view))


def _patiently(connection: "Connection[Any]", views: Sequence[View], work: Callable[[], int]) -> int:
    """Try for a while: readers are waited for shortly each time, since everybody else waits behind us meanwhile."""
    for _ in range(_TRIES):
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '1s'")
                connection.execute("SET LOCAL synchronous_commit = on")  # an operator is told that it is done
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                return work()
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            time.sleep(0.2)
    raise SwapBlocked(", ".join(view.name for view in views))


def _swap(connection: "Connection[Any]", aside: Aside) -> int:
    """The rows of the checkpoints are locked first: from then on no worker writes to the live tables."""
    views = sorted(aside.shapes(), key=lambda view: view.name)
    before = {view.name: connection.execute(_LOCK_ROWS, (view.name,)).fetchall() for view in views}
    position = head_of(connection)
    fold_up_to(connection, aside, position)
    for view in views:
        connection.execute(_ENTER, (view.name,))
        _put_in_place(connection, aside, view, before[view.name])
        checkpoints_at(connection, view, view.version, position)
        connection.execute("DELETE FROM views.parked WHERE view = %s", (view.name,))
    if connection.execute(_DONE, (aside.id, aside.owner)).rowcount != 1:
        raise AsideLost(", ".join(aside.views))
    connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(aside.schema)))
    return position


def _put_in_place(connection: "Connection[Any]", aside: Aside, view: View, before: Sequence[tuple[int, int]]) -> None:
    schema, live = f"kept_{view.name}", _live_tables(connection, view)
    level = _level(connection, view, before)
    _fresh_schema(connection, schema)
    for table in live:
        _to_schema(connection, "views", table, schema)
    for name in (table.name for table in view.tables):
        _to_schema(connection, aside.schema, name, "views")
    if level is None:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
    kept = (schema, live, *level) if level else ("", [], None, None)
    connection.execute(_SWAPPED, ([table.name for table in view.tables], *kept, view.name))


def _level(connection: "Connection[Any]", view: View, before: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return version and position of the live tables once all their ranges are level; None: they cannot be kept.

    What lacks parked events, or would take long to level, is no state to go back to.
    """
    if not before or connection.execute(_PARKED, (view.name,)).fetchall()[0][0]:
        return None
    version, highest = before[0][0], max(position for _, position in before)
    if version == view.version and all(highest - position <= NEAR for _, position in before):
        for each in ranges(connection, view):
            bring_to(connection, view, each.slices, Move(each.position, highest, None))
        return version, highest
    return (version, highest) if all(position == highest for _, position in before) else None


def _roll_back(connection: "Connection[Any]", view: View) -> int:
    connection.execute(_LOCK_ROWS, (view.name,))
    schema, tables, version, position = connection.execute(_KEPT, (view.name,)).fetchall()[0]
    if not schema:
        raise NothingKept(view.name)
    for table in _live_tables(connection, view):
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("views", table)))
    for table in tables:
        _to_schema(connection, schema, table, "views")
    connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(schema)))
    checkpoints_at(connection, view, version, position)
    connection.execute("DELETE FROM views.parked WHERE view = %s", (view.name,))
    connection.execute(_SWAPPED, (tables, "", [], None, None, view.name))
    return int(position)


def _live_tables(connection: "Connection[Any]", view: View) -> list[str]:
    """Return the names of the live tables, none for a new view. Homes of before kept no names."""
    rows = connection.execute(_TABLES, (view.name,)).fetchall()
    names = list(rows[0][0]) if rows and rows[0][0] else [table.name for table in view.tables]
    return [name for (name,) in connection.execute(_EXISTING, (names,)).fetchall()]


def _fresh_schema(connection: "Connection[Any]", schema: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    connection.execute("SELECT views.make_schema(%s)", (schema,))


def _to_schema(connection: "Connection[Any]", schema: str, table: str, other: str) -> None:
    statement = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
    connection.execute(statement.format(sql.Identifier(schema, table), sql.Identifier(other)))
