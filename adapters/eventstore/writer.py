"""Group commit: one thread per process takes the appends that wait into one transaction and answers each by itself."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psycopg

from adapters.eventstore.answer import Answer
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


_BAD_DATA = (psycopg.Error, ValueError, TypeError, OverflowError, RecursionError)
"""What one caller's data can raise: in the server, or here where a run is encoded while it is written."""


class _Waiting(NamedTuple):
    appends: Sequence[PreparedAppend]
    answer: Answer[list[Outcome]]


class Writer:
    """Owns the one connection that writes. Start it once per process; ``close`` answers what waits, then ends."""

    def __init__(self, connect: Connect, wake: Callable[[], None] = lambda: None) -> None:
        """``wake`` is called after each commit, to hint waiting readers."""
        self._connect = connect
        self._wake = wake
        self._connection: psycopg.Connection[Any] | None = None
        self._queue: deque[_Waiting] = deque()
        self._filled = threading.Condition()
        self._closing = False
        self._last = 1
        self._thread = threading.Thread(target=self._run, name="anjuan-writer", daemon=True)
        self._thread.start()

    def submit(self, appends: Sequence[PreparedAppend]) -> Answer[list[Outcome]]:
        """Queue appends that belong in one transaction; the future gives an outcome for each, or raises Unavailable."""
        waiting = _Waiting(appends, Answer())
        with self._filled:
            if self._closing:
                raise Unavailable
            self._queue.append(waiting)
            # Waking the writer for every caller costs more than the rest of this: the first wakes it, and the last.
            if len(self._queue) == 1 or len(self._queue) >= self._last:
                self._filled.notify()
        return waiting.answer

    def close(self) -> None:
        """Write what waits and stop."""
        with self._filled:
            self._closing = True
            self._filled.notify()
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _run(self) -> None:
        batch: list[_Waiting] = []
        try:
            while batch := self._next_batch():
                self._answer(batch)
        finally:
            self._end(batch)

    def _end(self, batch: list[_Waiting]) -> None:
        """Leave nobody waiting for ever, should the thread die of a fault of its own."""
        with self._filled:
            self._closing = True
            left = [*batch, *self._queue]
            self._queue.clear()
        _fail([waiting for waiting in left if not waiting.answer.done()], Unavailable("the writer has ended"))

    def _next_batch(self) -> list[_Waiting]:
        with self._filled:
            while not self._queue and not self._closing:
                self._filled.wait()
            # The callers just answered come back within moments: without this wait, batches shrink to ones and twos.
            until = time.monotonic() + LINGER_SECONDS
            while len(self._queue) < self._last and not self._closing:
                rest = until - time.monotonic()
                if rest <= 0 or not self._filled.wait(rest):
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
        except psycopg.OperationalError as error:
            self._drop_connection()
            _fail(batch, Unavailable(type(error).__name__))
        except _BAD_DATA as error:
            self._answer_one_by_one(batch, error)
        else:
            self._wake()
            start = 0
            for waiting in batch:
                end = start + len(waiting.appends)
                waiting.answer.set_result(outcomes[start:end])
                start = end

    def _answer_one_by_one(self, batch: list[_Waiting], error: Exception) -> None:
        """One caller's bad data failed them all: try each alone, so that it fails alone."""
        if len(batch) == 1:
            batch[0].answer.set_exception(error)
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
        waiting.answer.set_exception(error)
