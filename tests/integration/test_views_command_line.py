"""``anjuan views`` on a real database: rebuilding, aborting, going back, verifying, pausing, splitting; workers."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.cli import building
from adapters.operating import acts
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector import asides, filling, swapping
from adapters.projector.asides import Aside, AsideLost
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from projections.registry import VIEWS
from tests.support.command_line import arguments, environment, fault, read, run, said
from tests.support.database import database
from tests.support.logs import open_log, query, tamper
from tests.support.many_cases import write_cases

pytestmark = pytest.mark.postgres

WRONG = "UPDATE views.worklist SET stage = 'wrong' WHERE case_id IN ('1-7', '1-8')"


@pytest.fixture
def url(postgres: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A log of forty cases and all views of it; the command line works on it."""
    with database(postgres) as made, open_log(made) as opened:
        monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
        monkeypatch.setenv("ANJUAN_DATABASE_URL", made)
        monkeypatch.setenv("COLUMNS", "200")
        write_cases(opened.log, 1, 40)
        bring_up(lambda: made)
        yield made


def view(name: str) -> dict[str, Any]:
    (found,) = [each for each in read("views") if each["view"] == name]
    return dict(found)


def await_rows(url: str, statement: str, wanted: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while (found := query(url, statement)) != wanted:
        assert time.monotonic() < until, found
        time.sleep(0.05)


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Nobody reads or writes the table meanwhile."""
    with psycopg.connect(url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        connection.rollback()


def begun(url: str) -> None:
    """A build has begun, and hangs at the log, which somebody has locked."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%FROM log.events%%'"
    )
    await_rows(url, waiting, [(1,)])


