"""Commands over HTTP, good and bad: a bad one gets a problem with its code, writes nothing and echoes nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from adapters.http.actions import OPENING, PATHS
from adapters.postgres.embedded import EmbeddedServer
from domain.cases.registry import ACTIONS
from tests.support.builders import AUDITOR, DECIDER, HANDLER, LEAD, STRANGER
from tests.support.serving import Served, application, whole_house

CANARY = "CANARY5e8f"
UNKNOWN = "0192a3b4-c5d6-7e8f-9a0b-000000000000"


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as served:
        yield served


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document, checked for its form."""
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "code", "instance", "detail", "basis"}
    assert body["type"] == f"/problems/{body['code']}"
    assert body["status"] == answer.status_code
    assert body["instance"] == answer.headers["x-request-id"]
    return body


def assert_refused(here: Served, answer: httpx.Response, head: int, *expected: object) -> None:
    """``expected``: status, code, detail where it is told; and nothing was written."""
    body = problem(answer)
    assert (body["status"], body["code"], body["detail"])[: len(expected)] == expected
    assert here.head() == head


def test_an_application_is_opened_with_its_place_and_version(here: Served) -> None:
    answer = here.client.post("/cases", json=application(), headers=here.as_post(HANDLER))
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/cases/{body['case_id']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "case_id": body["case_id"],
        "version": 1,
        "position": here.head(),
        "events": ["case.opened"],
        "repeated": False,
    }


def test_an_act_moves_the_version_and_a_wish_that_is_true_already_writes_nothing(here: Served) -> None:
    case_id = here.opened()
    done = here.act(case_id, "accept-case", occurred_at="2026-03-03T09:00:00+08:00")
    assert (done.status_code, done.json()["version"], done.headers["etag"]) == (200, 2, '"2"')
    head = here.head()
    again = here.act(case_id, "accept-case")
    assert (again.status_code, again.json()["events"], again.json()["version"]) == (200, [], 2)
    assert here.head() == head


def test_a_command_is_done_once_however_often_it_is_sent(here: Served) -> None:
    headers = {**here.as_post(HANDLER), "Idempotency-Key": "once-1"}
    first = here.client.post("/cases", json=application(), headers=headers).json()
    head = here.head()
    again = here.client.post("/cases", json=application(), headers=headers)
    assert again.status_code == 201
    assert again.json() == {**first, "events": [], "repeated": True}
    assert here.head() == head
    other = here.client.post("/cases", json=application(monthly_income=1), headers=headers)
    assert_refused(here, other, head, 422, "KEY_REUSED")


def test_a_late_retry_of_an_act_gets_its_first_answer_though_the_case_has_moved_on(here: Served) -> None:
    case_id = here.opened()
    headers = {**here.as_post(HANDLER), "Idempotency-Key": f"accept-{case_id}", "If-Match": '"1"'}
    first = here.client.post(f"/cases/{case_id}/accept-case", headers=headers).json()
    here.act(case_id, "add-note", text="x")
    again = here.client.post(f"/cases/{case_id}/accept-case", headers=headers)
    assert (again.status_code, again.json()["version"], again.json()["position"]) == (200, 2, first["position"])
    assert again.json()["repeated"] is True


