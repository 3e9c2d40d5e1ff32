"""A matter added by one YAML file alone is worked on over HTTP and from the command line, with no line of code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.explaining import explanation_of
from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from domain.kernel import CaseId
from tests.support.builders import DECIDER, HANDLER, OPERATOR, VILLAGE, id_number
from tests.support.one_file import AMOUNT, FACTS, MATTER, VERSION, heating_file
from tests.support.serving import Served, whole_house

pytestmark = pytest.mark.postgres
ON = "2026-02-02T09:30:00+08:00"
LATER = "2026-02-03T09:30:00+08:00"


@pytest.fixture
def here(postgres: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server that was there before the matter was."""
    with whole_house(postgres, tmp_path) as served:
        monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
        monkeypatch.setenv("ANJUAN_DATABASE_URL", served.house.conninfo)
        yield served


def anjuan(*arguments: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    result = CliRunner().invoke(main, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def publish(folder: Path) -> None:
    file = str(heating_file(folder))
    assert anjuan("rulebook", "check", file)["faults"] == []
    anjuan("rulebook", "publish", file, "--post", OPERATOR.id, "--norm-in-force")


def application(n: int) -> dict[str, Any]:
    return {"matter": MATTER, "division": VILLAGE, "members": [{"name": f"样例{n}", "id_number": id_number(n)}]}


def assert_confirmed_by_its_rule(here: Served, case_id: str) -> None:
    told = explanation_of(here.house, CaseId(case_id))
    assert (told.rule.id, told.decision.amount, told.same) == (VERSION, AMOUNT, True)
    cold = next(line for line in told.criteria if line.en == "Thirty days without heating")
    assert cold.kept
    assert (cold.kept.found, cold.kept.against, cold.kept.passed) == ("41", "30", True)


def test_the_matter_is_worked_on_over_http(here: Served, tmp_path: Path) -> None:
    body = {**application(1), "occurred_at": ON}
    refused = here.client.post("/cases", json=body, headers=here.as_post(HANDLER))
    assert refused.json()["code"] == "NO_RULE"
    publish(tmp_path / "rules")
    opened = here.client.post("/cases", json=body, headers=here.as_post(HANDLER))
    assert opened.status_code == 201, opened.text
    case_id = opened.json()["case_id"]
    acts: list[tuple[str, Any, dict[str, Any]]] = [
        ("accept-case", HANDLER, {}),
        ("establish-facts", HANDLER, {"facts": FACTS, "source": "入户查看"}),
        ("confirm-case", DECIDER, {"amount": AMOUNT}),
    ]
    for action, post, fields in acts:
        done = here.act(case_id, action, post, occurred_at=LATER, **fields)
        assert done.status_code == 200, done.text
    assert_confirmed_by_its_rule(here, case_id)


def test_what_its_rule_does_not_know_or_grant_is_refused(here: Served, tmp_path: Path) -> None:
    publish(tmp_path / "rules")
    opened = here.client.post("/cases", json={**application(1), "occurred_at": ON}, headers=here.as_post(HANDLER))
    case_id = opened.json()["case_id"]
    here.act(case_id, "accept-case", occurred_at=LATER)
    unknown = here.act(case_id, "establish-facts", facts={"warm_days": 1}, source="入户查看", occurred_at=LATER)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "INVALID_VALUE")
    too_early = here.act(case_id, "confirm-case", DECIDER, amount=AMOUNT, occurred_at=LATER)
    assert too_early.json()["code"] == "FACT_MISSING"
    here.act(case_id, "establish-facts", facts={**FACTS, "cold_days": 29}, source="入户查看", occurred_at=LATER)
    not_yet = here.act(case_id, "confirm-case", DECIDER, amount=AMOUNT, occurred_at=LATER)
    assert (not_yet.json()["code"], not_yet.json()["detail"]) == ("NOT_ELIGIBLE", "cold")


def test_the_matter_is_worked_on_from_the_command_line(here: Served, tmp_path: Path) -> None:
    publish(tmp_path / "rules")
    body = json.dumps(application(2), ensure_ascii=False)
    opened = anjuan("case", "do", "open-case", "--post", HANDLER.id, "--body", body, "--occurred-at", ON)
    case_id = opened["case_id"]
    facts = [f"--fact={name}={str(value).lower()}" for name, value in FACTS.items()]
    accept = ("accept-case", case_id, "--post", HANDLER.id)
    establish = ("establish-facts", case_id, "--post", HANDLER.id, "--source", "入户查看", *facts)
    confirm = ("confirm-case", case_id, "--post", DECIDER.id, "--amount", str(AMOUNT))
    for words in (accept, establish, confirm):
        anjuan("case", "do", *words, "--occurred-at", LATER)
    assert_confirmed_by_its_rule(here, case_id)
    assert anjuan("case", "explain", case_id)["same"] is True


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("text", ["cold_days", "=3"])
def test_a_fact_without_name_or_value_is_told_plainly(text: str) -> None:
    arguments = ["case", "do", "establish-facts", "x", "--post", HANDLER.id, "--fact", text]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "it must be NAME=VALUE" in result.output
