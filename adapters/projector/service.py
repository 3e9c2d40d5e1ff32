"""The projector as a service: folds what comes until told to stop, and goes on by itself after any outage."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from adapters.eventstore.reader import LogBroken
from adapters.postgres.connections import connect
from adapters.postgres.database import Locate
from adapters.postgres.wake import POLL_SECONDS, Listener
from adapters.projector.asides import AsideBusy, AsideLost
from adapters.projector.folding import ViewFault
from adapters.projector.poison import told
from adapters.projector.rebuild import rebuild
from adapters.projector.sessions import session
from adapters.projector.splitting import split_into
from adapters.projector.step import Step
from adapters.projector.tables import outdated, prepare_views
from adapters.projector.worker import MOST_EVENTS, Worker
from domain.errors import Refused
from projections.registry import VIEWS
from projections.shape import View

_BACK_OFF_SECONDS = 1.0
_REST_SECONDS = 0.01
"""Between two small steps: what comes meanwhile goes into one transaction, so views never slow the log down."""
_WAIT_SECONDS = 0.05
_BEHIND = """
SELECT count(*) FROM views.checkpoint JOIN views.projections USING (view)
  JOIN unnest(%s::text[], %s::int4[]) AS ours (view, version) USING (view, version)
 WHERE NOT paused AND position < %s
"""

Progress = Callable[[Step], None]
_log = logging.getLogger("anjuan.projector")


def renew_outdated(locate: Locate) -> None:
    """Build the views that live in an older version anew, beside them. Raises ViewFault, LogBroken, SwapBlocked.

    Another process that is at it is left to it.
    """
    with session(locate) as (connection, name):
        for view in VIEWS.values():
            _renew(connection, view, name)


def _renew(connection: "psycopg.Connection[Any]", view: View, name: str) -> None:
    """Asked for each view anew: others may be at it, and be done by now."""
    if outdated(connection, [view]):
        with suppress(AsideBusy):
            rebuild(connection, [view], name)


@contextmanager
def working(locate: Locate) -> Iterator[Worker]:
    """Give a worker on a connection of its own; its ranges go back afterwards, unless the server is gone."""
    views = list(VIEWS.values())
    with session(locate) as (connection, name):
        worker = Worker(connection, name, views, _log.warning)
        try:
            yield worker
        finally:
            if not connection.closed:
                worker.close()


def project(locate: Locate, stop: threading.Event, progress: Progress = lambda _: None) -> None:
    """Fold until ``stop`` is set. Raises LogBroken: then nothing may be folded until somebody has looked."""
    grown = threading.Event()
    while not stop.is_set():
        try:
            if prepare(locate):
                threading.Thread(target=_renew_beside, args=(locate,), daemon=True).start()
            break
        except psycopg.OperationalError:  # no server yet
            stop.wait(_BACK_OFF_SECONDS)
    listener = Listener(lambda: connect(locate, "anjuan_reader"), grown.set)
    try:
        while not stop.is_set():
            try:
                _follow(locate, stop, grown, progress)
            except psycopg.OperationalError:  # no server, or it ended our session
                stop.wait(_BACK_OFF_SECONDS)
    finally:
        listener.close()


def prepare(locate: Locate) -> list[View]:
    """Make the tables of new views; return those that live in an older version. Raises NewerView."""
    with session(locate) as (connection, _):
        return prepare_views(connection, VIEWS.values())


def divide(locate: Locate, workers: int, stop: threading.Event) -> None:
    """Split the lane of streams for so many workers, once a server is there. Raises NewerView.

    With the one range of the other lane, each gets two: workers own as many as any other, rounded up, so with fewer
    ranges one of them could be left without.
    """
    number = 2 * workers - 1
    while not stop.is_set():
        try:
            with session(locate) as (connection, _):
                prepare_views(connection, VIEWS.values())
                split_into(connection, list(VIEWS.values()), "streams", number)
            break
        except psycopg.OperationalError:  # no server yet
            stop.wait(_BACK_OFF_SECONDS)


def _renew_beside(locate: Locate) -> None:
    """Build outdated views while all others go on; what fails is told, and tried again at the next start."""
    try:
        renew_outdated(locate)
    except (ViewFault, LogBroken, AsideLost, Refused, psycopg.Error) as error:
        _log.error("a view of a new version could not be built: %s", told(error.__cause__ or error))


def _follow(locate: Locate, stop: threading.Event, grown: threading.Event, progress: Progress) -> None:
    with working(locate) as worker:
        while not stop.is_set():
            grown.clear()
            step = worker.turn()
            if step.events:
                progress(step)
                stop.wait(_REST_SECONDS if step.events < MOST_EVENTS else 0)
            else:
                grown.wait(_WAIT_SECONDS if worker.resting else POLL_SECONDS)


def catch_up(worker: Worker, progress: Progress = lambda _: None) -> int:
    """Fold until nothing that the worker owns is left; return how many events it passed. Raises LogBroken."""
    passed = 0
    while True:
        step = worker.turn()
        passed += step.events
        if step.events:
            progress(step)
        elif not worker.resting:
            return passed
        else:
            time.sleep(_WAIT_SECONDS)


def bring_up(locate: Locate, progress: Progress = lambda _: None) -> int:
    """Bring all views up to the log's end as it is now; return how many events this process passed.

    Other workers keep what they own, and are waited for. Should they take over from us while we are stopped, and end
    our session, we come again. Raises LogBroken, OperationalError.
    """
    prepare(locate)
    renew_outdated(locate)
    passed = 0
    with connect(locate, "anjuan_reader") as reader:
        head: int = reader.execute("SELECT position FROM log.head").fetchall()[0][0]
        while _behind(reader, head):
            for step in _steps_up_to(head, locate, reader):
                passed += step.events
                progress(step)
    return passed


def _steps_up_to(head: int, locate: Locate, reader: "psycopg.Connection[Any]") -> Iterator[Step]:
    """Turn with a worker of our own until no view is behind, or our session was ended."""
    with working(locate) as worker:
        yield from _turns(head, worker, reader)


def _turns(head: int, worker: Worker, reader: "psycopg.Connection[Any]") -> Iterator[Step]:
    while True:
        try:
            step = worker.turn()
        except psycopg.OperationalError:
            if worker.connected:
                raise
            return
        if step.events:
            yield step
        elif not _behind(reader, head):
            return
        else:
            time.sleep(_WAIT_SECONDS)


def _behind(reader: "psycopg.Connection[Any]", head: int) -> int:
    ours = [*VIEWS], [view.version for view in VIEWS.values()]
    behind: int = reader.execute(_BEHIND, (*ours, head)).fetchall()[0][0]
    return behind
