"""Read your writes: waiting until a view has folded a position. One poller for all who wait."""

import threading
import time

from adapters.house import House
from adapters.http.problems import BadQuery, ViewBehind
from adapters.ops import CHECKPOINTS
from domain.errors import Unavailable

MOST_SECONDS = 2.0
_POLL_SECONDS = 0.015


class Positions:
    """Where the views are. Asks the database only while somebody waits."""

    def __init__(self, house: House) -> None:
        """Start the poller."""
        self._house = house
        self._known: dict[str, int] = {}
        self._moved = threading.Condition()
        self._waiting = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="anjuan-positions", daemon=True)
        self._thread.start()

    def wait(self, view: str, position: int | None) -> None:
        """Return once the view has the position. Raises ViewBehind after MOST_SECONDS, BadQuery beyond the log."""
        if position is None or self._known.get(view, 0) >= position:
            return
        if position > self._house.log.head().position:
            raise BadQuery("after")
        with self._moved:
            self._waiting += 1
            self._moved.notify_all()
            try:
                reached = self._moved.wait_for(lambda: self._known.get(view, 0) >= position, MOST_SECONDS)
            finally:
                self._waiting -= 1
        if not reached:
            raise ViewBehind(view)

    def close(self) -> None:
        """Stop the poller."""
        with self._moved:
            self._closing = True
            self._moved.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._waiting or self._closing)
                if self._closing:
                    return
            known = self._ask()
            with self._moved:
                self._known = known
                self._moved.notify_all()
            time.sleep(_POLL_SECONDS)

    def _ask(self) -> dict[str, int]:
        try:
            return {row["view"]: row["position"] for row in self._house.read(CHECKPOINTS)}
        except Unavailable:  # those who wait give up by themselves
            return {}