def test_an_act_on_a_version_that_is_gone_is_refused(here: Served) -> None:
    case_id = here.opened()
    headers = here.as_post(HANDLER)
    path = f"/cases/{case_id}/add-note"
    assert here.client.post(path, json={"text": "a"}, headers={**headers, "If-Match": '"1"'}).status_code == 200
    head = here.head()
    stale = here.client.post(path, json={"text": "b"}, headers={**headers, "If-Match": '"1"'})
    assert_refused(here, stale, head, 412, "STALE_VERSION")
    assert here.client.post(path, json={"text": "b"}, headers={**headers, "If-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize("value", ["1", '"x"', 'W/"1"', '"1", "2"', '"-1"'])
def test_an_if_match_that_names_no_version_is_refused(here: Served, value: str) -> None:
    case_id, headers = here.opened(), here.as_post(HANDLER)
    head = here.head()
    answer = here.client.post(f"/cases/{case_id}/accept-case", headers={**headers, "If-Match": value})
    assert_refused(here, answer, head, 400, "BAD_HEADER", "If-Match")


@pytest.mark.parametrize("key", ["with space", "ü".encode(), "x" * 201])
def test_an_idempotency_key_of_other_characters_or_too_long_is_refused(here: Served, key: str) -> None:
    head = here.head()
    answer = here.client.post("/cases", json=application(), headers={**here.as_post(HANDLER), "Idempotency-Key": key})
    assert_refused(here, answer, head, 400, "BAD_KEY")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer anj_wrong", "Basic YTpi", "Bearer " + "x" * 5000])
def test_a_write_without_a_good_token_is_refused(here: Served, header: str) -> None:
    case_id = here.opened()
    head = here.head()
    for path in ("/cases", f"/cases/{case_id}/accept-case", f"/cases/{case_id}/documents"):
        answer = here.client.post(path, json={}, headers={"Authorization": header} if header else {})
        assert_refused(here, answer, head, 401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_step_out_of_order_is_refused_with_what_is_missing(here: Served) -> None:
    case_id = here.opened()
    head = here.head()
    answer = here.act(case_id, "confirm-case", DECIDER, amount=1)
    assert_refused(here, answer, head, 409, "WRONG_ORDER", "confirm_case: opened")


def test_a_post_without_authority_is_refused_and_the_denial_is_all_that_is_written(here: Served) -> None:
    case_id = here.opened()
    for post in (STRANGER, AUDITOR, DECIDER):
        head = here.head()
        answer = here.act(case_id, "accept-case", post)
        assert (answer.status_code, problem(answer)["code"]) == (403, "NO_AUTHORITY")
        assert here.head() == head + 1


@pytest.mark.parametrize("case_id", [UNKNOWN, "no case", "x" * 300, "%00", "../etc"])
def test_an_unknown_case_is_refused(here: Served, case_id: str) -> None:
    head = here.head()
    for answer in (here.act(case_id, "accept-case"), here.client.get(f"/cases/{case_id}/history")):
        assert problem(answer)["code"] in ({"UNKNOWN_CASE"} if "/" not in case_id else {"NOT_FOUND"})
        assert answer.status_code == 404
    assert here.head() == head


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "$: not JSON"),
        (b"", "$: Object missing required field `matter`"),
        (b"[]", "$: Expected `object`"),
        (b"\xff\xfe", "$: not JSON"),
        (b"[" * 100_000, "$: not JSON"),
        (json.dumps(application(matter=1)), "$.matter: Expected `str`, got `int`"),
        (json.dumps(application(members=[{"name": "x"}])), "$.members[0]: Object missing required field `id_number`"),
        (json.dumps(application(channel=CANARY)), "$.channel: not allowed here"),
        (json.dumps(application(**{CANARY: 1})), "$: not allowed here"),
        (json.dumps(application(monthly_income=2.5)), "$.monthly_income: Expected `int`, got `float`"),
        (json.dumps(application(matter="\0")), "$: control character"),
        (json.dumps(application(matter="X")).replace("X", "\\ud800"), "$: not JSON"),
        (json.dumps(application(occurred_at=CANARY)), "$.occurred_at: Expected a time with offset"),
        (json.dumps(application(occurred_at="2026-03-02T09:00:00")), "$.occurred_at: Expected a time with offset"),
        (json.dumps(application(occurred_at=1)), "$.occurred_at: Expected a time with offset"),
    ],
)
def test_a_malformed_body_is_refused_by_its_path(here: Served, body: bytes, detail: str) -> None:
    head = here.head()
    answer = here.client.post("/cases", content=body, headers=here.as_post(HANDLER))
    assert_refused(here, answer, head, 400, "MALFORMED_BODY", detail)
    assert CANARY not in answer.text


@pytest.mark.parametrize("number", ["320971196001010014", "32097119600101001", "3209711960010100" + "一1", ""])
def test_a_bad_id_number_is_refused_and_not_repeated(here: Served, number: str) -> None:
    head = here.head()
    body = application(members=[{"name": CANARY, "id_number": number}])
    answer = here.client.post("/cases", json=body, headers=here.as_post(HANDLER))
    assert_refused(here, answer, head, 422, "BAD_ID_NUMBER")
    assert problem(answer)["basis"] == "GB 11643"
    assert CANARY not in answer.text
    assert not number or number not in answer.text


