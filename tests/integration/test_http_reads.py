"""Reads over HTTP: worklist, case file, history at a moment, dashboard, operations."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters import waiting
from adapters.postgres.embedded import EmbeddedServer
from projections.registry import VIEWS
from tests.support.builders import HANDLER, INVESTIGATOR, LEAD, OTHER_VILLAGE, VILLAGE
from tests.support.houses import set_up
from tests.support.serving import Served, open_test_house, served, whole_house


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def case_id(here: Served) -> str:
    """A case with five events; the visit happened before the acceptance but was recorded after it."""
    found = here.opened()
    here.act(found, "accept-case", occurred_at="2026-03-05T09:00:00+08:00")
    here.act(found, "authorise-comparison", occurred_at="2026-03-06T09:00:00+08:00")
    here.act(found, "add-note", text="x", occurred_at="2026-03-03T09:00:00+08:00")
    last = here.act(found, "assign-case", LEAD, to_post=INVESTIGATOR.id, occurred_at="2026-03-09T09:00:00+08:00")
    assert last.json()["version"] == 5
    return found


def get(here: Served, path: str, **params: Any) -> Any:  # noqa: ANN401  (JSON has any shape)
    answer = here.client.get(path, params={"after": here.head(), **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_was_just_written_is_read(here: Served) -> None:
    for number in range(5):
        case_id = here.opened(division=OTHER_VILLAGE if number % 2 else VILLAGE)
        assert get(here, f"/cases/{case_id}")["version"] == 1
        assert get(here, "/cases", limit=200)["rows"][0] is not None


def test_a_view_that_does_not_come_is_told_in_time(postgres: EmbeddedServer, tmp_path: Path) -> None:
    from tests.support import database  # noqa: PLC0415  (only this test has no projector)

    with database.database(postgres) as url, open_test_house(tmp_path, url) as house:
        set_up(house.log)
        with served(house) as alone:
            began = time.monotonic()
            answer = alone.client.get("/cases", params={"after": alone.head()})
            assert answer.json()["code"] == "VIEW_BEHIND"
            assert answer.status_code == 504
            assert waiting.MOST_SECONDS <= time.monotonic() - began < waiting.MOST_SECONDS + 1
            assert alone.client.get("/readyz").status_code == 503
            missing = alone.client.get("/cases")
            assert (missing.status_code, missing.json()["code"]) == (503, "VIEW_MISSING")
            assert alone.client.get("/ui/cases").status_code == 503


def test_a_position_beyond_the_log_is_refused_at_once(here: Served) -> None:
    answer = here.client.get("/cases", params={"after": here.head() + 1})
    assert (answer.status_code, answer.json()["detail"]) == (400, "after")


@pytest.mark.parametrize("order", ["opened", "due"])
def test_pages_follow_each_other_without_a_gap_or_a_double(here: Served, order: str) -> None:
    for day in (7, 7, 7, 8, 14, 14, 21):  # three and two of the same key
        here.opened(occurred_at=f"2026-04-{day:02}T09:30:00+08:00")
    whole = get(here, "/cases", limit=200, order=order)["rows"]
    page = get(here, "/cases", limit=2, order=order)
    seen = page["rows"]
    while page["next"]:
        page = get(here, "/cases", limit=2, order=order, cursor=page["next"])
        seen += page["rows"]
    assert seen == whole
    keys = [row["opened_at" if order == "opened" else "due_on"] for row in seen]
    assert keys == sorted(keys, reverse=order == "opened")
    assert len(set(keys)) > 3


def test_a_page_goes_on_behind_its_last_row_though_newer_cases_came(here: Served) -> None:
    here.opened()
    here.opened()
    first = get(here, "/cases", limit=2)
    new = here.opened(occurred_at="2026-06-01T09:00:00+08:00")
    second = get(here, "/cases", limit=200, cursor=first["next"])
    seen = [row["case_id"] for row in [*first["rows"], *second["rows"]]]
    assert new not in seen
    assert len(set(seen)) == len(seen)


def test_filters_narrow_the_worklist(here: Served, case_id: str) -> None:
    mine = get(here, f"/cases/{case_id}")["state"]

    def found(**filters: Any) -> set[str]:  # noqa: ANN401  (query parameters)
        return {row["case_id"] for row in get(here, "/cases", limit=200, **filters)["rows"]}

    everything = found()
    for filters in (
        {"assignee": INVESTIGATOR.id},
        {"number": mine["number"]},
        {"number": mine["number"][:-1]},
    ):
        assert found(**filters) == {case_id}, filters
    assert found(stage="accepted") == {case_id}
    assert found(matter="dibao") == found(division="3209") == found(division="320903000000") == everything
    assert case_id not in found(division=OTHER_VILLAGE)
    assert found(due_before="2026-03-01") == set()
    assert found(due_before="2026-12-31") == everything
    assert found(archived=True) == set()
    assert found(number="%") == set()


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"order": "name"}, "order"),
        ({"due_before": "tomorrow"}, "due_before"),
        ({"division": "32x"}, "division"),
        ({"matter": "a\0"}, "matter"),
        ({"cursor": "x"}, "cursor"),
        ({"after": -1}, "after"),
        ({"colour": "red"}, "unknown parameter"),
    ],
)
def test_a_bad_parameter_is_named(here: Served, params: dict[str, object], named: str) -> None:
    answer = here.client.get("/cases", params=params)  # type: ignore[arg-type]  # plain values
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "BAD_QUERY", named)


@pytest.mark.parametrize("name", ["as_of", "on", "version", "position"])
def test_a_case_file_is_not_shown_as_if_it_were_of_another_moment(here: Served, case_id: str, name: str) -> None:
    answer = here.client.get(f"/cases/{case_id}", params={name: "1"})
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        400,
        "BAD_QUERY",
        "unknown parameter",
    )


def test_a_case_that_the_caller_has_already_is_not_sent_again(here: Served) -> None:
    case_id = here.opened()
    path, params = f"/cases/{case_id}", {"after": here.head()}
    first = here.client.get(path, params=params)
    assert first.headers["etag"] == '"1"'
    for tag in ('"1"', 'W/"1"', '"7", "1"', "*"):
        again = here.client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"1"')
    here.act(case_id, "accept-case")
    moved = here.client.get(path, params={"after": here.head()}, headers={"If-None-Match": '"1"'})
    assert (moved.status_code, moved.json()["version"]) == (200, 2)


def test_the_history_tells_who_did_what_when_and_what_changed(here: Served, case_id: str) -> None:
    history = get(here, f"/cases/{case_id}/history")
    assert history["version"] == 5
    assert history["state"] == get(here, f"/cases/{case_id}")["state"]
    assert [event["type"] for event in history["events"]] == [
        "case.opened",
        "case.accepted",
        "case.comparison_authorised",
        "case.noted",
        "case.assigned",
    ]
    accepted = history["events"][1]
    assert (accepted["post"], accepted["power"]) == (HANDLER.id, "dibao.accept")
    assert accepted["occurred_at"] == "2026-03-05T01:00:00Z"
    changed = {change["field"]: (change["before"], change["after"]) for change in accepted["changes"]}
    assert changed["stage"] == ("opened", "accepted")
    assert changed["accepted_on"] == (None, "2026-03-05")


def test_the_history_stands_still_at_a_version_a_position_and_both_times(here: Served, case_id: str) -> None:
    path = f"/cases/{case_id}/history"
    events = get(here, path)["events"]

    def seen(**moment: Any) -> list[int]:  # noqa: ANN401  (query parameters)
        return [event["seq"] for event in get(here, path, **moment)["events"]]

    assert seen(version=2) == [1, 2]
    assert seen(version=0) == []
    assert get(here, path, version=0)["state"] is None
    assert seen(position=events[2]["position"]) == [1, 2, 3]
    assert seen(as_of=events[3]["recorded_at"]) == [1, 2, 3, 4]
    just_before = datetime.fromisoformat(events[3]["recorded_at"]) - timedelta(microseconds=1)
    assert seen(as_of=just_before.isoformat()) == [1, 2, 3]
    assert seen(on="2026-03-05") == [1, 2, 4]
    assert seen(on="2026-03-05", as_of=just_before.isoformat()) == [1, 2]
    assert get(here, path, on="2026-03-03")["state"]["stage"] == "opened"
    assert here.client.get(path, params={"as_of": "2026-03-03T00:00:00"}).status_code == 400


def test_the_dashboard_counts_by_what_is_asked_for(here: Served, case_id: str) -> None:
    cases = get(here, "/cases", limit=200)["rows"]
    stages = {each["stage"]: each["cases"] for each in get(here, "/dashboard")["counts"]}
    assert stages == {stage: sum(row["stage"] == stage for row in cases) for stage in {row["stage"] for row in cases}}
    towns = get(here, "/dashboard", by=["division", "month"], division="320903")["counts"]
    assert {(each["division"], each["month"]) for each in towns} >= {("320903104", "2026-03-01")}
    assert sum(each["cases"] for each in towns) == len(cases)
    assert get(here, "/dashboard", division="320981") == {"counts": [], "steps": []}
    opened = next(step for step in get(here, "/dashboard")["steps"] if step["step"] == "opened")
    assert opened["median"] <= opened["p90"]
    assert case_id


def test_operations_show_the_log_and_every_view(here: Served) -> None:
    here.opened()
    get(here, "/cases")
    log = get_plain(here, "/ops/log").json()
    assert log["position"] == here.head()
    assert 0 < log["last_minute"] <= log["last_hour"] == log["last_day"] == log["position"]
    views = {view["view"]: view for view in get_plain(here, "/views").json()}
    assert set(views) == set(VIEWS)
    assert all(view["built"] and view["position"] + view["lag"] == here.head() for view in views.values())
    assert get_plain(here, "/readyz").json() == {"ready": True}
    assert get_plain(here, "/healthz").json() == {"alive": True}
    assert f"anjuan_log_position {here.head()}\n" in get_plain(here, "/metrics").text


def get_plain(here: Served, path: str) -> httpx.Response:
    answer = here.client.get(path)
    assert answer.status_code == 200
    return answer


def test_the_schema_of_every_stored_event_can_be_read(here: Served) -> None:
    schema = get_plain(here, "/schemas/case.accepted/1").json()
    assert schema["$id"] == "/schemas/case.accepted/1"
    assert "accepted_on" in schema["$defs"]["CaseAccepted"]["properties"]
    assert here.client.get("/schemas/case.accepted/2").status_code == 404
    assert here.client.get("/schemas/case.accepted/x").status_code == 400
