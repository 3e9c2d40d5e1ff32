"""What a worker tells of itself, once a second, in its row: whoever watches need not ask the worker."""

import time
from bisect import bisect_left
from typing import Any

from psycopg import Connection

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Upper bounds of the histogram of steps, in seconds; the last bucket has no bound."""

TELL_SECONDS = 1.0
_FORGET = "DELETE FROM views.workers WHERE seen_at < clock_timestamp() - interval '1 hour'"
_ENTER = "INSERT INTO views.workers (worker) VALUES (%s) ON CONFLICT (worker) DO UPDATE SET seen_at = clock_timestamp()"
_TELL = """
UPDATE views.workers
   SET seen_at = clock_timestamp(), steps = %s, events = %s, seconds = %s, buckets = %s, last_events = %s,
       last_seconds = %s, denials = %s, gaps = %s
 WHERE worker = %s
"""
_LEAVE = "UPDATE views.workers SET gone = true WHERE worker = %s"


class Told:
    """The counts of one worker. ``denials``: transactions that a lost lease undid. ``gaps``: holes in the log seen."""

    def __init__(self, connection: "Connection[Any]", worker: str) -> None:
        """Enter the worker; those that were not seen for an hour are forgotten."""
        self._connection = connection
        self._worker = worker
        self._at = time.monotonic()
        self._buckets = [0] * (len(BUCKETS) + 1)
        self.steps = self.events = self.denials = self.gaps = self._last_events = 0
        self._seconds = self._last_seconds = 0.0
        connection.execute(_FORGET)
        connection.execute(_ENTER, (worker,))

    def step(self, events: int, seconds: float) -> None:
        """Count a step that folded something."""
        self.steps += 1
        self.events += events
        self._seconds += seconds
        self._buckets[bisect_left(BUCKETS, seconds)] += 1
        self._last_events, self._last_seconds = events, seconds

    def tell(self, *, now: bool = False) -> None:
        """Write the counts, if it is time."""
        if not now and time.monotonic() - self._at < TELL_SECONDS:
            return
        self._at = time.monotonic()
        counted = (self.steps, self.events, self._seconds, self._buckets, self._last_events, self._last_seconds)
        self._connection.execute(_TELL, (*counted, self.denials, self.gaps, self._worker))

    def leave(self) -> None:
        """Tell for the last time: the others share out what was ours."""
        self.tell(now=True)
        self._connection.execute(_LEAVE, (self._worker,))