def test_an_act_ahead_of_the_clock_is_refused_beyond_the_tolerance(here: Served) -> None:
    def told(minutes: int) -> httpx.Response:
        body = application(occurred_at=(datetime.now(UTC) + timedelta(minutes=minutes)).isoformat())
        return here.client.post("/cases", json=body, headers=here.as_post(HANDLER))

    head = here.head()
    assert_refused(here, told(6), head, 422, "OCCURRED_IN_FUTURE")
    assert told(4).status_code == 201


def test_a_body_over_the_limit_is_refused_with_and_without_a_length(here: Served) -> None:
    head = here.head()
    large = json.dumps(application(matter="x" * 1024 * 1024)).encode()
    headers = here.as_post(HANDLER)
    assert_refused(here, here.client.post("/cases", content=large, headers=headers), head, 413, "BODY_TOO_LARGE")
    chunked = here.client.post("/cases", content=iter([large[:600_000], large[600_000:]]), headers=headers)
    assert_refused(here, chunked, head, 413, "BODY_TOO_LARGE")
    assert here.client.post("/cases", json=application(), headers=headers).status_code == 201


def test_problems_are_told_in_the_language_asked_for(here: Served) -> None:
    def title(language: str) -> str:
        headers = {**here.as_post(HANDLER), "Accept-Language": language}
        text: str = problem(here.client.post(f"/cases/{UNKNOWN}/accept-case", headers=headers))["title"]
        return text

    assert title("en-GB,en;q=0.9,zh;q=0.8") == "There is no such case"
    assert title("zh-CN,zh;q=0.9,en;q=0.8") == title("") == title("nl") == "没有此案卷"


def test_what_is_not_there_is_a_problem_too(here: Served) -> None:
    headers = here.as_post(HANDLER)
    assert problem(here.client.post(f"/cases/{here.opened()}/no-such-act", headers=headers))["code"] == "NOT_FOUND"
    assert problem(here.client.post(f"/cases/{here.opened()}/open-case", headers=headers))["code"] == "NOT_FOUND"
    assert problem(here.client.get("/nowhere"))["code"] == "NOT_FOUND"
    assert problem(here.client.delete("/cases"))["code"] == "METHOD_NOT_ALLOWED"
    assert problem(here.client.get("/cases", headers={"Host": "evil.example"}))["code"] == "WRONG_HOST"


def test_a_case_accepted_by_silence_of_the_office_is_accepted_on_the_day_it_was_received(here: Served) -> None:
    case_id = here.opened()
    head = here.head()
    early = here.act(case_id, "accept-case", deemed=True, occurred_at="2026-03-04T09:00:00+08:00")
    assert_refused(here, early, head, 409, "WRONG_ORDER", "accept_case: deemed")
    done = here.act(case_id, "accept-case", deemed=True, occurred_at="2026-03-20T09:00:00+08:00")
    state = here.client.get(f"/cases/{case_id}", params={"after": done.json()["position"]}).json()["state"]
    assert (state["accepted_on"], state["deemed"], state["stage"]) == ("2026-03-02", True, "accepted")


def leaves(kind: Any, leaf: object) -> Any:  # noqa: ANN401  (JSON has any shape)
    """A body of the type with ``leaf`` in every place that takes text, or in every place at all for another type."""
    info = msgspec.inspect.type_info(kind) if not isinstance(kind, msgspec.inspect.Type) else kind
    match info:
        case msgspec.inspect.StructType():
            return {field.name: leaves(field.type, leaf) for field in info.fields}
        case msgspec.inspect.VarTupleType():
            return [leaves(info.item_type, leaf)]
        case msgspec.inspect.UnionType():
            return leaves(next(t for t in info.types if not isinstance(t, msgspec.inspect.NoneType)), leaf)
        case msgspec.inspect.Metadata():
            return leaves(info.type, leaf)
        case msgspec.inspect.IntType():
            return 1
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.LiteralType():
            return info.values[0]
        case msgspec.inspect.DateType():
            return "2026-03-02"
        case msgspec.inspect.DateTimeType():
            return "2026-03-02T09:00:00+08:00"
        case _:
            return leaf


