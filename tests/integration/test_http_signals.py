"""The inbox of departments over HTTP, and what posts make of signals: codes and paths, never a value."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from adapters.departments import LIFETIME
from adapters.postgres.embedded import EmbeddedServer
from domain.authority.posts import Post
from tests.support.builders import AUDITOR, DECIDER, HANDLER, VILLAGE, id_number
from tests.support.houses import carry_out
from tests.support.journeys import GRANTED
from tests.support.serving import Served, whole_house

pytestmark = pytest.mark.postgres

Json = Any
CASE: list[str] = []


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        CASE[:] = [carry_out(running.house, GRANTED).case_id]
        yield running


def message(ident: str, kind: str = "death", number: int = 1, **changed: object) -> dict[str, object]:
    return {
        "id": ident,
        "kind": kind,
        "happened_on": "2026-08-20",
        "division": VILLAGE,
        "name": f"样例{number}",
        "id_number": id_number(number),
        **changed,
    }


def sent(here: Served, body: object, department: str = "gongan", to: str = "") -> httpx.Response:
    token = here.house.departments.make(department)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"}
    answer = here.client.post(f"/inbox/{to or department}/signals", content=raw, headers=headers)
    assert "样例" not in answer.text
    assert "320971" not in answer.text
    return answer


def act(here: Served, path: str, who: Post = DECIDER, key: str = "", **body: object) -> httpx.Response:
    headers = here.as_post(who) | ({"Idempotency-Key": key} if key else {})
    return here.client.post(f"/signals/{path}", json=body, headers=headers)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_one_signal_is_taken_and_then_repeated(here: Served) -> None:
    first, again = sent(here, message("one")).json(), sent(here, message("one")).json()
    assert (first["outcome"], again["outcome"]) == ("taken", "repeated")
    assert first["position"] == again["position"] > 0


def test_a_list_is_answered_one_by_one(here: Served) -> None:
    body = [
        message("l-1"),
        message("l-1"),
        message("l-2", kind="wedding"),
        message("l-3", happened_on="gestern"),
        {"id": "l-4"},
        message("l-5", kind="medical_bill"),
        message("l-1", happened_on="2026-08-21"),
        message("l-6", colour="样例"),
        message("l-7", number=2),
    ]
    found = sent(here, body).json()["signals"]
    assert [each["code"] or each["outcome"] for each in found] == [
        "taken",
        "repeated",
        "BAD_SIGNAL",
        "BAD_SIGNAL",
        "BAD_SIGNAL",
        "WRONG_DEPARTMENT",
        "SIGNAL_CHANGED",
        "BAD_SIGNAL",
        "taken",
    ]
    assert [each["detail"].partition(":")[0] for each in found[2:5]] == ["$.kind", "$.happened_on", "$"]


@pytest.mark.parametrize(
    ("body", "door", "status", "expected"),
    [
        (message("x-1"), "yibao", 403, "WRONG_DEPARTMENT"),
        (message("x-2"), "gongan>yibao", 403, "WRONG_DEPARTMENT"),
        (message("x-3", kind="wedding"), "gongan", 422, "BAD_SIGNAL"),
        (message("x-4", id_number="320971196001010014"), "gongan", 422, "BAD_SIGNAL"),
        (message("x-5", facts={"样例": 1}), "gongan", 422, "BAD_SIGNAL"),
        (message("x-6", facts={"hukou_cancelled": 1.5}), "gongan", 422, "BAD_SIGNAL"),
        (message("x-7", happened_on="2999-01-01"), "gongan", 422, "BAD_SIGNAL"),
        (message(id_number(1)), "gongan", 422, "BAD_SIGNAL"),
        (b"{", "gongan", 422, "BAD_SIGNAL"),
        (b"[1]", "gongan", 200, ""),
        (b"\xff", "gongan", 422, "BAD_SIGNAL"),
        ([{}] * 1_001, "gongan", 422, "BAD_SIGNAL"),
    ],
)
def test_what_is_wrong_has_a_status_and_a_code(
    here: Served, body: object, door: str, status: int, expected: str
) -> None:
    department, _, to = door.partition(">")
    answer = sent(here, body, department, to)
    assert answer.status_code == status
    assert expected in answer.text


def test_changed_content_is_told_as_such(here: Served) -> None:
    sent(here, message("changed"))
    assert code(sent(here, message("changed", happened_on="2026-08-19"))) == (422, "SIGNAL_CHANGED")


@pytest.mark.parametrize("header", ["", "Bearer anjd_other", "Basic x"])
def test_without_a_departments_token_nothing_is_taken(here: Served, header: str) -> None:
    answer = here.client.post("/inbox/gongan/signals", json=message("no"), headers={"Authorization": header})
    assert code(answer) == (401, "UNAUTHENTICATED")
    of_a_post = here.client.post("/inbox/gongan/signals", json=message("no"), headers=here.as_post(DECIDER))
    assert code(of_a_post) == (401, "UNAUTHENTICATED")
    token = {"Authorization": f"Bearer {here.house.departments.make('gongan')}"}
    assert here.client.post("/signals/gongan/one/verify", json={}, headers=token).status_code == 401


def test_a_departments_token_expires_and_is_kept_as_a_hash(here: Served) -> None:
    departments = here.house.departments
    token = departments.make("yibao")
    assert departments.holder(token) == "yibao"
    assert departments.holder("anjd_other") is None
    assert 0 < LIFETIME.days <= 366
    with psycopg.connect(here.house.conninfo, autocommit=True) as owner:
        (kept,) = owner.execute("SELECT string_agg(t::text, ' ') FROM access.department_tokens t").fetchall()
        assert token not in kept[0]
        other = departments.make("yibao")
        owner.execute("UPDATE access.department_tokens SET expires_at = clock_timestamp() - interval '1 s'")
    assert departments.holder(other) is None


def test_a_stop_waits_for_the_verdict(here: Served) -> None:
    sent(here, message("hk-1"))
    stop = {"reason": "死亡", "signal": "gongan:hk-1", "occurred_at": "2026-09-10T09:00:00+08:00"}
    assert code(here.act(CASE[0], "stop-grant", DECIDER, **stop)) == (409, "VERDICT_MISSING")
    assert code(act(here, "gongan/nothing/judge", verdict="confirmed", reason="属实")) == (404, "UNKNOWN_SIGNAL")
    assert code(act(here, "gongan/hk-1/judge", AUDITOR, verdict="confirmed", reason="属实")) == (403, "NO_AUTHORITY")
    assert code(act(here, "gongan/hk-1/judge", verdict="confirmed", reason="属实")) == (409, "NOT_VERIFIED")
    assert code(act(here, "gongan/hk-1/judge", verdict="perhaps", reason="x")) == (400, "MALFORMED_BODY")
    assert act(here, "gongan/hk-1/other").status_code == 404
    done = act(here, "gongan/hk-1/verify", HANDLER, verified_on="2026-08-30", by_source="户籍窗口")
    assert done.json()["events"] == ["signal.verified"]
    for repeated in (False, True):
        judged = act(here, "gongan/hk-1/judge", HANDLER, "key-1", verdict="confirmed", reason="属实", matter="dibao")
        assert judged.json()["repeated"] is repeated
    again = act(here, "gongan/hk-1/judge", verdict="dismissed", reason="否", matter="dibao")
    assert code(again) == (409, "VERDICT_GIVEN")
    (warning,) = listed(here, "/warnings?kind=death&status=confirmed&matter=dibao")["rows"]
    assert (warning["case_id"], warning["signal"]) == (CASE[0], "hk-1")
    assert here.act(CASE[0], "stop-grant", DECIDER, **stop).status_code == 200
    assert [row["signal"] for row in listed(here, "/warnings?status=settled&kind=death")["rows"]].count("hk-1") == 1


def listed(here: Served, path: str) -> Json:
    answer = here.client.get(f"{path}&after={here.head()}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_lists_are_filtered_paged_and_put_on_record(here: Served) -> None:
    certificate = message("dp-1", "disability_issued", 9, facts={"grade": 1})
    sent(here, [certificate, {**certificate, "id": "dp-2"}], "canlian")
    first = listed(here, f"/leads?division={VILLAGE[:6]}&matter=canji-huli&status=open&limit=1")
    assert [row["signal"] for row in first["rows"]] == ["dp-2"]
    second = listed(here, f"/leads?matter=canji-huli&limit=1&cursor={first['next']}")
    assert ([row["signal"] for row in second["rows"]], second["next"]) == (["dp-1"], None)
    assert "样例" not in json.dumps(first, ensure_ascii=False)
    assert listed(here, "/leads?division=320981")["rows"] == []
    for bad in ("/leads?status=maybe", "/leads?cursor=x", "/warnings?cursor=x", "/warnings?colour=red"):
        assert code(here.client.get(bad)) == (400, "BAD_QUERY")
    reads = here.client.get("/audit/reads").json()["rows"]
    assert first["rows"][0]["subject"] in {subject for row in reads for subject in row["subjects"]}


def test_the_document_of_the_api_has_the_inbox(here: Served) -> None:
    paths = here.client.get("/openapi.json").json()["paths"]
    for path in ("/inbox/{department}/signals", "/signals/{source}/{id}/verify", "/signals/{source}/{id}/judge"):
        assert "post" in paths[path]
    assert "get" in paths["/leads"]
    assert "get" in paths["/warnings"]
