"""Running the projections over HTTP, for the post that runs the system; what Prometheus reads."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from msgspec.structs import replace

from adapters.operating.exposition import exposition
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector import worker
from adapters.projector.service import bring_up
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support import database
from tests.support.builders import AUDITOR, HANDLER, OPERATOR, TIMEKEEPER
from tests.support.houses import set_up
from tests.support.logs import query, tamper
from tests.support.prometheus import parse
from tests.support.serving import Served, await_true, open_test_house, served, whole_house

pytestmark = pytest.mark.postgres

DEAD = """
UPDATE views.leases SET owner = 'dead', expires_at = now() - interval '20 s', taken_at = now() - interval '1 h'
 WHERE lane = 'whole'
"""
READS = ("projections", "parked", "ranges", "workers", "builds")
WRITES = (
    "/ops/views/worklist/pause",
    "/ops/views/worklist/resume",
    "/ops/views/worklist/rebuild",
    "/ops/parked/replay",
)
REPLAY = "/ops/parked/replay"


@pytest.fixture
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        for _ in range(3):
            running.opened()
        caught_up(running)
        yield running


@pytest.fixture
def still(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same without a projector: a test brings the views up by itself."""
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_test_house(home, url) as house:
        set_up(house.log)
        with served(house) as running:
            yield running


def caught_up(here: Served) -> None:
    await_true(lambda: {view["lag"] for view in here.client.get("/views").json()} == {0})