def spoiled(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with the canary in the place of each field in turn, and as a field of its own."""
    for name in body:
        yield {**body, name: CANARY}
        yield {**body, name: {CANARY: CANARY}}
        yield {**body, name: [{CANARY: CANARY}]}
    yield {**body, CANARY: CANARY}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_no_answer_repeats_what_was_sent(here: Served, name: str, caplog: pytest.LogCaptureFixture) -> None:
    case_id = here.opened()
    path = "/cases" if name == OPENING else f"/cases/{case_id}/{name.replace('_', '-')}"
    body = leaves(ACTIONS[name].command, CANARY)
    for post in (HANDLER, LEAD, DECIDER):
        for each in (body, *spoiled(body)):
            answer = here.client.post(path, json=each, headers=here.as_post(post))
            assert CANARY not in answer.text, each
            assert answer.status_code < 500, each
    assert CANARY not in caplog.text


def test_no_answer_repeats_headers_paths_or_queries(here: Served) -> None:
    headers = {**here.as_post(HANDLER), "Idempotency-Key": f"{CANARY} x", "If-Match": CANARY}
    answers = [
        here.client.post("/cases", json=application(), headers=headers),
        here.client.post(f"/cases/{CANARY}/accept-case", headers=here.as_post(HANDLER)),
        here.client.post(f"/cases/{UNKNOWN}/{CANARY}", headers=here.as_post(HANDLER)),
        here.client.get(f"/{CANARY}"),
        here.client.get(f"/cases/{CANARY}"),
        here.client.get(f"/schemas/{CANARY}/1"),
        here.client.get(f"/documents/{CANARY}", headers=here.as_post(HANDLER)),
        here.client.get("/cases", params={"limit": CANARY}),
        here.client.get("/cases", params={"cursor": CANARY}),
        here.client.get("/cases", params={CANARY: "1"}),
        here.client.get("/dashboard", params={"by": CANARY}),
        here.client.get(f"/cases/{UNKNOWN}/history", params={"as_of": CANARY, "on": CANARY, "version": CANARY}),
    ]
    for answer in answers:
        assert problem(answer)["status"] < 500
        assert CANARY not in answer.text + str(answer.headers)


def test_every_action_has_a_route_and_a_form_in_the_documentation(here: Served) -> None:
    document = here.client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    for path, action in {"/cases": ACTIONS[OPENING], **PATHS}.items():
        operation = document["paths"][path]["post"]
        form = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fields = {field.name for field in msgspec.structs.fields(action.command)}
        assert set(schemas[form]["properties"]) == fields | {"occurred_at"}
    listed = {each["name"]: each for each in here.client.get("/actions").json()}
    assert set(listed) == set(ACTIONS)
    assert {each["path"] for each in listed.values()} == {"/cases", *PATHS}


def test_every_reference_in_the_documentation_leads_somewhere(here: Served) -> None:
    text = here.client.get("/openapi.json").text
    document = json.loads(text)
    references = set(msgspec.json.decode(json.dumps(_references(document)), type=list[str]))
    assert references
    assert {ref.removeprefix("#/components/schemas/") for ref in references} <= set(document["components"]["schemas"])


def _references(part: Any) -> list[str]:  # noqa: ANN401  (JSON has any shape)
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in _references(value)]
    if isinstance(part, list):
        return [ref for value in part for ref in _references(value)]
    return []


def test_the_documentation_is_one_page_without_scripts_or_other_hosts(here: Served) -> None:
    page = here.client.get("/docs")
    assert page.status_code == 200
    assert "accept-case" in page.text
    assert "<script" not in page.text
    assert "://" not in page.text
    assert here.client.get("/docs/docs.css").headers["content-type"].startswith("text/css")


def test_every_answer_has_the_headers_of_safety(here: Served) -> None:
    for answer in (here.client.get("/cases"), here.client.get("/nowhere"), here.client.get("/docs")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
