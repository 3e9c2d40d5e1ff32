"""Splitting a range of slices in two and merging two, without replaying anything."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from adapters.projector import poison
from adapters.projector.batch import Span, read_batch
from adapters.projector.checkpoints import Move, move
from adapters.projector.folding import fold_view
from adapters.projector.tables import LOCK, lane_of
from domain.errors import Refused
from projections.shape import View
from projections.slices import Range

_RANGES = "SELECT lo, hi FROM views.leases WHERE lane = %s ORDER BY hi - lo DESC, lo"
_LOCK_ROWS = "SELECT FROM views.checkpoint WHERE view = ANY(%s) AND lo = ANY(%s) ORDER BY view, lo FOR UPDATE"
_LOCK_LEASES = "SELECT lo, hi FROM views.leases WHERE lane = %s AND lo = ANY(%s) ORDER BY lo FOR UPDATE"
# The epoch fences off whoever is folding the range as it was.
_CUT = """
UPDATE views.leases SET hi = %s, epoch = epoch + 1, owner = '', expires_at = '-infinity' WHERE lane = %s AND lo = %s
"""
_NEW_LEASE = """
INSERT INTO views.leases (lane, lo, hi, epoch) SELECT lane, %s, %s, epoch FROM views.leases WHERE lane = %s AND lo = %s
"""
_NEW_CHECKPOINT = """
INSERT INTO views.checkpoint (view, version, position, recorded_at, lo, hi)
SELECT view, version, position, recorded_at, %s, %s FROM views.checkpoint WHERE view = ANY(%s) AND lo = %s
"""
_CUT_CHECKPOINT = "UPDATE views.checkpoint SET hi = %s WHERE view = ANY(%s) AND lo = %s"
_WHERE = "SELECT version, position FROM views.checkpoint WHERE view = %s AND lo = ANY(%s) ORDER BY lo"
_MOST_APART = 20_000
"""What one range is ahead of the other is folded within the merging transaction."""
_BATCH = 5_000


class CannotSplit(Refused):
    """A range of one slice, ranges that are not neighbours, or the lane whose views cannot be folded in parts."""

    code = "CANNOT_SPLIT"
    zh = "分片区间不能这样拆分或合并"
    en = "The ranges cannot be split or merged so"


class TooFarApart(Refused):
    """One range is far behind the other."""

    code = "RANGES_APART"
    zh = "两个分片区间进度相差太大，请待其追上后再合并"
    en = "One range is too far behind the other: merge them once it has caught up"


def ranges_of(connection: "Connection[Any]", lane: str) -> list[Range]:
    """Return the ranges of a lane, the widest first."""
    return [Range(lo, hi) for lo, hi in connection.execute(_RANGES, (lane,)).fetchall()]


def split(connection: "Connection[Any]", views: Sequence[View], lane: str, slices: Range) -> tuple[Range, Range]:
    """Make two of one: both are where the one was. Raises CannotSplit."""
    names = [view.name for view in views if lane_of(view) == lane]
    with connection.transaction():
        _lock(connection, names, lane, [slices])
        if slices.hi - slices.lo == 1 or lane == "whole":
            raise CannotSplit(f"{slices.lo}..{slices.hi}")
        low, high = slices.halves()
        connection.execute(_CUT, (low.hi, lane, low.lo))
        connection.execute(_NEW_LEASE, (high.lo, high.hi, lane, low.lo))
        connection.execute(_NEW_CHECKPOINT, (high.lo, high.hi, names, low.lo))
        connection.execute(_CUT_CHECKPOINT, (low.hi, names, low.lo))
    return low, high


def merge(connection: "Connection[Any]", views: Sequence[View], lane: str, low: Range, high: Range) -> Range:
    """Make one of two neighbours, once the one behind has been folded up to the other. Raises CannotSplit."""
    ours = [view for view in views if lane_of(view) == lane]
    names = [view.name for view in ours]
    if low.hi != high.lo:
        raise CannotSplit(f"{low.lo}..{low.hi}, {high.lo}..{high.hi}")
    with connection.transaction():
        _lock(connection, names, lane, [low, high])
        for view in ours:
            _level(connection, view, (low, high))
        connection.execute("DELETE FROM views.checkpoint WHERE view = ANY(%s) AND lo = %s", (names, high.lo))
        connection.execute("DELETE FROM views.leases WHERE lane = %s AND lo = %s", (lane, high.lo))
        connection.execute(_CUT, (high.hi, lane, low.lo))
        connection.execute(_CUT_CHECKPOINT, (high.hi, names, low.lo))
    return Range(low.lo, high.hi)


def split_into(connection: "Connection[Any]", views: Sequence[View], lane: str, number: int) -> None:
    """Split the widest range until there are at least so many."""
    while len(found := ranges_of(connection, lane)) < number:
        split(connection, views, lane, found[0])


def _lock(connection: "Connection[Any]", names: list[str], lane: str, wanted: Sequence[Range]) -> None:
    """Checkpoints before leases, in the order in which a step locks them. Raises CannotSplit."""
    los = [each.lo for each in wanted]
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    connection.execute(_LOCK_ROWS, (names, los))
    found = [Range(lo, hi) for lo, hi in connection.execute(_LOCK_LEASES, (lane, los)).fetchall()]
    if found != list(wanted):
        raise CannotSplit(", ".join(f"{each.lo}..{each.hi}" for each in wanted))


def _level(connection: "Connection[Any]", view: View, both: Sequence[Range]) -> None:
    """Fold the range that is behind up to the other. Raises TooFarApart."""
    los = [slices.lo for slices in both]
    found = connection.execute(_WHERE, (view.name, los)).fetchall()
    highest, lowest = max(at for _, at in found), min(at for _, at in found)
    if highest == lowest:
        return
    if found[0][0] != view.version or highest - lowest > _MOST_APART:
        raise TooFarApart(view.name)
    for slices, (_, position) in zip(both, found, strict=True):
        bring_to(connection, view, slices, Move(position, highest, None))


def bring_to(connection: "Connection[Any]", view: View, slices: Range, step: Move) -> None:
    """Fold a range of a live view up to a position, within the caller's transaction; parked streams wait."""
    at = step.before
    while at < step.after:
        batch = read_batch(connection, Span(at, _BATCH, step.after), [view], slices)
        fold_view(connection, view, poison.keep_waiting(connection, view, batch.events))
        move(connection, [view], slices, Move(at, batch.upto, batch.recorded_at))
        at = batch.upto
