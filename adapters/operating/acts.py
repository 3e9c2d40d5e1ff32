"""What an operator does to the projections. Each act opens a session of its own, so that any process can do it.

Every act raises Unavailable when the database cannot be reached.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from adapters.postgres.database import Locate
from adapters.projector import asides, poison, splitting, swapping
from adapters.projector.asides import Aside, AsideBusy
from adapters.projector.comparing import LIVE, Compared, Copy
from adapters.projector.filling import Progress
from adapters.projector.folding import ViewFault
from adapters.projector.poison import NotParked, Replayed
from adapters.projector.rebuild import Rebuilt, fault_of, lives, rebuild, verify
from adapters.projector.sessions import session
from adapters.projector.tables import lane_of
from domain.errors import InvalidValue, Refused, Unavailable
from projections.registry import VIEWS
from projections.shape import View
from projections.slices import SLICES, Range

LANES = ("streams", "whole")
_PAUSE = "UPDATE views.projections SET paused = %s WHERE view = %s"
_STREAM = "SELECT stream FROM views.parked WHERE view = %s AND position = %s"
_ALIVE = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s AND datname = current_database())"
_OWNER = "SELECT owner FROM views.asides WHERE id = %s"


class UnknownView(Refused):
    """There is no view of that name."""

    code = "UNKNOWN_VIEW"
    zh = "没有此视图"
    en = "There is no such view"


class NotBuilt(Refused):
    """The view does not live in the version that this program has: no projector of it has run yet."""

    code = "VIEW_NOT_BUILT"
    zh = "视图尚未以本程序的版本建立，请先运行 anjuan project"
    en = "The view is not built in this program's version yet: run anjuan project"


class NothingBuilding(Refused):
    """No rebuild of the view is under way, and none was left."""

    code = "NOTHING_BUILDING"
    zh = "没有进行中或未完成的重建"
    en = "No rebuild is under way, and none was left unfinished"


class StillFails(Refused):
    """A parked event still cannot be digested. The detail has class and place, never a value."""

    code = "STILL_FAILS"
    zh = "事件仍无法处理，继续挂起"
    en = "The event still cannot be digested: it stays parked"


def view_named(name: str) -> View:
    """Return the view. Raises UnknownView."""
    if name not in VIEWS:
        raise UnknownView
    return VIEWS[name]


def views_named(names: Iterable[str]) -> list[View]:
    """Return the views in the order of the registry; none named are all. Raises UnknownView."""
    wanted = {view_named(name).name for name in names}
    return [view for view in VIEWS.values() if not wanted or view.name in wanted]


def by_lane(views: Iterable[View]) -> list[list[View]]:
    """Return the views that are built together, those of a lane in one aside."""
    listed = list(views)
    lanes = ([view for view in listed if lane_of(view) == lane] for lane in LANES)
    return [lane for lane in lanes if lane]


@contextmanager
def _opened(locate: Locate) -> "Iterator[tuple[Connection[Any], str]]":
    """Give a session of the projector; a server that cannot be reached is Unavailable."""
    try:
        with session(locate) as opened:
            yield opened
    except psycopg.OperationalError as error:
        raise Unavailable(type(error).__name__) from error


def check_idle(locate: Locate, name: str) -> View:
    """Return the view, unless a process that is alive rebuilds it. Raises UnknownView, AsideBusy."""
    view = view_named(name)
    with _opened(locate) as (connection, _):
        _require_idle(connection, [view])
    return view


def pause(locate: Locate, name: str, *, paused: bool) -> None:
    """Let a view rest where it is, or go on. Raises UnknownView, NotBuilt."""
    view = view_named(name)
    with _opened(locate) as (connection, _):
        if connection.execute(_PAUSE, (paused, view.name)).rowcount != 1:
            raise NotBuilt(view.name)


def replay(locate: Locate, name: str, stream: str) -> Replayed:
    """Fold what is parked of a stream. Raises UnknownView, NotParked, StillFails."""
    return _replay(locate, name, lambda _: (stream, None))


def replay_event(locate: Locate, name: str, position: int) -> Replayed:
    """Fold one parked event, the first of its stream. Raises as ``replay``."""

    def found(connection: "Connection[Any]") -> tuple[str, int]:
        rows = connection.execute(_STREAM, (name, position)).fetchall()
        if not rows:
            raise NotParked(f"{name} {position}")
        return rows[0][0], position

    return _replay(locate, name, found)


def _replay(locate: Locate, name: str, find: "Callable[[Connection[Any]], tuple[str, int | None]]") -> Replayed:
    view = view_named(name)
    with _opened(locate) as (connection, _):
        done = poison.replay(connection, view, *find(connection))
    if done.fault is not None:
        raise StillFails(f"{' '.join(done.fault)}; folded {done.folded}, left {done.left}")
    return done


def rebuild_views(
    locate: Locate, views: Sequence[View], progress: Progress = lambda _: None, *, anew: bool = False
) -> Rebuilt:
    """Build the views of one lane beside and swap them in; ``anew``: without what an earlier try left.

    Raises AsideBusy, AsideLost, ViewFault, LogBroken, SwapBlocked; the live views are untouched then.
    """
    with _opened(locate) as (connection, owner):
        _require_idle(connection, views)
        for left in _rebuilds_of(connection, views) if anew else ():
            asides.abort(connection, left, owner)
        return rebuild(connection, views, owner, progress)


def _require_idle(connection: "Connection[Any]", views: Sequence[View]) -> None:
    """Raise AsideBusy while a process that is alive rebuilds one of the views."""
    for aside in _rebuilds_of(connection, views):
        owner = connection.execute(_OWNER, (aside.id,)).fetchall()
        if owner and owner[0][0] and connection.execute(_ALIVE, (owner[0][0],)).fetchall()[0][0]:
            raise AsideBusy(", ".join(aside.views))


def abort(locate: Locate, views: Sequence[View]) -> list[Aside]:
    """Drop unfinished rebuilds of any of the views, also while another process is at it; return them.

    Raises NothingBuilding, AsideBusy when the other process does not let go.
    """
    with _opened(locate) as (connection, owner):
        dropped = [each for each in _rebuilds_of(connection, views) if asides.abort(connection, each, owner)]
    if not dropped:
        raise NothingBuilding(", ".join(view.name for view in views))
    return dropped


def _rebuilds_of(connection: "Connection[Any]", views: Sequence[View]) -> list[Aside]:
    names = {view.name for view in views}
    found = asides.all_asides(connection)
    return [aside for aside in found if aside.purpose == "rebuild" and not names.isdisjoint(aside.views)]


def roll_back(locate: Locate, name: str) -> int:
    """Go back to the tables of before the last swap; return their position. Raises NothingKept, SwapBlocked."""
    view = view_named(name)
    with _opened(locate) as (connection, _):
        if not lives(connection, view):
            raise NotBuilt(view.name)
        return swapping.roll_back(connection, view)


def verify_views(
    locate: Locate, views: Sequence[View], progress: Progress = lambda _: None, copy: Copy = LIVE
) -> list[Compared]:
    """Compute the views of one lane beside and compare them with the live ones, or a copy, row by row.

    A view that cannot be computed is told with its fault; the others are compared all the same.
    Raises NotBuilt, LogBroken.
    """
    left, faults = list(views), list[Compared]()
    with _opened(locate) as (connection, owner):
        for view in views:
            if not lives(connection, view, copy):
                raise NotBuilt(view.name)
        while left:
            try:
                return [*verify(connection, left, owner, progress, copy), *faults]
            except ViewFault as fault:
                left.remove(fault.view)
                faults.append(_unverified(connection, fault, copy))
    return faults


def _unverified(connection: "Connection[Any]", fault: ViewFault, copy: Copy) -> Compared:
    name = fault.view.name
    parked = connection.execute(copy.parked.encode(), (name,)).fetchall()[0][0]
    return Compared(view=name, position=0, rows=0, differences=0, parked=parked, fault=fault_of(fault))


def split(locate: Locate, lane: str, slices: tuple[int, int]) -> tuple[Range, Range]:
    """Make two ranges of one. Raises CannotSplit, InvalidValue."""
    with _opened(locate) as (connection, _):
        return splitting.split(connection, list(VIEWS.values()), _lane(lane), _range(*slices))


def merge(locate: Locate, lane: str, slices: tuple[int, int, int]) -> Range:
    """Make one range of two neighbours that meet in the middle. Raises CannotSplit, RANGES_APART, InvalidValue."""
    low, middle, high = slices
    both = _range(low, middle), _range(middle, high)
    with _opened(locate) as (connection, _):
        return splitting.merge(connection, list(VIEWS.values()), _lane(lane), *both)


def _lane(name: str) -> str:
    if name not in LANES:
        raise InvalidValue("lane")
    return name


def _range(lo: int, hi: int) -> Range:
    if not 0 <= lo < hi <= SLICES:
        raise InvalidValue("slices")
    return Range(lo, hi)