def get(here: Served, name: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    answer = here.client.get(f"/ops/{name}", headers=here.as_post(OPERATOR))
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(here: Served, path: str, **body: object) -> httpx.Response:
    return here.client.post(path, json=body or None, headers=here.as_post(OPERATOR))


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def view(here: Served, name: str) -> dict[str, Any]:
    (found,) = [each for each in get(here, "projections") if each["view"] == name]
    return dict(found)


def failing_at(shape: View, position: int) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        shape.fold(rows, recorded)
        if recorded.position == position:
            raise ZeroDivisionError("样例1")

    return replace(shape, fold=fold)


class TestWhoMay:
    def test_nobody_without_a_token(self, here: Served) -> None:
        for name in READS:
            assert problem(here.client.get(f"/ops/{name}")) == (401, "UNAUTHENTICATED")
        for path in WRITES:
            assert problem(here.client.post(path)) == (401, "UNAUTHENTICATED")

    def test_no_other_post(self, here: Served) -> None:
        for who in (HANDLER, AUDITOR, TIMEKEEPER):
            told = here.as_post(who)
            for name in READS:
                assert problem(here.client.get(f"/ops/{name}", headers=told)) == (403, "NOT_OPERATOR")
            for path in WRITES:
                assert problem(here.client.post(path, headers=told)) == (403, "NOT_OPERATOR")
        assert query(here.house.conninfo, "SELECT count(*) FROM views.projections WHERE paused") == [(0,)]

    def test_metrics_and_positions_stay_open_and_name_no_person(self, here: Served) -> None:
        assert here.client.get("/metrics").status_code == 200
        assert here.client.get("/views").status_code == 200
        assert "owners" not in here.client.get("/views").text


class TestReads:
    def test_views_ranges_and_workers_are_told(self, here: Served) -> None:
        worklist = view(here, "worklist")
        assert (worklist["position"], worklist["lag"], worklist["stale"]) == (here.head(), 0, 0)
        assert (worklist["paused"], worklist["parked"], worklist["ranges"]) == (False, 0, 1)
        held = get(here, "ranges")
        assert [(each["lane"], each["lo"], each["hi"]) for each in held] == [("streams", 0, 1024), ("whole", 0, 1024)]
        assert {each["owner"] for each in held} == set(worklist["owners"])
        assert all(each["age"] >= 0 and 0 < each["expires"] <= 3 for each in held)
        (seen,) = [each for each in get(here, "workers") if each["worker"] in worklist["owners"]]
        assert seen["alive"]
        await_true(lambda: get(here, "workers")[0]["steps"] > 0)
        assert get(here, "parked") == {"parked": 0, "events": []}
        assert get(here, "builds") == []

    def test_they_are_in_the_description_of_the_interface(self, here: Served) -> None:
        paths = here.client.get("/openapi.json").json()["paths"]
        assert {f"/ops/{name}" for name in READS} <= set(paths)
        acts = ("/ops/views/{name}/pause", "/ops/views/{name}/resume", "/ops/views/{name}/rebuild", REPLAY)
        assert [paths[path]["post"]["security"] for path in acts] == [[{"post": []}]] * 4


class TestActs:
    def test_a_view_is_paused_and_goes_on(self, here: Served) -> None:
        answer = post(here, "/ops/views/worklist/pause")
        assert (answer.status_code, answer.json()["paused"]) == (200, True)
        here.opened()
        await_true(lambda: view(here, "duties")["lag"] == 0)
        assert view(here, "worklist")["lag"] > 0
        found = parse(here.client.get("/metrics").text)
        assert found["anjuan_view_paused"].value(view="worklist") == 1
        assert found["anjuan_view_stale_seconds"].value(view="worklist") > 0
        assert found["anjuan_view_stale_seconds"].value(view="duties") == 0
        assert post(here, "/ops/views/worklist/resume").json()["paused"] is False
        caught_up(here)

    def test_a_view_is_rebuilt_in_the_background(self, here: Served) -> None:
        url = here.house.conninfo
        tamper(url, "UPDATE views.worklist SET stage = 'wrong'")
        answer = post(here, "/ops/views/worklist/rebuild")
        assert (answer.status_code, answer.headers["location"]) == (202, "/ops/builds")
        await_true(lambda: view(here, "worklist")["swapped_at"])
        assert query(url, "SELECT count(*) FROM views.worklist WHERE stage = 'wrong'") == [(0,)]
        await_true(lambda: view(here, "worklist")["differences"] == 3)
        assert get(here, "builds") == []

    def test_a_build_under_way_is_told_and_a_second_one_refused(self, here: Served) -> None:
        url = here.house.conninfo
        with psycopg.connect(url) as reader:
            reader.execute("SELECT FROM views.worklist")  # the swap waits for a reader
            post(here, "/ops/views/worklist/rebuild")
            await_true(lambda: get(here, "builds"))
            (build,) = get(here, "builds")
            assert (build["views"], build["purpose"], build["fault"]) == (["worklist"], "rebuild", "")
            assert build["owner"]
            assert view(here, "worklist")["build"]["id"] == build["id"]
            assert problem(post(here, "/ops/views/worklist/rebuild")) == (409, "ASIDE_BUSY")
            await_true(lambda: get(here, "builds")[0]["stage"] == "ready")
            found = parse(here.client.get("/metrics").text)
            assert found["anjuan_builds"].value() == 1
            assert found["anjuan_rebuild_progress"].value(view="worklist") == 1
            reader.rollback()
        await_true(lambda: get(here, "builds") == [])

    def test_a_rebuild_that_fails_says_why_in_the_list(
        self, here: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setitem(VIEWS, "worklist", failing_at(VIEWS["worklist"], here.head()))
        post(here, "/ops/views/worklist/rebuild")
        await_true(lambda: any(each["fault"] for each in get(here, "builds")))
        (build,) = get(here, "builds")
        assert build["fault"].startswith("worklist: ZeroDivisionError tests/integration/")
        assert build["owner"] == ""
        await_true(lambda: "the rebuild of worklist ended: worklist: ZeroDivisionError" in caplog.text)
        assert "样例" not in caplog.text + build["fault"]

    def test_what_does_not_exist_or_makes_no_sense_is_refused(self, here: Served) -> None:
        for act in ("pause", "resume", "rebuild"):
            assert problem(post(here, f"/ops/views/nope/{act}")) == (404, "UNKNOWN_VIEW")
        assert problem(post(here, "/ops/views/worklist/erase")) == (404, "NOT_FOUND")
        assert problem(post(here, REPLAY)) == (400, "MALFORMED_BODY")
        assert problem(post(here, REPLAY, view="worklist")) == (422, "INVALID_VALUE")
        assert problem(post(here, REPLAY, view="worklist", stream="a", position=1)) == (422, "INVALID_VALUE")
        assert problem(post(here, REPLAY, view="worklist", other=1)) == (400, "MALFORMED_BODY")
        assert problem(post(here, REPLAY, view="nope", stream="a")) == (404, "UNKNOWN_VIEW")
        assert problem(post(here, REPLAY, view="worklist", stream="a")) == (409, "NOT_PARKED")
        assert problem(post(here, REPLAY, view="worklist", position=2**70)) == (409, "NOT_PARKED")
        assert problem(post(here, REPLAY, view="worklist", stream="a\0")) == (422, "INVALID_VALUE")


def test_a_database_that_is_away_is_told_as_such(here: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here.as_post(OPERATOR)
    monkeypatch.setattr(here.house, "locate", lambda: f"postgresql:///anjuan?host={tmp_path}")
    for path in ("/ops/views/worklist/pause", "/ops/views/worklist/resume"):
        answer = post(here, path)
        assert problem(answer) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"]
    assert problem(post(here, REPLAY, view="worklist", stream="a")) == (503, "UNAVAILABLE")


def test_parked_events_are_listed_and_replayed(
    still: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "BACK_OFF_SECONDS", (0.01,))
    case_id = still.opened()
    position, good = still.head(), VIEWS["worklist"]
    monkeypatch.setitem(VIEWS, "worklist", failing_at(good, position))
    bring_up(still.house.locate)
    parked = get(still, "parked")
    (event,) = parked["events"]
    assert (parked["parked"], event["view"], event["position"]) == (1, "worklist", position)
    assert (event["stream"], event["error"], event["attempts"]) == (f"case-{case_id}", "ZeroDivisionError", 1)
    assert parse(still.client.get("/metrics").text)["anjuan_view_parked_events"].value(view="worklist") == 1
    asked = {"view": "worklist", "case_id": case_id}
    answer = post(still, REPLAY, **asked)
    assert problem(answer) == (409, "STILL_FAILS")
    assert answer.json()["detail"].startswith("ZeroDivisionError tests/integration/test_http_operating.py:")
    assert "样例" not in str(parked) + caplog.text + answer.text
    monkeypatch.setitem(VIEWS, "worklist", good)
    assert post(still, REPLAY, **asked).json() == {"folded": 1, "left": 0}
    assert get(still, "parked")["parked"] == 0
    assert query(still.house.conninfo, "SELECT case_id FROM views.worklist") == [(case_id,)]


class TestMetrics:
    def test_they_are_what_a_strict_reader_takes(self, here: Served) -> None:
        await_true(lambda: get(here, "workers")[0]["steps"] > 0)
        found = parse(here.client.get("/metrics").text)
        assert found["anjuan_log_position"].value() == here.head()
        for name in ("lag_events", "lag_seconds", "stale_seconds", "parked_events", "paused"):
            each = found[f"anjuan_view_{name}"]
            assert {dict(labels)["view"] for _, labels in each.samples} == set(VIEWS)
            assert each.kind == "gauge"
        (told,) = [each for each in get(here, "workers") if each["alive"]]
        steps = found["anjuan_worker_step_seconds"]
        assert steps.kind == "histogram"
        assert steps.value(worker=told["worker"], le="+Inf") >= 1
        assert found["anjuan_worker_events_total"].value(worker=told["worker"]) >= here.head()
        assert found["anjuan_worker_last_batch_events"].value() > 0
        assert found["anjuan_worker_lease_denials_total"].value() == 0
        assert found["anjuan_gap_assertions_total"].value() == 0
        assert found["anjuan_lease_owned"].value(lane="streams", slices="0-1024") == 1
        assert found["anjuan_lease_age_seconds"].value(lane="whole") >= 0
        assert 0 < found["anjuan_lease_expires_seconds"].value(lane="whole") <= 3
        assert found["anjuan_builds"].value() == 0
        assert found["anjuan_http_answers_total"].value(status="200") > 0

    def test_a_hole_in_the_log_is_counted_although_the_worker_that_saw_it_has_ended(self, here: Served) -> None:
        tamper(here.house.conninfo, "INSERT INTO views.workers (worker, gaps, gone) VALUES ('w', 1, true)")
        assert parse(exposition(here.house, Counter()))["anjuan_gap_assertions_total"].value() == 1

    def test_a_worker_that_was_killed_is_told_no_longer(self, here: Served) -> None:
        url = here.house.conninfo
        tamper(url, "INSERT INTO views.workers (worker, seen_at) VALUES ('dead', now() - interval '1 minute')")
        assert 'worker="dead"' not in here.client.get("/metrics").text
        assert [each["alive"] for each in get(here, "workers") if each["worker"] == "dead"] == [False]

    def test_a_lease_that_has_run_out_is_seen(self, still: Served) -> None:
        bring_up(still.house.locate)
        found = parse(still.client.get("/metrics").text)
        assert set(found["anjuan_lease_owned"].samples.values()) == {0}
        assert "anjuan_lease_age_seconds" not in found
        assert found["anjuan_workers"].value() == 0
        tamper(still.house.conninfo, DEAD)
        found = parse(still.client.get("/metrics").text)
        assert found["anjuan_lease_owned"].value(lane="whole") == 0
        assert found["anjuan_lease_expires_seconds"].value() < -19
        assert found["anjuan_lease_age_seconds"].value() >= 3600
