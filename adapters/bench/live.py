"""How far all views lag behind a steady load, while a worker of its own folds them."""

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from psycopg import Connection

from adapters.bench.ground import Ground
from adapters.bench.histories import bureau, histories
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample
from adapters.house import House
from adapters.ids import new_id
from adapters.postgres.connections import connect
from adapters.projector.service import bring_up
from adapters.settings import child_environment
from application.ports import Append, Conflict, Write, case_stream

_PER_SECOND = 2_000
_SECONDS = 20
_BEATS = 100
"""So many appends are written in a second, each of many cases' steps."""
_AT_ONCE = 500
"""Cases that go on at the same time."""
_LOOK_SECONDS = 0.004
_P99 = 0.99
_LAG = Question(
    name="live-lag", what="持续写入时全部视图的滞后 p99 lag of all views under a steady load", unit="ms", bar=250
)
_RATE = Question(name="live-rate", what="同时写入 written meanwhile", unit="events/s", bar=_PER_SECOND)
_POSITION = "SELECT min(position) FROM views.checkpoint"


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Write at a steady pace; the lag of an append is from its answer until the slowest view has folded it."""
    lags, rates = [], []
    for number in range(1, plan.rounds + 1):
        with ground.migrated() as url, ground.house(url) as house:
            house.log.append(bureau())
            bring_up(house.locate)
            with worker(ground, url), connect(url, "anjuan_reader") as watching:
                rate, lag = _round(house, watching, plan)
        lags.append(lag)
        rates.append(rate)
        plan.progress(f"{number}/{plan.rounds}: p99 {lag:,.0f} ms at {rate:,.0f} events/s")
    return [number_bar(_RATE, sample(rates), "at_least"), number_bar(_LAG, sample(lags), "at_most")]


@contextmanager
def worker(ground: Ground, url: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Run ``anjuan project`` as a process of its own, once it has claimed its ranges."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "adapters.main", "project", "--beside"],
        stdin=subprocess.PIPE,
        env=child_environment(ground.settings(url)),
    )
    try:
        with connect(url, "anjuan_reader") as watching:
            while watching.execute("SELECT count(*) FROM views.leases WHERE owner = ''").fetchall()[0][0]:
                time.sleep(0.05)
        yield process
    finally:
        process.communicate(timeout=30)


def _round(house: House, watching: "Connection[Any]", plan: Plan) -> tuple[float, float]:
    """Return events a second, and the 99th percentile of the lags in milliseconds."""
    beats = plan.size(_SECONDS * _BEATS, 20)
    appends = list(_appends(beats))
    watch, stop = _Watch(watching), threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    began = time.perf_counter()
    for beat, some in enumerate(appends):
        time.sleep(max(0.0, began + beat / _BEATS - time.perf_counter()))
        done = house.log.append_many(some)
        watch.wants(max(each.last for each in done if not isinstance(each, Conflict)))
    took = max(time.perf_counter() - began, beats / _BEATS)
    while watch.waiting:
        time.sleep(_LOOK_SECONDS)
    stop.set()
    thread.join()
    found = sorted(watch.lags)
    return sum(_events(some) for some in appends) / took, found[int(len(found) * _P99)] * 1_000


def _appends(beats: int) -> Iterator[list[Append]]:
    """Yield for each beat the next steps of some cases, each case in order, many cases in turns."""
    steps = _steps()
    for _ in range(beats):
        some: list[Append] = []
        while _events(some) < _PER_SECOND // _BEATS:
            some.append(next(steps))
        yield some


def _steps() -> Iterator[Append]:
    coming = histories(10**9)
    waiting = deque((history, 0, 0) for history in islice(coming, _AT_ONCE))
    while True:
        history, step, version = waiting.popleft()
        facts = history.steps[step]
        yield Append(new_id(), "", (Write(case_stream(history.case_id), version, facts),))
        if step + 1 < len(history.steps):
            waiting.append((history, step + 1, version + len(facts)))
        else:
            waiting.append((next(coming), 0, 0))


def _events(appends: list[Append]) -> int:
    return sum(len(write.facts) for append in appends for write in append.writes)


class _Watch:
    """Looks every few milliseconds how far the views are."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self._connection = connection
        self.waiting: deque[tuple[int, float]] = deque()
        self.lags: list[float] = []

    def wants(self, position: int) -> None:
        self.waiting.append((position, time.perf_counter()))

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(_LOOK_SECONDS):
            at: int = self._connection.execute(_POSITION).fetchall()[0][0]
            now = time.perf_counter()
            while self.waiting and self.waiting[0][0] <= at:
                self.lags.append(now - self.waiting.popleft()[1])
