"""Workers that are killed or stopped: others take over within seconds, and whoever was stopped writes nothing."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.projector.service import bring_up
from adapters.projector.sessions import end_session, session
from adapters.projector.splitting import split_into
from adapters.projector.tables import prepare_views
from projections.registry import VIEWS
from tests.support.counting import assert_views_are_the_log
from tests.support.logs import query
from tests.support.processes import finish, kill, line, program
from tests.support.programs.follow import MOMENTS
from tests.support.workers import (
    eventually,
    following,
    go_on,
    last_taken,
    more_cases,
    multiply,
    over_and_over,
    owned,
    reached,
    stop,
)

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

_SEEDS = count(100)
TAKEOVER_SECONDS = 5.0
_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE %s AND datname = current_database()"
_LOCKS = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE datname = current_database() AND application_name LIKE %s
   AND (locktype = 'advisory' OR xact_start < now() - interval '0.2 s')
"""
_DENIED = "SELECT count(*), sum(denials) FROM views.workers WHERE worker LIKE %s"
_SEEN = "SELECT count(*) FROM views.workers WHERE worker LIKE %s AND seen_at > to_timestamp(%s)"


def split_ranges(url: str, number: int) -> None:
    with session(lambda: url) as (connection, _):
        prepare_views(connection, VIEWS.values())
        split_into(connection, [*VIEWS.values()], "streams", number)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_stopped_at_any_moment_is_replaced_and_writes_nothing_when_it_goes_on(
    database_url: str, tmp_path: Path, moment: str
) -> None:
    token = tmp_path / "token"
    token.touch()
    split_ranges(database_url, 4)  # so that both have some of the views that count into the same rows
    with following(database_url, 2, 40, moment, 3, token):
        more_cases(database_url, 1, 60)
        eventually(lambda: list(tmp_path.glob("token.*")), "nobody has come to that moment")
        at = time.time()
        pid = int(next(tmp_path.glob("token.*")).suffix[1:])
        assert owned(database_url, pid)
        eventually(lambda: not owned(database_url, pid), "nobody takes over")
        assert last_taken(database_url) - at < TAKEOVER_SECONDS
        eventually(lambda: reached(database_url), "whoever took over does not go on")
        assert query(database_url, _SESSIONS, f"%-{pid}-%") == [(0,)]
        more_cases(database_url, 2, 20)
        back = time.time()
        go_on(pid)
        eventually(lambda: query(database_url, _SEEN, f"%-{pid}-%", back) == [(1,)], "it does not come back")
        eventually(lambda: owned(database_url, pid), "it gets no range")
        more_cases(database_url, 3, 20)
        eventually(lambda: reached(database_url), "they do not go on together")
    assert_views_are_the_log(database_url)


def test_a_killed_worker_is_replaced(database_url: str) -> None:
    chance = random.Random(11)  # noqa: S311  (moments to kill at)
    with following(database_url, 2, 20) as workers:
        more_cases(database_url, 1, 60)
        time.sleep(chance.uniform(0, 0.3))
        at = time.time()
        kill(workers[0])
        eventually(lambda: not owned(database_url, workers[0].pid), "nobody takes over")
        assert last_taken(database_url) - at < TAKEOVER_SECONDS
        eventually(lambda: reached(database_url), "whoever took over does not go on")
    assert_views_are_the_log(database_url)


def test_workers_stopped_and_let_go_at_random_write_nothing_twice(database_url: str) -> None:
    """Some stops are shorter than a lease, others longer: then two processes hold themselves for the owner."""
    chance = random.Random(12)  # noqa: S311  (moments to stop at)
    with following(database_url, 2, 10) as workers, over_and_over(lambda: more_cases(database_url, next(_SEEDS), 3)):
        for seconds in (0.5, 4.5, 1.5, 4.0, 3.2):
            pid = workers[chance.randrange(2)].pid
            time.sleep(chance.uniform(0, 0.4))
            stop(pid)
            time.sleep(seconds)
            go_on(pid)
    bring_up(lambda: database_url)
    assert_views_are_the_log(database_url)


