"""Coalesced loads: callers that read streams at the same moment share one query.

There is no thread and no waiting for company: the first caller asks at once, for itself; those who come
meanwhile queue, and one of them then asks for all of them.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from adapters.eventstore.fields import UNOPENED, Opening, opened_rows
from adapters.eventstore.reader import Row, stream_rows
from domain.errors import Unavailable

_LOAD = """
SELECT position, wanted.stream, seq, type, schema, recorded_at, state, wanted.after
FROM unnest(%b::text[], %b::int4[]) AS wanted (stream, after)
CROSS JOIN LATERAL (
    SELECT position, seq, type, schema, recorded_at, state FROM log.events
     WHERE events.stream = wanted.stream AND events.seq > wanted.after
    OFFSET 0  -- keeps it a look-up per stream: joined in one piece, the planner may read the whole log
) AS found
ORDER BY wanted.stream, wanted.after, seq
"""


Connect = Callable[[], "psycopg.Connection[Any]"]


class _Load:
    """One caller's wish, and what came of it. ``turn`` is held until there is an answer, or the caller is to ask."""

    __slots__ = ("after", "answered", "asks", "rows", "stream", "turn")

    def __init__(self, stream: str, after: int) -> None:
        self.stream = stream
        self.after = after
        self.rows: list[Row] | None = None
        self.answered = False
        self.asks = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Loads:
    """Reads streams from a version on."""

    def __init__(self, connect: Connect, opening: Opening = UNOPENED) -> None:
        """Connect when first needed, and keep the connection: one caller at a time asks."""
        self._connect = connect
        self._opening = opening
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        self._asking = False
        self._waiting: list[_Load] = []

    def rows(self, stream: str, after: int) -> list[Row]:
        """Return the stream's events after a version, as rows in order. Raises Unavailable."""
        mine = _Load(stream, after)
        try:
            with self._lock:
                self._waiting.append(mine)
                mine.asks, self._asking = not self._asking, True
            if not mine.asks:
                mine.turn.acquire()
            if mine.asks:
                self._ask_for_all()
        finally:  # interrupted or not: nobody may wait for us to ask
            self._leave(mine)
        if mine.rows is None:  # whoever asked has failed, and has said why
            raise Unavailable
        return mine.rows

    def close(self) -> None:
        """Close the connection. Nobody may be loading."""
        self._drop_connection()

    def _ask_for_all(self) -> None:
        batch: list[_Load] = []
        try:
            with self._lock:
                batch, self._waiting = self._waiting, []
            self._load(batch)
        finally:
            for load in batch:
                load.answered = True
                load.turn.release()

    def _leave(self, mine: _Load) -> None:
        """Stop waiting, and let one of those who came meanwhile ask next, if it was us who asked."""
        if mine.answered and not mine.asks:
            return
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
            if not mine.asks:
                return
            mine.asks = False
            self._asking = bool(self._waiting)
            if self._waiting:
                self._waiting[0].asks = True
                self._waiting[0].turn.release()

    def _load(self, batch: Sequence[_Load]) -> None:
        """Ask on the kept connection; one that has died meanwhile is replaced once."""
        kept = self._connection is not None
        try:
            self._query(batch)
        except psycopg.OperationalError as error:
            self._drop_connection()
            if not kept:
                raise Unavailable(type(error).__name__) from error
            self._load(batch)

    def _query(self, batch: Sequence[_Load]) -> None:
        if self._connection is None:
            self._connection = self._connect()
        if len(batch) == 1:
            (alone,) = batch
            alone.rows = stream_rows(self._connection, alone.stream, alone.after, None, self._opening)
            return
        found: dict[tuple[str, int], list[Row]] = {(load.stream, load.after): [] for load in batch}
        columns = [list(column) for column in zip(*found, strict=True)]
        rows = self._connection.execute(_LOAD, columns, prepare=True, binary=True).fetchall()
        for row in opened_rows(self._connection, rows, self._opening):
            found[row[1], row[-1]].append(row)
        for load in batch:
            load.rows = found[load.stream, load.after]

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
