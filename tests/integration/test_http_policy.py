"""Policies over HTTP: acts under their tokens, reads of the view and of one policy, parity."""

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from adapters.http.policy import POLICY_PATHS
from adapters.postgres.embedded import EmbeddedServer
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, RULEBOOK, MatterPublished, PostsCreated, RuleVersionPublished
from tests.support.builders import HANDLER
from tests.support.builders import RULES as SHIPPED
from tests.support.houses import tell
from tests.support.policies import BOOK, LEADER, OFFICER, OLD, REVIEWER, faster
from tests.support.serving import Served, whole_house

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        tell(running.house.log, BUREAU, PostsCreated(posts=(OFFICER, REVIEWER, LEADER)))
        known = running.house.cases.bureau.refresh().rulebook
        matters = [MatterPublished(matter=each) for each in BOOK.matters.values() if each.id not in known.matters]
        rules = [RuleVersionPublished(version=each) for each in SHIPPED.values() if each.id not in known.by_id]
        tell(running.house.log, RULEBOOK, *matters, *rules)
        yield running


def put(here: Served, path: str, who: Post, key: str = "", **body: Any) -> httpx.Response:  # noqa: ANN401  (JSON has any shape)
    headers = here.as_post(who) | ({"Idempotency-Key": key} if key else {})
    return here.client.post(path, content=msgspec.json.encode(body), headers=headers)


def drafted(here: Served, key: str = "", rule: str = "dibao-3209-2027-02") -> httpx.Response:
    return put(
        here,
        "/policies",
        OFFICER,
        key,
        title_zh="关于缩短审核时限的通知",
        title_en="Notice on faster opinions",
        purpose="群众等待时间过长",
        versions=[msgspec.to_builtins(replace(faster(), id=rule))],
        occurred_at="2026-01-05T09:00:00+08:00",
    )


def test_a_policy_is_drafted_read_and_listed(here: Served) -> None:
    answer = drafted(here)
    assert answer.status_code == 201, answer.text
    policy_id = answer.json()["policy_id"]
    assert answer.headers["location"] == f"/policies/{policy_id}"
    found = here.client.get(answer.headers["location"])
    assert found.json()["state"]["versions"][0]["id"] == "dibao-3209-2027-02"
    assert found.headers["etag"] == '"1"'
    rows = here.client.get("/policies", params={"after": answer.json()["position"]}).json()
    assert policy_id in [row["policy_id"] for row in rows]


def test_a_policy_goes_to_publication_by_its_three_posts(here: Served) -> None:
    path = f"/policies/{drafted(here, rule='dibao-3209-2027-01').json()['policy_id']}"
    steps: list[tuple[str, Post, dict[str, Any]]] = [
        ("record-research", OFFICER, {"method": "data", "findings": "多在八日内完成"}),
        ("open-consultation", OFFICER, {"direction": "down", "audience": "各镇", "until": "2026-01-10"}),
        ("open-consultation", OFFICER, {"direction": "up", "audience": "省厅", "until": "2026-01-10"}),
        ("submit-comment", HANDLER, {"direction": "down", "text": "支持"}),
        ("answer-comment", OFFICER, {"number": 1, "adopted": True}),
        ("close-consultation", OFFICER, {}),
        ("review-legality", REVIEWER, {"passed": True, "opinion": "符合上位法"}),
        (
            "decide-collectively",
            LEADER,
            {"meeting": "局长办公会", "held_on": "2026-01-12", "participants": 7, "result": "approved"},
        ),
        ("publish-policy", OFFICER, {"document": "盐民发〔2026〕1号"}),
    ]
    answers = [
        put(here, f"{path}/{action}", who, occurred_at=f"2026-01-{5 if number < 5 else 12:02}T10:00:00+08:00", **body)
        for number, (action, who, body) in enumerate(steps)
    ]
    assert [answer.status_code for answer in answers] == [200] * len(steps)
    assert answers[-1].json()["events"][0] == "policy.published"
    assert here.client.get(path).json()["state"]["stage"] == "published"
    ended = here.client.get(f"/rulebook/{OLD.id}").json()
    assert ended["valid_to"] == "2027-01-01"


def test_the_same_key_drafts_once(here: Served) -> None:
    first, again = drafted(here, "draft-by-http"), drafted(here, "draft-by-http")
    assert again.json()["policy_id"] == first.json()["policy_id"]
    assert again.json()["repeated"] is True


def test_nobody_acts_without_a_token(here: Served) -> None:
    assert here.client.post("/policies", json={}).status_code == 401


def test_an_act_of_another_role_is_forbidden(here: Served) -> None:
    path = f"/policies/{drafted(here).json()['policy_id']}/record-research"
    answer = put(here, path, HANDLER, method="data", findings="x")
    assert (answer.status_code, answer.json()["code"]) == (403, "NO_AUTHORITY")


@pytest.mark.parametrize("path", ["/policies/none", "/policies/%20"])
def test_what_is_not_there_is_not_found(here: Served, path: str) -> None:
    assert here.client.get(path).json()["code"] == "UNKNOWN_POLICY"
    assert here.client.get(path).status_code == 404
    assert put(here, f"{path}/record-research", OFFICER, method="data", findings="x").status_code == 404


def test_an_act_that_is_not_known_is_not_found(here: Served) -> None:
    assert put(here, "/policies/none/approve", OFFICER).json()["code"] == "NOT_FOUND"


def test_a_malformed_act_is_told_by_its_place(here: Served) -> None:
    answer = put(here, "/policies", OFFICER, title_zh="x")
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_BODY")


def test_every_act_has_its_form_in_the_documentation(here: Served) -> None:
    document = here.client.get("/openapi.json").json()
    for path, action in POLICY_PATHS.items():
        operation = document["paths"][path]["post"]
        form = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fields = {field.name for field in msgspec.structs.fields(action.command)}
        assert set(document["components"]["schemas"][form]["properties"]) == fields | {"occurred_at"}


def test_parity_is_read_after_a_position(here: Served) -> None:
    found = here.client.get("/parity", params={"after": here.head(), "matter": "dibao"})
    assert found.json() == {"lines": [], "deviations": []}
    assert here.client.get("/parity", params={"county": "1"}).json()["code"] == "BAD_QUERY"
