"""How long an event takes to a department's consumer: appended here, relayed by one process, consumed in another."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import msgspec
from msgspec.structs import replace

from adapters.bench.feed_log import contracted, on_kafka
from adapters.bench.ground import Ground
from adapters.bench.histories import History, histories
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample
from adapters.house import House
from adapters.ids import new_id
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.topics import feed_topic
from adapters.settings import Settings, child_environment
from application.ports import Append, Conflict, Write, case_stream

_DEPARTMENT = "shenji"
_PER_SECOND, _BEATS, _SECONDS = 500, 100, 20
_P95 = 0.95
_START_SECONDS = 30.0
_REST_SECONDS = 2.0
_LAG = Question(name="feed-lag", what="事件到部门消费者 p95 from the event to the consumer", unit="ms", bar=500)
_RATE = Question(name="feed-lag-rate", what="同时写入 written meanwhile", unit="events/s", bar=_PER_SECOND)


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Write at a steady pace; a lag is from the answer to an append until the consumer has its message."""
    lags, rates = [], []
    with on_kafka(plan.rounds) as prepared:
        for number, kafka in enumerate(prepared, 1):
            rate, found = _round(ground, plan, kafka)
            lags.append(found[int(len(found) * _P95)] * 1_000)
            rates.append(rate)
            plan.progress(f"{number}/{plan.rounds}: p95 {lags[-1]:,.0f} ms of {len(found):,} at {rate:,.0f} events/s")
    return [number_bar(_RATE, sample(rates), "at_least"), number_bar(_LAG, sample(lags), "at_most")]


def _round(ground: Ground, plan: Plan, kafka: KafkaSettings) -> tuple[float, list[float]]:
    """Return events a second, and the lags of all messages in seconds, the shortest first."""
    with ground.migrated() as url, ground.house(url, seals=None) as house:
        contracted(house)
        with _relay(replace(ground.settings(url), kafka=kafka)), _consumer(kafka) as consumer:
            written, rate = _write(house, plan)
            time.sleep(_REST_SECONDS)
            seen = _seen(consumer)
    return rate, sorted(seen[position] - at for position, at in written.items() if position in seen)


def _write(house: House, plan: Plan) -> tuple[dict[int, float], float]:
    """Return when each position was answered, and events a second."""
    beats, written, coming = plan.size(_SECONDS * _BEATS, 50), dict[int, float](), _steps()
    began = time.perf_counter()
    for beat in range(beats):
        time.sleep(max(0.0, began + beat / _BEATS - time.perf_counter()))
        some: list[Append] = []
        while sum(len(write.facts) for append in some for write in append.writes) < _PER_SECOND // _BEATS:
            some.append(next(coming))
        done, at = house.log.append_many(some), time.time()
        for each in done:
            if isinstance(each, Conflict):
                raise TypeError("a conflict")
            written |= dict.fromkeys(range(each.first, each.last + 1), at)
    return written, len(written) / max(time.perf_counter() - began, beats / _BEATS)


def _steps() -> Iterator[Append]:
    """Yield the next step of one case after the other."""
    coming = histories(10**9)
    waiting = deque[tuple[History, int, int]]((history, 0, 0) for history in islice(coming, 200))
    while True:
        history, step, version = waiting.popleft()
        facts = history.steps[step]
        yield Append(new_id(), "", (Write(case_stream(history.case_id), version, facts),))
        more = step + 1 < len(history.steps)
        waiting.append((history, step + 1, version + len(facts)) if more else (next(coming), 0, 0))


@contextmanager
def _relay(settings: Settings) -> Iterator[None]:
    """Run ``anjuan feed relay`` as anybody would."""
    command = [sys.executable, "-P", "-m", "adapters.main", "feed", "relay"]
    process = subprocess.Popen(command, env=child_environment(settings), stdout=subprocess.DEVNULL)  # noqa: S603 a program of ours
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _consumer(kafka: KafkaSettings) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a consumer that has its partitions; it stamps what it gets."""
    topic = feed_topic(kafka.prefix, _DEPARTMENT)
    command = [sys.executable, "-P", "-m", "adapters.bench.feed_reader", kafka.servers, topic]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 a program of ours
    try:
        _line(process)
        yield process
    finally:
        process.kill()
        process.communicate()


def _line(process: "subprocess.Popen[bytes]") -> bytes:
    return process.stdout.readline() if process.stdout else b""


def _seen(process: "subprocess.Popen[bytes]") -> dict[int, float]:
    told, _ = process.communicate(timeout=_START_SECONDS)
    return msgspec.json.decode(told, type=dict[int, float])
