"""Read your writes: waiting, for a limited time, until views have folded a position. One poller for all who wait."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from domain.errors import Refused, Unavailable
from domain.kernel import Value

MOST_SECONDS = 2.0
_POLL_SECONDS = 0.015
# As far as the slowest range of each view.
_STANDING = """
SELECT c.view, min(c.position) AS position, coalesce(bool_or(v.paused), false) AS paused,
       EXISTS (SELECT FROM views.parked AS p WHERE p.view = c.view) AS has_parked
  FROM views.checkpoint AS c LEFT JOIN views.projections AS v USING (view) GROUP BY c.view
"""
_HEAD = "SELECT position FROM log.head"
# Whatever the command wrote that ended at the position: an act on a case writes to its persons' streams as well.
_PARKED = """
SELECT p.view FROM views.parked AS p
 WHERE p.view = ANY(%(views)s) AND p.position BETWEEN coalesce((
           SELECT c.first_position FROM log.events AS e JOIN log.commands AS c
               ON c.command_id = convert_from(e.state, 'UTF8')::jsonb #>> '{meta,command_id}'
            WHERE e.position = %(position)s), %(position)s) AND %(position)s
 ORDER BY p.view LIMIT 1
"""

Read = Callable[..., list[dict[str, Any]]]


class ViewBehind(Refused):
    """A view has not reached the position asked for in time."""

    code = "VIEW_BEHIND"
    zh = "视图尚未更新到所要求的位置"
    en = "The view has not reached this position yet"


class ViewPaused(ViewBehind):
    """A view is behind the position and does not move: an operator has paused it."""

    code = "VIEW_PAUSED"
    zh = "视图已被运维人员暂停更新，尚未更新到所要求的位置"
    en = "An operator has paused this view, and it has not reached this position"


class ViewParked(ViewBehind):
    """A view has passed the position without what was written there: the event is parked."""

    code = "VIEW_PARKED"
    zh = "所写入的事件被该视图挂起，尚未计入"
    en = "The event is parked for this view: what was written is not in it"


class BeyondLog(Refused):
    """The log has not reached the position."""

    code = "BEYOND_LOG"
    zh = "日志尚未到达该位置"
    en = "The log does not reach that far"


class Standing(Value):
    """How far a view is, whether it is paused, and whether any event is parked for it."""

    position: int = 0
    paused: bool = False
    has_parked: bool = False


Known = dict[str, Standing]


class Positions:
    """Where the views are. Asks the database only while somebody waits."""

    def __init__(self, read: Read) -> None:
        """``read`` runs a query; the poller starts when somebody has to wait for the first time."""
        self._read = read
        self._known: Known = {}
        self._moved = threading.Condition()
        self._waiting = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def wait(self, position: int, *views: str) -> None:
        """Return once all the views have what was written at the position.

        Raises BeyondLog; ViewPaused and ViewParked as soon as that is seen; ViewBehind after MOST_SECONDS; Unavailable.
        """
        known = self._ask()
        if _behind(known, views, position):
            if position > self._read(_HEAD)[0]["position"]:
                raise BeyondLog(str(position))
            known = self._wait(known, views, position)
        parked = [view for view in views if known[view].has_parked]
        if parked and (found := self._read(_PARKED, {"views": parked, "position": position})):
            raise ViewParked(found[0]["view"])

    def close(self) -> None:
        """Stop the poller."""
        with self._moved:
            self._closing = True
            self._moved.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _wait(self, known: Known, views: Iterable[str], position: int) -> Known:
        until = time.monotonic() + MOST_SECONDS
        with self._moved:
            self._start()
            self._known, self._waiting = known, self._waiting + 1
            self._moved.notify_all()
            try:
                while behind := _behind(self._known, views, position):
                    self._look_again(behind, until)
            finally:
                self._waiting -= 1
            return self._known

    def _look_again(self, behind: Sequence[str], until: float) -> None:
        """Wait for news of the views. Raises ViewPaused, ViewBehind."""
        paused = [view for view in behind if self._known.get(view, _NOWHERE).paused]
        if paused:
            raise ViewPaused(paused[0])
        if time.monotonic() > until or not self._moved.wait(until - time.monotonic()):
            raise ViewBehind(behind[0])

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="anjuan-positions", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._waiting or self._closing)
                if self._closing:
                    return
            try:
                known = self._ask()
            except Unavailable:  # those who wait give up by themselves
                known = {}
            with self._moved:
                self._known = known
                self._moved.notify_all()
            time.sleep(_POLL_SECONDS)

    def _ask(self) -> Known:
        return {
            row["view"]: Standing(row["position"], row["paused"], row["has_parked"]) for row in self._read(_STANDING)
        }


_NOWHERE = Standing()


def _behind(known: Known, views: Iterable[str], position: int) -> list[str]:
    return [view for view in views if known.get(view, _NOWHERE).position < position]
