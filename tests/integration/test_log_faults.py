"""The log under kill -9, of writers and of the server: what was acknowledged is there once, the rest not by half."""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.connections import reading
from adapters.postgres.database import locate_database
from adapters.postgres.migrate import migrate
from adapters.postgres.supervisor import evidence, place
from application.ports import Append, Appended
from domain.errors import Unavailable
from tests.support.events import append, one, write
from tests.support.logs import OpenLog, held_lock, open_log, query
from tests.support.processes import finish, kill, line, program

pytestmark = pytest.mark.postgres

ROUNDS = 8
PATIENCE = 60.0
COMMANDS = "SELECT command_id, stream, first_position, last_position FROM log.commands ORDER BY first_position"
WRITTEN = """
SELECT c.command_id, array_agg(e.stream || '/' || e.seq ORDER BY e.position)
  FROM log.commands c JOIN log.events e ON e.position BETWEEN c.first_position AND c.last_position GROUP BY 1
"""
BREAK_READERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE application_name = 'anjuan_reader' AND datname = current_database()
"""
BREAK_WAITING = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
WAITS_FOR_LOCK = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def eventually(found: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < until, what
        time.sleep(0.01)


def assert_whole(url: str, acknowledged: list[str]) -> int:
    """Every command is there whole and once, all acknowledged ones among them, and positions have no gap."""
    written: dict[str, list[str]] = dict(query(url, WRITTEN))
    for command_id, places in written.items():
        thread, number = command_id.rsplit(".", 1)
        n = int(number)
        assert places == [f"left-{thread}/{n + 1}", f"right-{thread}/{2 * n + 1}", f"right-{thread}/{2 * n + 2}"]
    kept = {f"{command_id} {first} {last}" for command_id, _, first, last in query(url, COMMANDS)}
    assert kept.issuperset(acknowledged), "an acknowledged append is missing, or elsewhere"
    assert len(set(acknowledged)) == len(acknowledged)
    positions = [row[0] for row in query(url, "SELECT position FROM log.events ORDER BY position")]
    assert positions == list(range(1, 3 * len(written) + 1))
    return len(positions)


def test_kill_9_of_writers_loses_nothing_acknowledged_and_leaves_nothing_half(database_url: str) -> None:
    chance = random.Random(20260302)  # noqa: S311  (moments to kill at)
    acknowledged: list[str] = []
    with program("tail_log", database_url) as tail:
        assert line(tail) == "reading"
        for number in range(ROUNDS):
            with program("append_pairs", database_url, f"round-{number}", 4, 1_000_000) as process:
                acknowledged.append(line(process))
                time.sleep(chance.uniform(0, 0.3))
                acknowledged += kill(process)
        assert len(acknowledged) > ROUNDS
        eventually(lambda: not query(database_url, WAITS_FOR_LOCK), "a killed writer's backend still waits")
        last = assert_whole(database_url, acknowledged)
        assert finish(tail) == [str(last)]


def test_a_lost_acknowledgement_retried_is_one_event(database_url: str) -> None:
    with open_log(database_url) as opened:
        with held_lock(database_url), program("append_pairs", database_url, "lost", 1, 1) as process:
            eventually(lambda: query(database_url, WAITS_FOR_LOCK), "the append does not wait")
            assert kill(process) == []
        eventually(lambda: opened.log.outcome("lost-0.0", "wish"), "the server does not finish what it was asked")
        again = opened.log.append(append("lost-0.0", write("left-lost-0", 0, "0"), write("right-lost-0", 0, "a", "b")))
        assert (again.repeated, again.first, again.last) == (True, 1, 3)
    assert assert_whole(database_url, ["lost-0.0 1 3"]) == 3


def test_an_append_whose_connection_broke_before_the_commit_is_not_there(database_url: str) -> None:
    with open_log(database_url) as opened, ThreadPoolExecutor(1) as pool:
        with held_lock(database_url):
            answer = pool.submit(opened.log.append, one("1", "s", 0))
            eventually(lambda: query(database_url, WAITS_FOR_LOCK), "the append does not wait")
            query(database_url, BREAK_WAITING)
            with pytest.raises(Unavailable):
                answer.result(PATIENCE)
        assert opened.log.outcome("1", "wish") is None
        done = opened.log.append(one("1", "s", 0))
        assert (done.repeated, done.first) == (False, 1)


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="anjuan-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Persistent:
    """A caller who tries again, with the same command id, until it is done."""

    def __init__(self, opened: OpenLog, ended: threading.Event) -> None:
        self.opened = opened
        self.ended = ended
        self.acknowledged: list[str] = []
        self.refused = 0

    def run(self, thread: str) -> None:
        number = 0
        while not self.ended.is_set():
            both = (write(f"left-{thread}", number, "x"), write(f"right-{thread}", number * 2, "a", "b"))
            done = self._until_done(append(f"{thread}.{number}", *both))
            self.acknowledged.append(f"{thread}.{number} {done.first} {done.last}")
            number += 1

    def _until_done(self, wish: Append) -> Appended:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return self.opened.log.append(wish)
            except Unavailable:
                self.refused += 1
                time.sleep(0.02)
        pytest.fail("the log does not come back")


def postmaster(home: Path) -> int:
    found = evidence.read_pid_file(place.Place(home / "postgres").data)
    assert found is not None
    return found.pid


def test_after_kill_9_of_the_server_all_goes_on_by_itself(home: Path) -> None:
    with locate_database(home, "") as locate:
        migrate(locate())
        ended = threading.Event()
        with open_log(locate) as opened, ThreadPoolExecutor(6) as pool:
            caller = Persistent(opened, ended)
            running = [pool.submit(caller.run, f"t{n}") for n in range(6)]
            eventually(lambda: len(caller.acknowledged) > 50, "nothing is written")
            first = postmaster(home)
            os.kill(first, signal.SIGKILL)
            eventually(lambda: caller.refused > 0, "callers are not told")
            before = len(caller.acknowledged)
            eventually(lambda: len(caller.acknowledged) > before + 50, "nothing is written again")
            ended.set()
            for future in running:
                future.result(PATIENCE)
            assert postmaster(home) != first
            assert_whole(locate(), caller.acknowledged)


def seconds_of(read: Callable[[], object]) -> tuple[bool, float]:
    """Whether it could be read, and how long that took."""
    began = time.monotonic()
    try:
        read()
    except Unavailable:
        return False, time.monotonic() - began
    return True, time.monotonic() - began


def test_when_all_connections_break_at_once_one_caller_alone_is_told(database_url: str) -> None:
    with open_log(database_url) as opened:
        opened.log.append(one("1", "s", 0))
        with ExitStack() as stack:
            for _ in range(4):
                stack.enter_context(reading(opened.pool))
        assert len(query(database_url, BREAK_READERS)) == 4
        told = [done for done, _ in (seconds_of(lambda: opened.log.read(0, 10)) for _ in range(20))]
        assert told.count(False) == 1


def test_readers_are_told_soon_that_the_server_is_gone_and_soon_read_again(home: Path) -> None:
    gone = threading.Event()
    with locate_database(home, "") as locate:
        migrate(locate())

        def reached() -> str:
            if gone.is_set():
                raise psycopg.OperationalError("gone")
            return locate()

        with open_log(reached) as opened, ThreadPoolExecutor(4) as pool:

            def read(_: int) -> tuple[bool, float]:
                return seconds_of(lambda: opened.log.read(0, 10))

            opened.log.append(one("1", "s", 0))
            assert all(done for done, _ in pool.map(read, range(40)))
            gone.set()
            os.kill(postmaster(home), signal.SIGKILL)
            eventually(lambda: not read(0)[0], "its backends live on")
            told = list(pool.map(read, range(12)))  # nine seconds, in which a pool may fall asleep
            assert not any(done for done, _ in told)
            assert max(seconds for _, seconds in told) < 6
            gone.clear()
            back = time.monotonic()
            eventually(lambda: read(0)[0], "reading does not come back")
            assert time.monotonic() - back < 4
            assert all(done for done, _ in pool.map(read, range(40))), "a dead connection was left in the pool"
