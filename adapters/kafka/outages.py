"""Work that outlives outages of Kafka and of the database: what relays, takes in and folds goes on by itself."""

import logging
import threading
from collections.abc import Callable

import psycopg

from domain.errors import Unavailable

_BACK_OFF_SECONDS = 1.0
_log = logging.getLogger("anjuan.kafka")


def until_stopped(stop: threading.Event, what: str, work: Callable[[], object]) -> None:
    """Do the work, anew after each outage, until ``stop`` is set. What it raises otherwise, somebody has to look at."""
    while not stop.is_set():
        try:
            work()
        except (Unavailable, psycopg.OperationalError) as outage:
            _log.warning("%s is interrupted: %s", what, type(outage).__name__)
            stop.wait(_BACK_OFF_SECONDS)
