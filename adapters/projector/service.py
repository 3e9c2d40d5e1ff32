"""The projector as a service: folds what comes until told to stop, and goes on by itself after any outage."""

import threading
from collections.abc import Callable

import psycopg

from adapters.postgres.connections import connect
from adapters.postgres.database import Locate
from adapters.postgres.wake import POLL_SECONDS, Listener
from adapters.projector.runner import BATCH_EVENTS, Advance, CheckpointMoved, advance, prepare_views
from projections.registry import VIEWS

_BACK_OFF_SECONDS = 1.0
_REST_SECONDS = 0.03
"""Between two small steps: what comes meanwhile goes into one transaction, so views never slow the log down."""

Progress = Callable[[Advance], None]


def project(locate: Locate, stop: threading.Event, progress: Progress = lambda _: None) -> None:
    """Fold until ``stop`` is set. Raises LogBroken: then nothing may be folded until somebody has looked."""
    grown = threading.Event()
    listener = Listener(lambda: connect(locate, "anjuan_reader"), grown.set)
    try:
        while not stop.is_set():
            try:
                _follow(locate, stop, grown, progress)
            except psycopg.errors.ProgramLimitExceeded:  # an OperationalError by class, but waiting cures nothing
                raise
            except (psycopg.OperationalError, CheckpointMoved):  # no server, or another runner is at it
                stop.wait(_BACK_OFF_SECONDS)
    finally:
        listener.close()


def _follow(locate: Locate, stop: threading.Event, grown: threading.Event, progress: Progress) -> None:
    views = list(VIEWS.values())
    with connect(locate, "anjuan_projector") as connection:
        prepare_views(connection, views)
        while not stop.is_set():
            grown.clear()
            step = advance(connection, views)
            if step.events:
                progress(step)
                stop.wait(_REST_SECONDS if step.events < BATCH_EVENTS else 0)
            else:
                grown.wait(POLL_SECONDS)
