"""Rebuilding beside: filled aside while the live view goes on, compared, and swapped in by one transaction."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from psycopg import Connection

from adapters.projector import asides
from adapters.projector.asides import Aside, AsideBusy
from adapters.projector.comparing import Compared, compare, ranges
from adapters.projector.filling import Progress, fill, fold_up_to
from adapters.projector.swapping import NEAR, head_of, swap
from adapters.projector.tables import LOCK
from projections.shape import View

_LEAST = "SELECT coalesce(min(position), 0) FROM views.checkpoint WHERE view = ANY(%s)"


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
    alive = all(_lives(connection, view) for view in views)
    aside = _begun(connection, views, owner, _least(connection, views) if alive else head_of(connection))
    try:
        aside = fill(connection, aside, progress)
        compared: list[Compared] = []
        if alive and aside.position <= _least(connection, views):
            aside = approach(connection, aside, progress)
            compared = compare(connection, aside)
        aside = _catch_up(connection, aside, progress)
        return Rebuilt(compared, swap(connection, aside))
    except BaseException:
        if not connection.closed:
            asides.disown(connection, aside)
        raise


def verify(
    connection: "Connection[Any]", views: Sequence[View], owner: str, progress: Progress = lambda _: None
) -> list[Compared]:
    """Compute the views aside and compare them with the live ones; nothing stays. Raises as ``rebuild``."""
    _drop_dead(connection, owner)
    with connection.transaction():  # made and owned at once: nobody may take it for a dead process's
        aside = asides.own(connection, asides.make(connection, "verify", views, _least(connection, views)), owner)
    try:
        return compare(connection, approach(connection, fill(connection, aside, progress), progress))
    finally:
        if not connection.closed:
            asides.drop(connection, aside)


def _begun(connection: "Connection[Any]", views: Sequence[View], owner: str, target: int) -> Aside:
    """Return what an earlier try left, or else a new aside. One process at a time looks, so that two never make one."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        found = asides.find(connection, "rebuild", views, None)
        return asides.own(connection, found or asides.make(connection, "rebuild", views, target), owner)


def _drop_dead(connection: "Connection[Any]", owner: str) -> None:
    """Drop what killed processes have left of comparing: nobody goes on with it."""
    for aside in asides.all_asides(connection):
        if aside.purpose == "verify":
            with suppress(AsideBusy):
                asides.drop(connection, asides.own(connection, aside, owner))


def approach(connection: "Connection[Any]", aside: Aside, progress: Progress) -> Aside:
    """Bring the aside up to the live views, as far as the slowest of their ranges is."""
    return fold_up_to(connection, aside, _least(connection, aside.shapes()), progress)


def _least(connection: "Connection[Any]", views: Sequence[View]) -> int:
    """Return the position that all ranges of the views have passed."""
    least: int = connection.execute(_LEAST, ([view.name for view in views],)).fetchall()[0][0]
    return least


def _lives(connection: "Connection[Any]", view: View) -> bool:
    """Tell whether the view lives in the version that this program has."""
    return bool(ranges(connection, view))


def _catch_up(connection: "Connection[Any]", aside: Aside, progress: Progress) -> Aside:
    while (head := head_of(connection)) - aside.position > NEAR:
        aside = fold_up_to(connection, aside, head, progress)
    return aside
