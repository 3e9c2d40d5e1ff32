"""``anjuan policy`` and ``anjuan parity`` on a real database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.house import House
from adapters.main import main
from adapters.projector.service import bring_up
from domain.bureau_events import BUREAU, RULEBOOK, MatterPublished, PostsCreated
from tests.support.builders import HANDLER
from tests.support.houses import carry_out, house_on, set_up, tell
from tests.support.journeys import CONFIRMED, REFUSED
from tests.support.policies import BOOK, LEADER, OFFICER, REVIEWER

pytestmark = pytest.mark.postgres

# A county's own standard, told by one file: the matter as it is, one version of it that is new.
DRAFT = """\
matter: {id: dibao, zh: 最低生活保障, en: Minimum living guarantee, family: relief, subject: household}
like: household
versions:
  - id: dibao-3209-draft
    region: "3209"
    issuer: city
    valid_from: 2026-06-01
    basis: [征求意见稿]
    verified: false
    standard: 120000
    amount: {kind: top_up, parameter: standard, basis: 征求意见稿}
"""


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "250")
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        tell(opened.log, BUREAU, PostsCreated(posts=(OFFICER, REVIEWER, LEADER)))
        matters = opened.cases.bureau.refresh().rulebook.matters
        tell(opened.log, RULEBOOK, *[MatterPublished(matter=BOOK.matters["dibao"])] * ("dibao" not in matters))
        yield opened


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "dibao-draft.yaml"
    path.write_text(DRAFT, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def told(*arguments: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def drafted(draft: Path) -> str:
    body = {"title_zh": "提高标准", "title_en": "A higher standard", "purpose": "物价上涨"}
    options = ("--post", OFFICER.id, "--rules", str(draft), "--body", json.dumps(body))
    policy_id: str = told("policy", "do", "draft-policy", *options, "--occurred-at", "2026-01-05")["policy_id"]
    return policy_id


def test_a_policy_is_drafted_from_a_file_and_shown(house: House, draft: Path) -> None:
    policy_id = drafted(draft)
    shown = told("policy", "show", policy_id)
    assert [version["id"] for version in shown["state"]["versions"]] == ["dibao-3209-draft"]
    assert shown["state"]["division"] == "320900000000"
    assert "提高标准" in run("policy", "show", policy_id).output
    assert house.log.stream(f"policy-{policy_id}")[0].meta.post == OFFICER.id


def test_the_policies_are_listed(house: House, draft: Path) -> None:
    policy_id = drafted(draft)
    bring_up(house.locate)
    assert [row["policy_id"] for row in told("policy", "list")] == [policy_id]
    assert told("policy", "list", "--stage", "published") == []
    assert policy_id in run("policy", "list").output


def test_a_step_is_taken_by_its_post(house: House, draft: Path) -> None:  # noqa: ARG001  (the house is there)
    policy_id = drafted(draft)
    body = json.dumps({"method": "data", "findings": "x"})
    refused = run("policy", "do", "record-research", policy_id, "--post", HANDLER.id, "--body", body)
    assert (refused.exit_code, refused.output[: len("Error: NO_AUTHORITY")]) == (1, "Error: NO_AUTHORITY")
    done = told("policy", "do", "record-research", policy_id, "--post", OFFICER.id, "--body", body)
    assert done["events"] == ["policy.research_recorded"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("policy", "do", "record-research", "--post", OFFICER.id),
        ("policy", "do", "draft-policy", "some-id", "--post", OFFICER.id),
    ],
)
def test_a_draft_has_no_id_and_every_other_step_needs_one(house: House, arguments: tuple[str, ...]) -> None:  # noqa: ARG001  (the house is there)
    assert run(*arguments).exit_code == 2


def test_every_step_is_explained_with_its_post_and_fields() -> None:
    told = run("policy", "do", "--help").output
    assert "review-legality 合法性审核 [legal_reviewer]: passed*, opinion*" in told
    assert "submit-comment 提出意见 [任何岗位 any post]: direction*, text*, of" in told


def test_an_unknown_policy_is_one_line(house: House) -> None:  # noqa: ARG001  (the house is there)
    assert run("policy", "show", "none").output.startswith("Error: UNKNOWN_POLICY: 没有此政策")


@pytest.mark.parametrize("of_file", [True, False])
def test_the_impact_of_a_file_or_a_policy_writes_nothing(house: House, draft: Path, *, of_file: bool) -> None:
    carry_out(house, CONFIRMED)
    carry_out(house, REFUSED)
    asked = str(draft) if of_file else drafted(draft)
    head = house.log.head().position
    (found,) = told("policy", "impact", asked, "--months", "120")
    assert (found["total"]["decisions"], found["total"]["higher"], found["total"]["newly_eligible"]) == (2, 1, 1)
    assert (found["total"]["before"], found["total"]["after"]) == (106_000, 230_000)
    assert list(found["counties"]) == ["320903"]
    assert "合计" in run("policy", "impact", asked, "--months", "120").stdout
    assert house.log.head().position == head


def test_parity_is_told_as_the_log_has_it_without_a_projector(house: House) -> None:
    carry_out(house, CONFIRMED)
    (line,) = told("parity", "--matter", "dibao")["lines"]
    assert (line["county"], line["settlement"], line["granted"]) == ("320903", "rural", 106_000)
    assert "dibao | 320903 | 农村 rural | 1 | 0 | " in run("parity").output
    assert " | 1,060.00 | 780.00\n" in run("parity").output
