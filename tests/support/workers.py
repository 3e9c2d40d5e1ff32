"""Projectors as processes, as the database sees them: who folds what, since when, and whether it has let go."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TypeVar

from tests.support.logs import open_log, query, tamper
from tests.support.many_cases import write_cases
from tests.support.processes import Process, finish, line, program

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
_OWNED = "SELECT lane, lo FROM views.leases WHERE owner LIKE %s ORDER BY lane, lo"
_TAKEN = "SELECT extract(epoch FROM max(taken_at))::float8 FROM views.leases"
# Streams of cases under new names; the bureau's goes on.
_COPY_EVENTS = """
INSERT INTO log.events
SELECT head.position * copy + events.position, stream || CASE stream WHEN 'bureau' THEN '' ELSE '-' || copy END,
       seq + CASE stream WHEN 'bureau' THEN copy * version ELSE 0 END,
       type, schema, events.recorded_at, state, record
  FROM log.events JOIN log.streams USING (stream), log.head, generate_series(1, %s - 1) AS copy ORDER BY 1
"""
_COPY_STREAMS = """
INSERT INTO log.streams
SELECT DISTINCT ON (stream) stream, seq, sha256(record) FROM log.events ORDER BY stream, seq DESC
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version, last_hash = excluded.last_hash
"""
_COPY_HEAD = "UPDATE log.head SET position = position * %s"
_REACHED = "SELECT NOT EXISTS (SELECT FROM views.checkpoint, log.head WHERE checkpoint.position < head.position)"


def eventually(found: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it is so."""
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, what
        time.sleep(0.01)


@contextmanager
def over_and_over(work: Callable[[], T]) -> Iterator[list[T]]:
    """Do the work in a thread, again and again. What each time gave is told; what it raises is raised at the end."""
    stop = threading.Event()
    done: list[T] = []

    def run() -> None:
        while not stop.is_set():
            done.append(work())

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            yield done
        finally:
            stop.set()
        running.result()


@contextmanager
def following(url: str, number: int, *args: object) -> Iterator[list[Process]]:
    """So many workers at rest, each with ranges of its own."""
    with ExitStack() as stack:
        processes = [stack.enter_context(program("follow", url, *args)) for _ in range(number)]
        for process in processes:
            assert line(process) == "ready"
        for process in processes:
            eventually(partial(owned, url, process.pid), "a worker has no range")
        yield processes
        for process in processes:
            if process.returncode is None:
                finish(process)


def owned(url: str, pid: int) -> list[tuple[str, int]]:
    """The ranges that a process owns."""
    return [(lane, lo) for lane, lo in query(url, _OWNED, f"%-{pid}-%")]


def reached(url: str) -> bool:
    """Whether all views have all events."""
    return bool(query(url, _REACHED)[0][0])


def last_taken(url: str) -> float:
    """When a range was last taken, in seconds of the epoch."""
    taken: float = query(url, _TAKEN)[0][0]
    return taken


def more_cases(url: str, seed: int, number: int) -> None:
    """Append cases."""
    with open_log(url) as opened:
        write_cases(opened.log, seed, number)


def multiply(url: str, times: int) -> None:
    """Copy the whole log so often, as a quick way to many events."""
    tamper(url, _COPY_EVENTS, times)
    tamper(url, _COPY_STREAMS)
    tamper(url, _COPY_HEAD, times)


def stop(pid: int) -> None:
    """Stop a process of ours where it is."""
    os.kill(pid, signal.SIGSTOP)


def go_on(pid: int) -> None:
    """Let a process of ours go on."""
    os.kill(pid, signal.SIGCONT)
