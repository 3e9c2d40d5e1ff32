"""Views as of past moments for all who ask this process: built aside, one at a time, waited for, and read in place."""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from adapters.eventstore.reader import LogBroken
from adapters.postgres.database import Locate
from adapters.postgres.pinned import reading_pinned
from adapters.projector import moments
from adapters.projector.asides import Aside, AsideBusy, AsideLost
from adapters.projector.folding import ViewFault
from adapters.projector.poison import told
from adapters.projector.sessions import session
from adapters.viewing import MomentFault, Params, Shown, ViewBuilding
from projections.registry import VIEWS

WAIT_SECONDS = 2.5
"""So long a request waits for a view that is being built; then it tells how far that is."""

_RECORDED = "SELECT recorded_at FROM log.events WHERE position = %s"
_LOG_BEGAN = "SELECT recorded_at FROM log.head"
_MOST_QUEUED = 16
_MOST_WAITING = 16
"""Those who come on top are told at once how far it is: waiting must not take all the threads that answer."""
_FORGET_SECONDS = 60.0
"""What nobody has asked for so long is not begun any more."""
_FAULT_SECONDS = 30.0
"""So long a view that could not be built is not tried again."""
_TOUCH_SECONDS = 60.0
_MOST_REMEMBERED = 1_000
_AGAIN_SECONDS = 0.5
_PATIENCE = 20.0
_TRIES = 3

Moment = datetime | int
"""A recorded time, or a position of the log."""

_PRESENT = "SELECT set_config('search_path', 'views', true)"
"""What else this transaction reads is of the present."""
Key = tuple[str, int]
"""A view and a position."""

_log = logging.getLogger("anjuan.moments")


class Past:
    """Views as of one position. Never changes: what was dropped meanwhile is built again, the same."""

    def __init__(self, kept: "Moments", views: Sequence[str], shown: Shown) -> None:
        """Read the views from ``kept``."""
        self.shown = shown
        self._kept = kept
        self._views = views

    def read(self, query: str, params: Params = ()) -> list[dict[str, Any]]:
        """Run a query. Raises ViewBuilding, MomentFault, Unavailable."""
        position = self.shown.position
        for _ in range(_TRIES):
            rows = self._kept.rows(self._views, position, query, params)
            if rows is not None:
                return rows
            self.make_ready()
        raise ViewBuilding(self._views[0], 0)

    def make_ready(self) -> None:
        """Return once all the views can be read. Raises ViewBuilding after WAIT_SECONDS, MomentFault, Unavailable."""
        for view in self._views:
            self._kept.ready(view, self.shown.position)

    def now(self) -> datetime:
        """Return the moment: what was overdue then is told as overdue."""
        return self.shown.at