def test_without_the_right_to_end_a_session_the_epoch_alone_refuses_its_writes(
    database_url: str, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.touch()
    with (
        plain_login(database_url) as plain_url,
        program("follow", database_url, 40, "before a transaction", 3, token) as stopped,
        program("follow", plain_url, 40) as other,
    ):
        for process in (stopped, other):
            assert line(process) == "ready"
            eventually(partial(owned, database_url, process.pid), "a worker has no range")
        more_cases(database_url, 1, 60)
        eventually(lambda: list(tmp_path.glob("token.*")), "it has not come to that moment")
        eventually(lambda: not owned(database_url, stopped.pid), "nobody takes over")
        eventually(lambda: reached(database_url), "whoever took over does not go on")
        assert query(database_url, _SESSIONS, f"%-{stopped.pid}-%") == [(1,)], "its session lives"
        go_on(stopped.pid)
        more_cases(database_url, 2, 20)
        eventually(lambda: query(database_url, _DENIED, f"%-{stopped.pid}-%") >= [(1, 1)], "its write is not refused")
        eventually(lambda: owned(database_url, stopped.pid), "it gets no range")
        eventually(lambda: reached(database_url), "they do not go on together")
        for process in (stopped, other):
            finish(process)
    assert_views_are_the_log(database_url)


@contextmanager
def plain_login(url: str) -> Iterator[str]:
    """The same database by a login that is no superuser, and may end no session of one."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE ROLE plain_worker LOGIN IN ROLE anjuan_projector, anjuan_reader, anjuan_writer")
        try:
            yield make_conninfo(url, user="plain_worker")
        finally:
            owner.execute("DROP ROLE plain_worker")


def test_a_worker_at_rest_holds_no_lock_and_no_transaction(database_url: str) -> None:
    more_cases(database_url, 1, 20)
    with following(database_url, 2, 500) as workers:
        eventually(lambda: reached(database_url), "they do not come up")
        for _ in range(100):
            held = [query(database_url, _LOCKS, f"%-{worker.pid}-%") for worker in workers]
            assert held == [[(0,)], [(0,)]]
            time.sleep(0.01)
        assert sum(len(owned(database_url, worker.pid)) for worker in workers) == 2, "they owned all ranges meanwhile"


def test_a_command_stopped_while_it_brings_views_up_comes_to_its_end_when_it_goes_on(database_url: str) -> None:
    more_cases(database_url, 1, 60)
    with program("project", database_url, 5) as bringing:
        assert "ready" in [line(bringing) for _ in range(4)]
        stop(bringing.pid)
        with program("follow", database_url, 500) as other:
            assert line(other) == "ready"
            eventually(lambda: not owned(database_url, bringing.pid), "nobody takes over")
            eventually(lambda: reached(database_url), "whoever took over does not go on")
            go_on(bringing.pid)
            finish(bringing)
            finish(other)
    assert_views_are_the_log(database_url)


def test_whoever_brings_views_up_beside_workers_waits_for_what_they_own(database_url: str) -> None:
    with following(database_url, 2, 20):
        for seed in range(3):
            more_cases(database_url, seed + 1, 20)
            bring_up(lambda: database_url)
            assert reached(database_url)
    assert_views_are_the_log(database_url)


def test_a_name_that_the_server_would_change_is_still_known(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a living owner is taken for a dead one."""
    monkeypatch.setattr("socket.gethostname", lambda: "民政局服务器" * 12)
    with session(lambda: database_url) as (connection, name), session(lambda: database_url) as (other, _):
        assert query(database_url, _SESSIONS, name) == [(1,)]
        end_session(other, name)
        assert query(database_url, _SESSIONS, name) == [(0,)]
        assert connection.pgconn.socket >= 0


@pytest.mark.parametrize("ranges", [1, 16])
def test_a_long_backlog_takes_no_more_memory_than_a_short_one(database_url: str, ranges: int) -> None:
    more_cases(database_url, 1, 300)
    multiply(database_url, 17)
    assert query(database_url, "SELECT position > 25000 FROM log.head") == [(True,)]
    split_ranges(database_url, ranges)
    with program("weigh", database_url, 13_000) as process:
        early, late = (int(text) for text in finish(process))
    assert late < 300, "MB"
    # A step of events takes some ten kilobytes for each; what is freed is kept for the next, and levels off by 180 MB.
    assert late - early < 100, "MB"
    assert reached(database_url)
