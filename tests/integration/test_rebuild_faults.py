"""Rebuilding and swapping when processes are killed or stopped in the middle, start at once, or ranges change."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from adapters.postgres.embedded import EmbeddedServer
from adapters.projector import asides, comparing, swapping
from adapters.projector.filling import fill
from adapters.projector.rebuild import rebuild, verify
from adapters.projector.service import bring_up, renew_outdated
from adapters.projector.sessions import session
from adapters.projector.splitting import split_into
from adapters.projector.swapping import SwapBlocked, roll_back
from adapters.projector.tables import LOCK
from projections.registry import VIEWS
from projections.shape import View
from tests.support.counting import assert_views_are_the_log
from tests.support.database import database
from tests.support.logs import query
from tests.support.processes import kill, line, program
from tests.support.workers import eventually, following, go_on, more_cases, reached

pytestmark = pytest.mark.postgres

ALL = list(VIEWS.values())
STREAMS = [view for view in ALL if view.by_stream]
WORKLIST = VIEWS["worklist"]
STAGES = ("filling", "indexing", "comparing", "catching up", "swapping", "swapped")
_ASIDES = "SELECT id, stage FROM views.asides"
_SCHEMAS = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'aside%%'"
_WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


@pytest.fixture
def url(postgres: EmbeddedServer) -> Iterator[str]:
    """A log of forty cases, and all views of it."""
    with database(postgres) as made:
        more_cases(made, 1, 40)
        bring_up(lambda: made)
        yield made


@pytest.mark.slow
def test_killed_at_every_stage_a_rebuild_is_gone_on_with_and_comes_to_its_end(url: str) -> None:
    seen: list[list[tuple[str, str]]] = []
    with following(url, 1, 100):
        for seed, stage in enumerate(STAGES, 2):
            with program("rebuild_views", url, stage, int(signal.SIGKILL)) as process:
                assert line(process) == "there"
                kill(process)
            seen.append(query(url, _ASIDES))
            more_cases(url, seed, 5)
        eventually(lambda: reached(url), "the worker does not go on")
    assert [[stage for _, stage in each] for each in seen] == [["filling"], ["indexing"], *[["ready"]] * 3, []]
    assert len({each[0] for each in seen[0]}) == 1, "all went on with the same"
    assert query(url, _SCHEMAS) == [(0,)]
    assert query(url, "SELECT count(kept_position) FROM views.projections") == [(len(STREAMS),)]
    assert_views_are_the_log(url)


@pytest.mark.slow
def test_a_process_stopped_while_it_swaps_holds_the_views_still_for_seconds_and_no_longer(url: str) -> None:
    with following(url, 1, 100), program("rebuild_views", url, "copying", int(signal.SIGSTOP)) as process:
        assert line(process) == "caught up"
        more_cases(url, 2, 5)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert line(process) == "there"
        at = time.monotonic()
        more_cases(url, 3, 5)
        eventually(lambda: reached(url), "the views stand still")
        assert time.monotonic() - at < 30
        go_on(process.pid)
        process.communicate(timeout=30)
        assert process.returncode == 1, "it ends, and says so"
    assert_views_are_the_log(url)


def test_two_that_begin_at_once_build_one_aside(url: str) -> None:
    def build() -> bool:
        with session(lambda: url) as (connection, name):
            try:
                rebuild(connection, STREAMS, name)
            except asides.AsideBusy:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        with session(lambda: url) as (connection, _), connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            building = [pool.submit(build) for _ in range(2)]
            eventually(lambda: query(url, _WAITING) == [(2,)], "they do not both look")
        assert sorted(each.result() for each in building) == [False, True]
    assert query(url, _SCHEMAS) == [(0,)]
    assert_views_are_the_log(url)


def test_a_view_that_another_process_has_renewed_meanwhile_is_not_built_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what it was before could not be gone back to."""
    before = query(url, "SELECT sum(version) FROM views.worklist")
    monkeypatch.setitem(VIEWS, "worklist", replace(WORKLIST, version=WORKLIST.version + 1))
    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(renew_outdated, lambda: url) for _ in range(3)]:
            each.result()
    kept = query(url, "SELECT kept_version FROM views.projections WHERE view = 'worklist'")
    assert kept == [(WORKLIST.version,)]
    assert query(url, "SELECT sum(version) FROM views.worklist") == before


def test_what_a_killed_comparison_has_left_goes_with_the_next_one(url: str) -> None:
    with session(lambda: url) as (dead, name):
        asides.own(dead, asides.make(dead, "verify", STREAMS, 10), name)
    with session(lambda: url) as (alive, name), session(lambda: url) as (connection, other):
        kept = asides.own(alive, asides.make(alive, "verify", STREAMS, 10), name)
        eventually(lambda: query(url, "SELECT count(*) FROM views.asides") == [(2,)], "they are not there")
        assert all(each.same for each in verify(connection, STREAMS, other))
        assert [aside.id for aside in asides.all_asides(connection)] == [kept.id]
    assert query(url, _SCHEMAS) == [(1,)]


def test_a_view_goes_back_though_its_ranges_were_split_since(url: str) -> None:
    with session(lambda: url) as (connection, name):
        rebuild(connection, STREAMS, name)
        more_cases(url, 2, 10)
        bring_up(lambda: url)
        split_into(connection, ALL, "streams", 5)
        position = roll_back(connection, WORKLIST)
        assert query(url, "SELECT count(*), max(position) FROM views.checkpoint WHERE view = 'worklist'") == [
            (5, position)
        ]
    more_cases(url, 3, 10)
    bring_up(lambda: url)
    assert_views_are_the_log(url)


def test_programs_that_start_at_once_on_an_empty_home_make_the_tables_once(database_url: str) -> None:
    more_cases(database_url, 1, 10)
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(bring_up, lambda: database_url) for _ in range(4)]:
            each.result()
    assert_views_are_the_log(database_url)


def test_a_swap_by_another_process_does_not_make_a_comparison_lie(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The snapshot of the comparison would show no row of a table that was swapped in after it was taken."""
    monkeypatch.setattr(swapping, "_TRIES", 1)
    refused: list[str] = []

    def swapped_meanwhile(
        connection: "psycopg.Connection[Any]", view: View, copy: comparing.Copy
    ) -> list[comparing.Reached]:
        found = reached_by(connection, view, copy)  # from here on there is a snapshot
        with session(lambda: url) as (other, _), pytest.raises(SwapBlocked):
            swapping.swap(other, another)
        refused.append(view.name)
        return found

    reached_by = comparing.ranges
    with session(lambda: url) as (connection, name):
        aside = asides.own(connection, asides.make(connection, "verify", [WORKLIST], 0), name)
        aside = fill(connection, aside)
        another = asides.own(connection, asides.make(connection, "rebuild", [WORKLIST], 0), name)
        another = fill(connection, another)
        monkeypatch.setattr(comparing, "ranges", swapped_meanwhile)
        assert [each.same for each in comparing.compare(connection, aside)] == [True]
    assert refused == ["worklist"]
