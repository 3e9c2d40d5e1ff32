"""Rebuilding beside: filled aside while the live view goes on, compared, and swapped in by one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection

from adapters.projector import asides
from adapters.projector.asides import Aside, AsideBusy
from adapters.projector.comparing import LIVE, Compared, Copy, compare, ranges
from adapters.projector.filling import Progress, fill, fold_up_to
from adapters.projector.folding import ViewFault
from adapters.projector.poison import told
from adapters.projector.swapping import NEAR, head_of, swap
from adapters.projector.tables import LOCK
from domain.errors import Refused
from projections.shape import View

_COMPARABLE = 50_000
"""A live view that is further behind is not compared: folding by positions is slower than filling by streams."""
_FOUND = "UPDATE views.projections SET differences = %s WHERE view = %s"


class Rebuilt(NamedTuple):
    """What was compared before the swap (nothing, where the version is new), and the position of what is live now."""

    compared: list[Compared]
    position: int


def rebuild(
    connection: "Connection[Any]", views: Sequence[View], owner: str, progress: Progress = lambda _: None
) -> Rebuilt:
    """Build the views anew beside the live ones and swap them in; goes on with what an earlier try left.

    Raises AsideBusy, ViewFault (a rebuild parks nothing), LogBroken, SwapBlocked; the live views are untouched then.
    """
    alive = all(lives(connection, view) for view in views)
    aside = _begin(connection, views, owner, _target(connection, views) if alive else head_of(connection))
    with _told_of(connection, aside):
        aside = fill(connection, aside, progress)
        compared: list[Compared] = []
        if alive and aside.position <= _least(connection, views):
            aside = fold_up_to(connection, aside, _least(connection, views), progress)
            compared = compare(connection, aside)
        aside = _catch_up(connection, aside, progress)
        position = swap(connection, aside)
    _keep_found(connection, views, compared)
    return Rebuilt(compared, position)


def _begin(connection: "Connection[Any]", views: Sequence[View], owner: str, target: int) -> Aside:
    """Own what an earlier try left, or make it; of two processes that begin at once, one finds the other at it."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        left = asides.find(connection, "rebuild", views, None)
        return asides.own(connection, left or asides.make(connection, "rebuild", views, target), owner)


@contextmanager
def _told_of(connection: "Connection[Any]", aside: Aside) -> Iterator[None]:
    """Give the aside up when it fails, with the reason in its row. Raises AsideLost when somebody aborted it."""
    try:
        yield
    except BaseException as error:
        if not connection.closed:
            if isinstance(error, psycopg.Error | ViewFault):  # whoever aborts cancels what we are at, drops the tables
                asides.require_owned(connection, aside)
            asides.disown(connection, aside, fault_of(error))
        raise


def _keep_found(connection: "Connection[Any]", views: Sequence[View], compared: Sequence[Compared]) -> None:
    found = {each.view: each.differences for each in compared}
    for view in views:
        connection.execute(_FOUND, (found.get(view.name), view.name))


def fault_of(error: BaseException) -> str:
    """Return why a build failed in one line: a code, or a class and its place; never a value."""
    if not isinstance(error, Exception):  # somebody stopped the process
        return ""
    if isinstance(error, Refused):
        return error.code
    if isinstance(error, ViewFault):
        return f"{error.view.name}: {' '.join(told(error.__cause__))}"
    return " ".join(told(error)).strip()


def verify(
    connection: "Connection[Any]",
    views: Sequence[View],
    owner: str,
    progress: Progress = lambda _: None,
    copy: Copy = LIVE,
) -> list[Compared]:
    """Compute the views aside and compare them with the live ones; nothing stays. Raises as ``rebuild``."""
    _drop_dead(connection, owner)
    with connection.transaction():  # made and owned at once: nobody may take it for a dead process's
        made = asides.make(connection, "verify", views, _least(connection, views, copy))
        aside = asides.own(connection, made, owner)
    try:
        filled = fill(connection, aside, progress)
        return compare(connection, fold_up_to(connection, filled, _least(connection, views, copy), progress), copy)
    finally:
        if not connection.closed:
            asides.drop(connection, aside)


def _drop_dead(connection: "Connection[Any]", owner: str) -> None:
    """Drop what killed processes have left of comparing: nobody goes on with it."""
    for aside in asides.all_asides(connection):
        if aside.purpose == "verify":
            with suppress(AsideBusy):
                asides.drop(connection, asides.own(connection, aside, owner))


def _least(connection: "Connection[Any]", views: Sequence[View], copy: Copy = LIVE) -> int:
    """Return the position that all ranges of the views have passed."""
    return min((each.position for view in views for each in ranges(connection, view, copy)), default=0)


def _target(connection: "Connection[Any]", views: Sequence[View]) -> int:
    """Where the live views are, so that they can be compared; the head, where they are too far behind for that."""
    least, head = _least(connection, views), head_of(connection)
    return least if head - least <= _COMPARABLE else head


def lives(connection: "Connection[Any]", view: View, copy: Copy = LIVE) -> bool:
    """Tell whether the view lives in the version that this program has."""
    return bool(ranges(connection, view, copy))


def _catch_up(connection: "Connection[Any]", aside: Aside, progress: Progress) -> Aside:
    while (head := head_of(connection)) - aside.position > NEAR:
        aside = fold_up_to(connection, aside, head, progress)
    return aside