class Moments:
    """The past moments of a house. Its thread starts when the first view has to be built."""

    def __init__(self, locate: Locate, readers: "ConnectionPool[psycopg.Connection[Any]]") -> None:
        """Build through sessions of the projector, read through the pool."""
        self._locate = locate
        self._readers = readers
        self._changed = threading.Condition()
        self._wanted: dict[Key, float] = {}  # in the order in which they are built; when last asked for
        self._faults: dict[Key, float] = {}
        self._touched: dict[Key, float] = {}
        self._positions: dict[datetime, int] = {}
        self._waiting = 0
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def at(self, views: Sequence[str], moment: Moment) -> Past:
        """Return the views as of a moment, to be made ready. Raises NotYet, Unavailable."""
        with reading_pinned(self._readers) as connection:
            if isinstance(moment, datetime):
                position = self._position(connection, moment)
            else:
                position = moment
                moments.require_reached(connection, position)
            found = connection.execute(_RECORDED, (max(position, 1),)).fetchall()
            at: datetime = (found or connection.execute(_LOG_BEGAN).fetchall())[0][0]
        asked = moment if isinstance(moment, datetime) else at
        return Past(self, views, Shown(position, at if position else None, asked))

    def ready(self, view: str, position: int, seconds: float | None = None) -> None:
        """Return once the view as of the position can be read; have it built if need be.

        Raises ViewBuilding after that time (WAIT_SECONDS, if none is given), MomentFault, Unavailable.
        """
        key = view, position
        if self._is_kept(key):
            self._touch(key)
        elif not self._built(key, WAIT_SECONDS if seconds is None else seconds):
            raise ViewBuilding(view, self.percent(view, position))

    def percent(self, view: str, position: int) -> int:
        """Return how much of a view is built, by this process or another: 0 to 99. Raises Unavailable."""
        with reading_pinned(self._readers) as connection:
            return moments.percent(connection, [VIEWS[view]], position)

    def rows(self, views: Sequence[str], position: int, query: str, params: Params) -> list[dict[str, Any]] | None:
        """Run a query on views as of a position; None where one is not there. Raises Unavailable."""
        shapes = [VIEWS[view] for view in views]
        with reading_pinned(self._readers) as connection, connection.transaction():
            if not moments.enter(connection, shapes, position):
                return None
            with connection.cursor(row_factory=dict_row) as cursor:
                rows = cursor.execute(query.encode(), params).fetchall()
            connection.execute(_PRESENT)
            return rows

    def close(self) -> None:
        """Stop building; what is half built is gone on with by whoever asks for it next."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _position(self, connection: "psycopg.Connection[Any]", moment: datetime) -> int:
        if moment not in self._positions:
            if len(self._positions) >= _MOST_REMEMBERED:
                self._positions.clear()
            self._positions[moment] = moments.position_at(connection, moment)
        return self._positions[moment]

    def _is_kept(self, key: Key) -> bool:
        with reading_pinned(self._readers) as connection:
            found = moments.built(connection, [VIEWS[key[0]]], key[1])
        return found is not None and found.stage == "ready"

    def _touch(self, key: Key) -> None:
        """Note the use, now and then: what is asked for is not dropped."""
        now = time.monotonic()
        if now - self._touched.get(key, float("-inf")) < _TOUCH_SECONDS:
            return
        if len(self._touched) >= _MOST_REMEMBERED:
            self._touched.clear()
        self._touched[key] = now
        try:
            with session(self._locate) as (connection, _):
                moments.used(connection, [VIEWS[key[0]]], key[1])
        except psycopg.OperationalError:  # it is read all the same
            self._touched.pop(key, None)

    def _built(self, key: Key, seconds: float) -> bool:
        """Have it built; tell whether it was, within that time. Raises MomentFault."""
        with self._changed:
            self._require_sound(key)
            if key not in self._wanted and len(self._wanted) >= _MOST_QUEUED:
                return False
            self._wanted[key] = time.monotonic()
            self._start()
            self._changed.notify_all()
            patience = seconds if self._waiting < _MOST_WAITING else 0.0
            self._waiting += 1
            try:
                done = self._changed.wait_for(lambda: key not in self._wanted or self._closing.is_set(), patience)
            finally:
                self._waiting -= 1
            self._require_sound(key)
            return done and not self._closing.is_set()

    def _require_sound(self, key: Key) -> None:
        if time.monotonic() - self._faults.get(key, float("-inf")) < _FAULT_SECONDS:
            raise MomentFault(key[0])

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="anjuan-moments", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (key := self._next()) is not None:
            again = False
            try:
                again = not self._build(key)
            finally:
                self._done(key, again=again)
            if again:
                self._closing.wait(_AGAIN_SECONDS)

    def _next(self) -> Key | None:
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._closing.is_set())
            return None if self._closing.is_set() else next(iter(self._wanted))

    def _done(self, key: Key, *, again: bool) -> None:
        """Tell those who wait; what is to be tried again goes behind the others, unless nobody asks any more."""
        with self._changed:
            asked = self._wanted.pop(key)
            if again:
                self._wanted[key] = asked
            forgotten = time.monotonic() - _FORGET_SECONDS
            self._wanted = {each: at for each, at in self._wanted.items() if at > forgotten}
            self._changed.notify_all()

    def _build(self, key: Key) -> bool:
        """Build a view; tell whether that is settled. Another process that is at it, or an outage, is waited for."""
        view, position = key
        try:
            with session(self._locate) as (connection, name):
                moments.build(connection, [VIEWS[view]], position, name, self._go_on)
        except (AsideBusy, AsideLost, psycopg.OperationalError):
            return False
        except (ViewFault, LogBroken) as fault:
            _log.error("%s as of %s could not be built: %s", view, position, told(fault.__cause__ or fault))
            self._faults[key] = time.monotonic()
        except _Closing:
            return True
        return True

    def _go_on(self, _: Aside) -> None:
        if self._closing.is_set():
            raise _Closing


class _Closing(Exception):
    """The process ends."""
