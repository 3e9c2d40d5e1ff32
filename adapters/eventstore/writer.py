"""Group commit: the first caller leads, takes the appends that wait into one transaction, and answers each by itself.

There is no writing thread: a lone caller writes at once, in its own thread. Who comes while another leads waits for
its answer, or to lead in turn.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from adapters.eventstore.append_call import append_by_call
from adapters.eventstore.append_copy import append_by_copy
from adapters.eventstore.prepared import Outcome, PreparedAppend
from domain.errors import Unavailable

Connect = Callable[[], "psycopg.Connection[Any]"]

MOST_APPENDS = 500
MOST_BYTES = 4_000_000
LINGER_SECONDS = 0.002
"""A batch waits this long at most for the callers that the batch before it had; a lone caller never waits."""
COPY_FROM_EVENTS = 400
"""From so many events on, COPY beats the function call (measured by ``anjuan bench``)."""

_NO_SERVER = (psycopg.OperationalError, psycopg.InternalError, psycopg.InterfaceError)
"""Not the caller's fault: the server has gone, became a standby, or the connection is of no use any more."""

_BAD_DATA = (psycopg.Error, ValueError, TypeError, OverflowError, RecursionError)
"""What one caller's data can raise: in the server, or here where a run is encoded while it is written."""


class _Waiting:
    """One caller's appends. ``turn`` is held until there is an answer, or the caller is to lead."""

    __slots__ = ("appends", "error", "leads", "outcomes", "turn")

    def __init__(self, appends: Sequence[PreparedAppend]) -> None:
        self.appends = appends
        self.outcomes: list[Outcome] | None = None
        self.error: Exception | None = None
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()

    @property
    def answered(self) -> bool:
        return self.outcomes is not None or self.error is not None

    def answer(self, outcomes: list[Outcome] | None, error: Exception | None = None) -> None:
        self.outcomes, self.error = outcomes, error
        self.turn.release()


class Writer:
    """Owns the one connection that writes. One for each process; ``close`` waits for what is being written."""

    def __init__(self, connect: Connect, wake: Callable[[], None] = lambda: None) -> None:
        """``wake`` is called after each commit, to hint waiting readers."""
        self._connect = connect
        self._wake = wake
        self._connection: psycopg.Connection[Any] | None = None
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._leading = False
        self._closing = False
        self._last = 1

    def write(self, appends: Sequence[PreparedAppend]) -> list[Outcome]:
        """Write appends that belong in one transaction; return an outcome for each. Raises Unavailable."""
        mine = _Waiting(appends)
        try:
            self._enter(mine)
            if not mine.leads:
                mine.turn.acquire()
            if mine.leads:
                self._lead(mine)
        finally:  # interrupted or not: nobody may wait for us to lead
            self._leave(mine)
        if mine.error is not None:
            raise mine.error
        return mine.outcomes or []

    def waiting(self) -> int:
        """Return how many callers wait for a batch to come."""
        return len(self._queue)

    def close(self) -> None:
        """Take no more, and wait until what waits is written."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._leading)
        self._drop_connection()

    def _enter(self, mine: _Waiting) -> None:
        with self._changed:
            if self._closing:
                raise Unavailable
            self._queue.append(mine)
            mine.leads, self._leading = not self._leading, True
            # Waking the leader for every caller costs more than the rest of this: the last one wakes it.
            if not mine.leads and len(self._queue) >= self._last:
                self._changed.notify()

    def _lead(self, mine: _Waiting) -> None:
        batch: list[_Waiting] = []
        try:
            while not mine.answered:
                batch = self._next_batch()
                self._answer(batch)
        except BaseException:  # a fault of the program, or an interrupt: what the server did is unknown
            self._drop_connection()
            raise
        finally:
            _fail([waiting for waiting in batch if not waiting.answered], Unavailable("the writer was interrupted"))

    def _leave(self, mine: _Waiting) -> None:
        """Leave the queue, if still in it, and let the caller who has waited longest lead, if it was us."""
        if not mine.leads and mine.answered:
            return
        with self._changed:
            if mine in self._queue:
                self._queue.remove(mine)
            if not mine.leads:
                return
            mine.leads = False
            self._leading = bool(self._queue)
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].turn.release()
            else:
                self._changed.notify_all()

    def _next_batch(self) -> list[_Waiting]:
        with self._changed:
            # The callers just answered come back within moments: without this wait, batches shrink to ones and twos.
            until = time.monotonic() + LINGER_SECONDS
            while len(self._queue) < self._last and not self._closing:
                rest = until - time.monotonic()
                if rest <= 0 or not self._changed.wait(rest):
                    break
            return self._take()

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        appends = size = 0
        while self._queue and (not batch or (appends < MOST_APPENDS and size < MOST_BYTES)):
            waiting = self._queue.popleft()
            batch.append(waiting)
            appends += len(waiting.appends)
            size += sum(append.size for append in waiting.appends)
        self._last = len(batch)
        return batch

    def _answer(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = self._write([append for waiting in batch for append in waiting.appends])
        except _NO_SERVER as error:
            self._drop_connection()
            _fail(batch, Unavailable(type(error).__name__))
        except _BAD_DATA as error:
            self._answer_one_by_one(batch, error)
        else:
            self._wake()
            start = 0
            for waiting in batch:
                end = start + len(waiting.appends)
                waiting.answer(outcomes[start:end])
                start = end

    def _answer_one_by_one(self, batch: list[_Waiting], error: Exception) -> None:
        """One caller's bad data failed them all: try each alone, so that it fails alone."""
        if len(batch) == 1:
            batch[0].answer(None, error)
            return
        for waiting in batch:
            self._answer([waiting])

    def _write(self, appends: list[PreparedAppend]) -> list[Outcome]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        events = sum(len(write.events) for append in appends for write in append.writes)
        by = append_by_copy if events >= COPY_FROM_EVENTS else append_by_call
        return by(self._connection, appends)

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        waiting.answer(None, error)
