"""Building views as of past moments: once for all who ask, by one process at a time; kept, and dropped unread."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace
from psycopg import sql

from adapters.house import House
from adapters.moments import Moments, Past
from adapters.postgres.connections import connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector import asides, moments
from adapters.projector.asides import Aside
from adapters.projector.filling import Progress, fill
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.viewing import MomentFault, ViewBuilding
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support.database import database
from tests.support.houses import set_up
from tests.support.logs import query, tamper
from tests.support.many_cases import write_cases
from tests.support.serving import Served, open_test_house, served

pytestmark = pytest.mark.postgres

COUNT = "SELECT sum(cases)::int8 AS cases FROM dashboard_count"
DASHBOARD = [VIEWS["dashboard"]]


@pytest.fixture
def house(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[House]:
    """Forty cases, and the live views of them."""
    with database(postgres) as url, open_test_house(tmp_path, url) as opened:
        set_up(opened.log)
        write_cases(opened.log, 1, 40)
        bring_up(opened.locate)
        yield opened


def read(house: House, position: int, view: str = "dashboard", text: str = COUNT) -> list[dict[str, Any]]:
    past = house.moments.at([view], position)
    past.make_ready()
    return past.read(text)


def kept(house: House) -> list[tuple[str, int, str]]:
    """The asides: view, position, stage."""
    return query(house.conninfo, "SELECT views[1], target, stage FROM views.asides ORDER BY target, views")


@contextmanager
def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.6) -> Iterator[list[str]]:
    """Filling takes its time; each one is noted by its view."""
    begun: list[str] = []

    def slow(connection: "psycopg.Connection[Any]", aside: Aside, progress: Progress) -> Aside:
        begun.append(aside.views[0])
        time.sleep(seconds)
        return fill(connection, aside, progress)

    with monkeypatch.context() as patched:
        patched.setattr(moments, "fill", slow)
        yield begun


class TestBuilding:
    def test_all_who_ask_for_the_same_moment_have_it_built_once(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with slowly(monkeypatch) as begun, ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _: read(house, 100), range(8)))
        assert begun == ["dashboard"]
        assert [each == found[0] for each in found] == [True] * 8
        assert kept(house) == [("dashboard", 100, "ready")]

    def test_two_processes_that_ask_at_once_have_it_built_once(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Moments(house.locate, house.readers)
        with slowly(monkeypatch, 1.0) as begun, ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(each.ready, "dashboard", 100, 20) for each in (house.moments, other)]
            assert [each.result() for each in asked] == [None, None]
        other.close()
        assert begun == ["dashboard"]
        assert kept(house) == [("dashboard", 100, "ready")]

    def test_different_moments_are_built_one_after_the_other(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running, most = [0], [0]

        def counted(connection: "psycopg.Connection[Any]", aside: Aside, progress: Progress) -> Aside:
            running[0] += 1
            most[0] = max(most[0], running[0])
            time.sleep(0.1)
            running[0] -= 1
            return fill(connection, aside, progress)

        monkeypatch.setattr(moments, "fill", counted)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda position: house.moments.ready("dashboard", position, 20), (10, 20, 30, 40)))
        assert most == [1]
        assert [each[1:] for each in kept(house)] == [(position, "ready") for position in (10, 20, 30, 40)]

    def test_what_takes_long_is_told_in_time_and_goes_on(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        with slowly(monkeypatch, 1.5):
            began = time.monotonic()
            with pytest.raises(ViewBuilding) as told:
                house.moments.ready("dashboard", 100, 0.2)
            assert 0.2 <= time.monotonic() - began < 1
            assert told.value.percent == 0
            house.moments.ready("dashboard", 100, 20)
        assert read(house, 100)

    def test_what_another_process_builds_is_waited_for_with_its_progress(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("adapters.projector.filling.CHUNK_EVENTS", 40)
        going_on = threading.Event()

        def hold(aside: Aside) -> None:
            if aside.events > aside.target // 2:
                going_on.wait(20)

        def build() -> None:
            with session(house.locate) as (connection, name):
                moments.build(connection, [VIEWS["worklist"]], 100, name, hold)

        other = threading.Thread(target=build)
        other.start()
        while house.moments.percent("worklist", 100) <= 50:
            time.sleep(0.01)
        with pytest.raises(ViewBuilding) as told:
            house.moments.ready("worklist", 100, 0.3)
        assert 50 < told.value.percent < 100
        going_on.set()
        house.moments.ready("worklist", 100, 20)
        other.join()
        assert kept(house) == [("worklist", 100, "ready")]

    def test_what_a_process_that_is_gone_has_left_is_gone_on_with(self, house: House) -> None:
        with session(house.locate) as (connection, name):
            left = asides.own(connection, asides.make(connection, "moment", DASHBOARD, 100), name)
            with pytest.raises(ViewBuilding):
                house.moments.ready("dashboard", 100, 0.2)
        house.moments.ready("dashboard", 100, 20)
        with session(house.locate) as (connection, _):
            assert [each.id for each in asides.all_asides(connection)] == [left.id]

    def test_what_cannot_be_built_is_told_and_not_tried_again_at_once(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(VIEWS, "dashboard", failing_at(VIEWS["dashboard"], 60))
        with slowly(monkeypatch, 0) as begun:
            for _ in range(3):
                with pytest.raises(MomentFault):
                    house.moments.ready("dashboard", 100, 20)
        assert begun == ["dashboard"]
        with served(house) as here:
            answer = here.client.get("/dashboard", params={"at_position": 100})
            assert (answer.status_code, answer.json()["code"]) == (500, "MOMENT_FAULT")
            assert "当时的视图无法构建" in here.client.get("/ui/dashboard", params={"at_position": 100}).text
            assert here.client.get("/dashboard", params={"at_position": 50}).status_code == 200

    def test_closing_stops_a_build_and_the_next_process_goes_on_with_it(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("adapters.projector.filling.CHUNK_EVENTS", 20)
        mine = Moments(house.locate, house.readers)
        with slowly(monkeypatch, 0.3):
            with pytest.raises(ViewBuilding):
                mine.ready("worklist", 150, 0.1)
            mine.close()
        assert [each[2] for each in kept(house)] == ["filling"]
        house.moments.ready("worklist", 150, 20)
        assert kept(house) == [("worklist", 150, "ready")]


class TestReading:
    def test_live_and_past_rows_are_told_apart_by_one_connection_whatever_it_has_prepared(self, house: House) -> None:
        live = house.read(COUNT)
        for _ in range(12):
            assert house.read(COUNT) == live
            assert read(house, 0) == [{"cases": None}]
            assert 0 < read(house, 100)[0]["cases"] < live[0]["cases"]

    def test_a_table_that_the_past_view_has_not_is_not_read_from_the_live_one(self, house: House) -> None:
        with pytest.raises(psycopg.errors.UndefinedTable):
            read(house, 100, text="SELECT * FROM worklist")

    def test_a_reader_can_change_nothing(self, house: House) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            read(house, 100, text="DELETE FROM dashboard_count RETURNING 1")

    def test_two_views_are_read_as_of_one_moment(self, house: House) -> None:
        past = house.moments.at(["decisions", "samples"], 150)
        past.make_ready()
        (found,) = past.read("SELECT (SELECT count(*) FROM decisions) AS d, (SELECT count(*) FROM samples) AS s")
        assert found["d"] > 0
        assert found["s"] == 0


class TestKeeping:
    def test_what_is_being_read_is_not_dropped_under_the_reader(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(moments, "MOST_KEPT", 1)
        house.moments.ready("dashboard", 100, 20)
        with connect(house.locate, "anjuan_reader") as reader, reader.transaction():
            assert moments.enter(reader, DASHBOARD, 100)
            house.moments.ready("dashboard", 110, 20)
            assert reader.execute(COUNT.encode()).fetchall()[0][0] > 0
            assert [each[1] for each in kept(house)] == [100, 110]
        house.moments.ready("dashboard", 120, 20)
        assert [each[1] for each in kept(house)] == [120]

    def test_what_somebody_reads_by_hand_is_left_too(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(moments, "MOST_KEPT", 1)
        house.moments.ready("dashboard", 100, 20)
        with session(house.locate) as (connection, _):
            (aside,) = asides.all_asides(connection)
        with psycopg.connect(house.conninfo) as reader:
            reader.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(aside.schema, "dashboard_count")))
            house.moments.ready("dashboard", 110, 20)
            assert [each[1] for each in kept(house)] == [100, 110]

    def test_a_reader_between_two_queries_gets_the_same_rows_though_the_view_was_dropped_meanwhile(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        past = house.moments.at(["dashboard"], 100)
        past.make_ready()
        before = past.read(COUNT)
        monkeypatch.setattr(moments, "MOST_KEPT", 1)
        house.moments.ready("dashboard", 110, 20)
        assert [each[1] for each in kept(house)] == [110]
        assert past.read(COUNT) == before

    def test_many_readers_and_many_moments_with_room_for_one_end_well(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = {position: read(house, position) for position in (40, 80, 120)}
        monkeypatch.setattr(moments, "MOST_KEPT", 1)
        told: list[bool] = []

        def ask(number: int) -> None:
            position = (40, 80, 120)[number % 3]
            past = Past(house.moments, ["dashboard"], house.moments.at(["dashboard"], position).shown)
            try:
                told.append(past.read(COUNT) == wanted[position])
            except ViewBuilding:
                return

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(ask, range(30)))
        assert told
        assert all(told)

    def test_what_is_asked_for_again_stays_longer(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(moments, "MOST_KEPT", 2)
        for position in (10, 20, 10, 30):
            house.moments.ready("dashboard", position, 20)
        assert [each[1] for each in kept(house)] == [10, 30]

    def test_views_of_older_versions_go_and_those_of_newer_ones_stay(self, house: House) -> None:
        for position in (10, 20, 30):
            house.moments.ready("dashboard", position, 20)
        tamper(house.conninfo, "UPDATE views.asides SET versions = '{0}' WHERE target = 10")
        tamper(house.conninfo, "UPDATE views.asides SET versions = '{99}' WHERE target = 20")
        house.moments.ready("dashboard", 40, 20)
        assert [each[1] for each in kept(house)] == [20, 30, 40]
        house.moments.ready("dashboard", 20, 20)
        assert [each[1] for each in kept(house)] == [20, 20, 30, 40], "of our version, beside the newer one"

    def test_what_was_begun_long_ago_and_left_is_cleared_away(self, house: House) -> None:
        with session(house.locate) as (connection, name):
            asides.own(connection, asides.make(connection, "moment", DASHBOARD, 100), name)
        tamper(house.conninfo, "UPDATE views.asides SET moved_at = moved_at - interval '2 hours'")
        house.moments.ready("dashboard", 110, 20)
        assert [each[1] for each in kept(house)] == [110]


@pytest.fixture
def here(house: House) -> Iterator[Served]:
    with served(house) as running:
        yield running


def test_a_request_is_told_the_percent_and_when_to_ask_again(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.moments.WAIT_SECONDS", 0.2)
    with slowly(monkeypatch, 4):
        answer = here.client.get("/dashboard", params={"at_position": 100})
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["percent"]) == (503, "VIEW_BUILDING", 0)
        assert int(answer.headers["retry-after"]) > 0
        assert here.client.get("/dashboard").status_code == 200, "nobody else waits"
        page = here.client.get("/ui/dashboard", params={"at_position": 100})
        assert (page.status_code, page.headers["refresh"]) == (202, "2")
        assert "<progress" in page.text
    assert "percent" not in here.client.get("/dashboard", params={"at_position": 2**40}).json()


def failing_at(view: View, position: int) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        view.fold(rows, recorded)
        if recorded.position >= position:
            raise ZeroDivisionError

    return replace(view, fold=fold)
