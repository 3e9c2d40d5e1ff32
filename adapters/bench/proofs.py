"""The transparency log: what the tree costs the writers, how fast all is verified, and how soon a proof is there."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from adapters.bench.callers import CALLERS, command_on, spread
from adapters.bench.ground import Ground
from adapters.bench.histories import History, bureau, histories
from adapters.bench.measure import Bar, Plan, Question, in_turns, number_bar, ratio_bar, sample
from adapters.bench.rebuild import filled
from adapters.house import House
from adapters.postgres.connections import connect
from adapters.settings import child_environment
from adapters.transparency.bundling import bundle_of
from adapters.transparency.checkpoints import Checkpoint, signed
from adapters.transparency.checkpoints import Head as LogHead
from adapters.transparency.keys import new_key
from adapters.transparency.merkle import root
from adapters.transparency.notary import turn
from adapters.transparency.proving import proof_of
from adapters.transparency.setting_up import ensure_keys
from adapters.transparency.tiles import HASH_BYTES, edge_of, grow
from adapters.transparency.tree import EVENTS, nodes_of, put_tiles
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import verify_database
from application.ports import Conflict

_CASES = 21_000
_LEAVES = 1_000_000
_ASKED = 500
_P95 = 0.95
_NOTES = 60
_APPENDS = 40
_LOOK_SECONDS = 0.005
_SIGNED = "SELECT FROM tree.latest WHERE size >= %s"
_STEPS = 50
_APPEND = Question(
    name="tree-append",
    what="追加，64 并发，公证同时运行 append, 64 callers, notary beside",
    unit="commands/s",
    bar=0.6,
)
_VERIFY = Question(name="verify-rate", what="全量核验，单进程 verification, one process", unit="events/s", bar=50_000)
_SOON = Question(name="proof-soon", what="追加后多久有证明, p95 from an append to its proof", unit="s", bar=1)
_BUNDLE = Question(name="bundle", what="50 个事件的证据包 bundle of a 50-event case", unit="s", bar=1)
_PROOF = Question(name="proof-p95", what="百万事件中的收录证明 inclusion proof among 1,000,000", unit="ms", bar=5)


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Take all five."""
    return [_append(ground, plan), _soon(ground, plan), *_verify(ground, plan), _proof(ground, plan)]


def _soon(ground: Ground, plan: Plan) -> Bar:
    """How long after the answer to an append a signed head has it."""
    with ground.migrated() as url, ground.house(url, None) as house, connect(url, "anjuan_reader") as reader:
        house.log.append(bureau())
        made = list(histories(plan.size(_APPENDS, 10), steps=5))
        with notary(ground, url):
            times = sorted(_until_signed(house, reader, history) for history in made)
    return number_bar(_SOON, sample([times[int(len(times) * _P95)]]), "at_most")


def _until_signed(house: House, reader: "Connection[Any]", history: History) -> float:
    (done,) = house.log.append_many([history.append()])
    if isinstance(done, Conflict):
        raise done
    began = time.perf_counter()
    while not reader.execute(_SIGNED, (done.last,)).fetchall():
        time.sleep(_LOOK_SECONDS)
    return time.perf_counter() - began


def _append(ground: Ground, plan: Plan) -> Bar:
    """Both sides add notes to hot cases; one of them while the tree grows and is signed in a process of its own."""
    made = list(histories(CALLERS * plan.size(_NOTES), steps=5))
    with ground.migrated() as url, ground.house(url, None) as house:
        house.log.append(bureau())
        house.log.append_many([history.append() for history in made])
        spread(CALLERS, made, lambda history: command_on(house, history))
        beside, alone = in_turns(plan, lambda: _beside(ground, url, house, made), lambda: _round(house, made))
    return ratio_bar(_APPEND, beside, alone, "无公证进程 without the notary")


def _round(house: House, made: list[History]) -> float:
    return spread(CALLERS, made, lambda history: command_on(house, history))


def _beside(ground: Ground, url: str, house: House, made: list[History]) -> float:
    with notary(ground, url):
        return _round(house, made)


@contextmanager
def notary(ground: Ground, url: str) -> Iterator[None]:
    """Run the notary beside, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "adapters.main", "log", "follow"],
        stdout=subprocess.PIPE,
        env=child_environment(ground.settings(url)),
    )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise ValueError("the notary did not start")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _verify(ground: Ground, plan: Plan) -> list[Bar]:
    with ground.migrated() as url:
        filled(ground, url, plan.size(_CASES, 10), None)
        with (
            ground.house(url, None) as house,
            connect(url, "anjuan_notary") as notary_role,
            connect(url, "anjuan_reader") as reader,
        ):
            case = next(iter(histories(1, steps=5, notes=_STEPS - 5)))
            house.log.append_many([bureau(), case.append()])
            ensure_keys(house)
            turn(notary_role, house, now=house.now(), last=True)
            bundles = [_bundled(house, notary_role, case) for _ in range(plan.rounds)]
            (found,) = in_turns(plan, lambda: _verified(reader, house.log.head().position))
    return [number_bar(_VERIFY, found, "at_least"), number_bar(_BUNDLE, sample(bundles), "at_most")]


def _bundled(house: House, role: "Connection[Any]", case: History) -> float:
    """Seconds of a bundle for which the heads are sealed anew, among those of all the other cases."""
    command_on(house, case)
    began = time.perf_counter()
    bundle_of(house, role, case.case_id)
    return time.perf_counter() - began


def _verified(connection: "Connection[Any]", events: int) -> float:
    began = time.perf_counter()
    verdict = verify_database(connection, Trust())
    took = time.perf_counter() - began
    if verdict.events != events or not verdict.well:
        raise ValueError(f"{verdict.events} of {events}: {verdict.findings[:1]}")
    return events / took


def _proof(ground: Ground, plan: Plan) -> Bar:
    leaves = plan.size(_LEAVES, 1_000)
    with ground.migrated() as url, connect(url, "anjuan_notary") as connection:
        head = _planted(connection, leaves)
        times = sorted(_asked(connection, head) for _ in range(plan.size(_ASKED, 20)))
    return number_bar(_PROOF, sample([times[int(len(times) * _P95)] * 1_000]), "at_most")


def _planted(connection: "Connection[Any]", leaves: int) -> Checkpoint:
    """A tree of so many leaves that stand for records."""
    size, edge = 0, dict[int, bytes]()
    while size < leaves:
        some = [secrets.token_bytes(HASH_BYTES) for _ in range(min(50_000, leaves - size))]
        changed = grow(size, edge, some)
        size += len(some)
        put_tiles(connection, EVENTS, changed, size)
        edge = {tile.level: changed.get((tile.level, tile.number)) or edge[tile.level] for tile in edge_of(size)}
    return signed(LogHead("bench", size, root(size, nodes_of(connection, size))), [new_key("bench", "ed25519")])


def _asked(connection: "Connection[Any]", head: Checkpoint) -> float:
    position = 1 + secrets.randbelow(head.head.size)
    began = time.perf_counter()
    proof_of(connection, position, head)
    return time.perf_counter() - began