class TestRebuild:
    def test_it_tells_what_was_wrong_and_swaps(self, url: str) -> None:
        tamper(url, WRONG)
        told = said("views", "rebuild", "worklist")
        assert "worklist: 40 行 rows，2 处不同 different" in told
        assert "  changed worklist [1-7] (stage)\n  changed worklist [1-8] (stage)\n" in told
        assert "已切换 swapped in worklist" in told
        assert query(url, "SELECT count(*) FROM views.worklist WHERE stage = 'wrong'") == [(0,)]
        found = view("worklist")
        assert (found["differences"], found["kept_version"], found["build"]) == (2, VIEWS["worklist"].version, None)

    def test_all_views_are_built_one_lane_after_the_other(self, url: str) -> None:
        swapped = [line for line in said("views", "rebuild", "--all").splitlines() if "已切换" in line]
        assert len(swapped) == 2
        assert query(url, "SELECT count(*) FROM views.asides") == [(0,)]
        assert "worklist" in swapped[0]
        assert "decisions" in swapped[1]
        assert all(each["swapped_at"] for each in read("views"))

    def test_it_goes_on_with_what_was_left_unless_it_shall_begin_anew(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(building, "LINE_SECONDS", 0.0)
        monkeypatch.setattr(filling, "CHUNK_EVENTS", 20)
        for words in ((), ("--restart",)):
            left = unfinished(url)
            result = run("views", "rebuild", "worklist", *words)
            assert result.exit_code == 0, result.output
            first = re.search(r"filling: (\d+)/(\d+) ", result.stderr)
            assert first
            assert (int(first[1]) > left) is (not words)
            assert re.search(
                r"重建 rebuild worklist 填充 filling: \d+/\d+ \d+%，[\d,]+/s，剩余 left 0:00:\d\d", result.stderr
            )
            assert query(url, "SELECT count(*) FROM views.asides") == [(0,)]

    def test_a_name_or_all_must_be_given(self, url: str) -> None:
        assert query(url, "SELECT count(*) FROM views.asides") == [(0,)]
        for words in ((), ("worklist", "--all")):
            assert run("views", "rebuild", *words).exit_code == 2
        assert "UNKNOWN_VIEW" in fault("views", "rebuild", "worklist", "nope")


def unfinished(url: str) -> int:
    """Leave a rebuild of the worklist in its midst; return how many events are in."""
    seen: list[int] = []

    def stop(aside: Aside) -> None:
        seen.append(aside.events)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acts.rebuild_views(lambda: url, [VIEWS["worklist"]], stop)
    return seen[-1]


class TestAbort:
    def test_what_was_left_is_dropped(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(filling, "CHUNK_EVENTS", 20)
        left = unfinished(url)
        assert re.search(rf"build rebuild worklist: {left}/\d+ \d+%.*未完成 unfinished", said("views"))
        assert f"aborted worklist：{left}/" in said("views", "abort", "worklist")
        assert query(url, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'aside%%'") == [(0,)]
        assert "NOTHING_BUILDING" in fault("views", "abort", "worklist")

    def test_another_process_that_is_at_it_ends_with_a_clear_line(self, url: str, tmp_path: Path) -> None:
        words = arguments("views", "rebuild", "worklist", "duties")
        with locked(url, "log.events"):
            process = subprocess.Popen(
                words, env=environment(tmp_path, url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            begun(url)
            assert query(url, "SELECT owner LIKE %s FROM views.asides", f"%-{process.pid}-%") == [(True,)]
            assert "ASIDE_BUSY" in fault("views", "rebuild", "duties")
            assert "aborted worklist, duties：0/" in said("views", "abort", "duties")
            out, told = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "Error: BUILD_ABORTED: 构建已被中止，现用视图未受影响" in told
        assert "Traceback" not in told + out
        assert query(url, "SELECT count(*) FROM views.asides") == [(0,)]
        assert all(each["same"] for each in read("views", "verify", "worklist", "duties"))

    def test_one_that_is_between_two_chunks_stops_at_the_next(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(filling, "CHUNK_EVENTS", 20)
        reached, aborted = threading.Event(), threading.Event()
        ended: list[Exception] = []

        def wait(_: Aside) -> None:
            reached.set()
            aborted.wait(30)

        def build() -> None:
            try:
                acts.rebuild_views(lambda: url, [VIEWS["worklist"]], wait)
            except AsideLost as lost:
                ended.append(lost)

        thread = threading.Thread(target=build)
        thread.start()
        assert reached.wait(30)
        said("views", "abort", "worklist")
        aborted.set()
        thread.join(30)
        assert [type(each) for each in ended] == [AsideLost]
        assert query(url, "SELECT count(*) FROM views.projections WHERE swapped_at IS NOT NULL") == [(0,)]

    def test_an_abort_that_comes_before_the_swap_prevents_it(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def seized(connection: Any, aside: Aside) -> int:  # noqa: ANN401  (a connection of any rows)
            tamper(url, "UPDATE views.asides SET owner = 'another'")
            return real(connection, aside)

        real = swapping.swap
        monkeypatch.setattr("adapters.projector.rebuild.swap", seized)
        assert "BUILD_ABORTED" in fault("views", "rebuild", "worklist")
        assert query(url, "SELECT swapped_at FROM views.projections WHERE view = 'worklist'") == [(None,)]
        assert all(each["same"] for each in read("views", "verify", "worklist"))


class TestVerify:
    def test_a_wrong_row_is_named_by_table_key_and_column_and_nothing_stays(self, url: str) -> None:
        assert all(each["same"] for each in read("views", "verify", "--all"))
        tamper(url, WRONG)
        result = run("views", "verify", "worklist", "duties", "--json")
        assert result.exit_code == 1
        told = run("views", "verify", "worklist")
        assert told.exit_code == 1
        assert "  changed worklist [1-7] (stage)" in told.stdout
        assert query(url, "SELECT count(*) FROM views.asides") == [(0,)]
        assert query(url, "SELECT count(*) FROM views.worklist WHERE stage = 'wrong'") == [(2,)]

    def test_what_a_killed_one_left_is_dropped_by_the_next(self, url: str) -> None:
        with session(lambda: url) as (connection, _):
            asides.make(connection, "verify", [VIEWS["worklist"]], 1)
        tamper(url, "UPDATE views.asides SET moved_at = now() - interval '1 hour', owner = 'gone'")
        assert read("views", "verify", "worklist")[0]["same"]
        assert query(url, "SELECT count(*) FROM views.asides") == [(0,)]

    def test_a_view_that_no_projector_has_met_is_refused(
        self, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
        monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
        for words in (("verify", "worklist"), ("rollback", "worklist"), ("pause", "worklist")):
            assert "VIEW_NOT_BUILT" in fault("views", *words)


def test_a_view_goes_back_once(url: str) -> None:
    tamper(url, WRONG)
    said("views", "rebuild", "worklist")
    assert "已回退 rolled back worklist" in said("views", "rollback", "worklist")
    assert query(url, "SELECT count(*) FROM views.worklist WHERE stage = 'wrong'") == [(2,)]
    assert "NOTHING_KEPT" in fault("views", "rollback", "worklist")


def test_a_paused_view_stands_still_while_the_others_go_on(url: str) -> None:
    said("views", "pause", "worklist")
    before = view("worklist")["position"]
    with open_log(url) as opened:
        last = write_cases(opened.log, 41, 3)
    bring_up(lambda: url)
    found = view("worklist")
    assert (found["paused"], found["position"], found["lag"]) == (True, before, last - before)
    assert 0 < found["stale"] < 60
    assert view("duties")["lag"] == view("duties")["stale"] == 0
    assert "暂停 paused" in said("views")
    assert read("views", "verify", "worklist")[0]["same"]
    said("views", "resume", "worklist")
    bring_up(lambda: url)
    assert view("worklist")["lag"] == 0
    assert all(each["same"] for each in read("views", "verify", "--all"))


def test_ranges_are_split_and_merged(url: str) -> None:
    assert "0..512, 512..1024" in said("views", "split", "streams", "0", "1024")
    assert [(each["lo"], each["hi"]) for each in read("views", "ranges")] == [(0, 512), (512, 1024), (0, 1024)]
    assert view("worklist")["ranges"] == 2
    assert query(url, "SELECT count(*) FROM views.checkpoint WHERE view = 'worklist'") == [(2,)]
    assert "CANNOT_SPLIT" in fault("views", "split", "streams", "0", "1024")
    assert "INVALID_VALUE" in fault("views", "split", "streams", "9", "3")
    assert "0..1024" in said("views", "merge", "streams", "0", "512", "1024")
    assert "streams | 0 | 1024 | — |" in said("views", "ranges")
    assert view("worklist")["ranges"] == 1


class TestWorkers:
    @pytest.fixture
    def two(self, url: str, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
        process = subprocess.Popen(
            arguments("project", "--workers", "2"), env=environment(tmp_path, url), stderr=subprocess.PIPE, text=True
        )
        try:
            await_rows(url, HELD, [(2, 4)])
            yield process
        finally:
            process.kill()
            process.communicate()
            await_rows(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%%-%%-______'", [(0,)])

    def test_they_share_the_ranges_and_one_that_is_killed_is_replaced(
        self, url: str, two: "subprocess.Popen[str]"
    ) -> None:
        assert [(each["lane"], each["lo"], each["hi"]) for each in read("views", "ranges")] == [
            ("streams", 0, 256),
            ("streams", 256, 512),
            ("streams", 512, 1024),
            ("whole", 0, 1024),
        ]
        killed, other = sorted(pids(url))
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + 30
        while killed in pids(url):
            assert time.monotonic() < until, "the ranges of a killed worker stay its own"
            time.sleep(0.05)
        await_rows(url, HELD, [(2, 4)])
        assert other in pids(url)
        assert two.poll() is None
        with open_log(url) as opened:
            write_cases(opened.log, 41, 10)
        await_rows(
            url, "SELECT count(*) FROM views.checkpoint, log.head WHERE checkpoint.position < head.position", [(0,)]
        )
        assert all(each["same"] for each in read("views", "verify", "--all"))

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
    def test_they_end_with_their_parent_however_it_ends(
        self, url: str, two: "subprocess.Popen[str]", number: signal.Signals
    ) -> None:
        children = pids(url)
        assert len(children) == 2
        two.send_signal(number)
        _, told = two.communicate(timeout=30)
        assert two.returncode == (0 if number != signal.SIGKILL else -signal.SIGKILL)
        assert "Traceback" not in told
        until = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in children):
            assert time.monotonic() < until, "the children outlive their parent"
            time.sleep(0.05)
        await_rows(url, "SELECT count(*) FROM views.leases WHERE owner <> ''", [(0,)])


HELD = """
SELECT count(DISTINCT owner), count(*) FROM views.leases
 WHERE expires_at > clock_timestamp() AND owner IN (SELECT application_name FROM pg_stat_activity)
"""


def pids(url: str) -> set[int]:
    """The processes that hold ranges."""
    owners = query(url, "SELECT DISTINCT owner FROM views.leases WHERE owner <> '' AND expires_at > clock_timestamp()")
    return {int(owner.split("-")[-2]) for (owner,) in owners}
