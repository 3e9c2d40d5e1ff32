"""Events that a view cannot digest: parked with all later events of their stream, told, and replayed when asked.

Everything else goes on. Nothing is skipped silently: what is not in a view's rows is in its list of parked events.
"""

import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection

from adapters.eventstore.event_types import EVENT_TYPES
from adapters.projector.batch import decode, opened
from adapters.projector.folding import ViewFault, fold_view
from domain.errors import Refused
from domain.kernel import Recorded
from projections.shape import View
from projections.slices import slice_of

_PARKED_STREAMS = "SELECT DISTINCT stream FROM views.parked WHERE view = %s AND stream = ANY(%s)"
_PARK = """
INSERT INTO views.parked (view, position, stream, seq, type, slice, error, place, attempts)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_LOCK = "SELECT lo FROM views.checkpoint WHERE view = %s AND version = %s AND lo <= %s AND hi > %s FOR UPDATE"
_OF_STREAM = """
SELECT e.position, e.stream, e.seq, e.type, e.schema, e.recorded_at, e.state
  FROM views.parked AS p JOIN log.events AS e USING (position)
 WHERE p.view = %s AND p.stream = %s ORDER BY e.seq
"""
_DIGESTED = "DELETE FROM views.parked WHERE view = %s AND position = %s"
_AGAIN = """
UPDATE views.parked SET error = %s, place = %s, attempts = attempts + 1 WHERE view = %s AND position = %s
"""
_LOCK_TRIES = 3
_ROOT = Path(__file__).parents[2]


class NotParked(Refused):
    """No such event is parked for this view, or another of its stream comes first."""

    code = "NOT_PARKED"
    zh = "该视图没有挂起此事件，或同一流中还有更早的挂起事件"
    en = "No such event is parked for this view, or an earlier one of its stream has to go first"


class OtherVersion(Refused):
    """The view's tables are those of another program."""

    code = "OTHER_VERSION"
    zh = "该视图当前的版本与本程序不同"
    en = "The view lives in another version than this program has"


class RebuildInstead(Refused):
    """Rows of the view are of several streams: folded late, the parked events would give other rows than in order."""

    code = "REBUILD_INSTEAD"
    zh = "该视图的行涉及多个流，挂起事件补入会打乱次序：请重建该视图（anjuan views rebuild）"
    en = "Rows of this view are of several streams, and what is parked would come out of order: rebuild the view"


class Fault(NamedTuple):
    """What went wrong and where, without any value of the event: that could be personal."""

    error: str
    place: str


_BEHIND_ONE = Fault("", "")
"""An event that waits behind one at fault."""


class Replayed(NamedTuple):
    """How many parked events of a stream went into the view, how many are left, and why the next one did not."""

    folded: int
    left: int
    fault: Fault | None = None


def keep_waiting(connection: "Connection[Any]", view: View, events: Sequence[Recorded]) -> list[Recorded]:
    """Park the events of streams that have one parked already; return the others."""
    streams = list({recorded.stream for recorded in events})
    parked = {stream for (stream,) in connection.execute(_PARKED_STREAMS, (view.name, streams)).fetchall()}
    _park(connection, view, [each for each in events if each.stream in parked])
    return [each for each in events if each.stream not in parked]


def fold_apart(connection: "Connection[Any]", view: View, events: Sequence[Recorded]) -> None:
    """Fold what can be folded, by halves; park what cannot, and what comes after it in its stream."""
    left = list(events)
    while left:
        found = _first_fault(connection, view, left)
        if found is None:
            return
        at, fault = found
        behind = [each for each in left[at + 1 :] if each.stream == left[at].stream]
        _park(connection, view, [left[at]], fault)
        _park(connection, view, behind)
        left = [each for each in left[at + 1 :] if each.stream != left[at].stream]


def _first_fault(connection: "Connection[Any]", view: View, events: Sequence[Recorded]) -> tuple[int, Fault] | None:
    """Fold up to the first event at fault; return where it is and why, or None when all went in."""
    done, reach = 0, len(events)
    while done < len(events):
        fault = try_fold(connection, view, events[done : done + reach])
        if fault is None:
            done += reach
        elif reach == 1:
            return done, fault
        else:
            reach = max(1, min(reach, len(events) - done) // 2)
    return None


def try_fold(connection: "Connection[Any]", view: View, events: Sequence[Recorded]) -> Fault | None:
    """Fold within a savepoint; return what went wrong, if anything did."""
    try:
        with connection.transaction():
            fold_view(connection, view, events)
    except ViewFault as fault:
        return told(fault.__cause__)
    return None


def told(error: BaseException | None) -> Fault:
    """Return the class of an error and the last place of ours that it went through; never its text."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))]
    place = f"{Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno}" if ours else ""
    return Fault(type(error).__name__, place)


def _is_ours(file: Path) -> bool:
    """The libraries may be installed below our own folder."""
    return file.is_relative_to(_ROOT) and "site-packages" not in file.parts


def replay(connection: "Connection[Any]", view: View, stream: str, only: int | None = None) -> Replayed:
    """Fold a stream's parked events in order, or just the one at position ``only``, as far as they go.

    Raises RebuildInstead, NotParked, OtherVersion. The row of the checkpoint stays locked meanwhile, so that no worker
    parks another one.
    """
    if not view.by_stream:
        raise RebuildInstead(view.name)
    with connection.transaction():
        _lock(connection, view, slice_of(stream))
        rows = connection.execute(_OF_STREAM, (view.name, stream), binary=True).fetchall()
        # One by one, whatever their type: between them lie events that nobody wanted, so versions need not follow.
        waiting = [recorded for row in rows for recorded in decode(opened(connection, [row], [view]), EVENT_TYPES)]
        if not waiting or only not in (None, waiting[0].position):
            raise NotParked(f"{view.name} {stream}")
        asked = waiting if only is None else waiting[:1]
        for number, recorded in enumerate(asked):
            fault = try_fold(connection, view, [recorded])
            if fault is not None:
                connection.execute(_AGAIN, (*fault, view.name, recorded.position))
                return Replayed(number, len(waiting) - number, fault)
            connection.execute(_DIGESTED, (view.name, recorded.position))
        return Replayed(len(asked), len(waiting) - len(asked))


def _lock(connection: "Connection[Any]", view: View, place: int) -> None:
    """Lock the row of the range that the slice lies in. A range that is split while we wait is another one then."""
    asked = (view.name, view.version, place, place)
    if not any(connection.execute(_LOCK, asked).fetchall() for _ in range(_LOCK_TRIES)):
        raise OtherVersion(view.name)


def _park(connection: "Connection[Any]", view: View, events: Iterable[Recorded], fault: Fault = _BEHIND_ONE) -> None:
    rows = [
        (view.name, e.position, e.stream, e.seq, e.type, slice_of(e.stream), *fault, int(bool(fault.error)))
        for e in events
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_PARK, rows)
