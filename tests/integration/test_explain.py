"""Decisions explained and acts judged, over HTTP and on the command line, from a real log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.explaining import explanation_of
from adapters.house import House
from adapters.main import main
from domain.errors import UnknownCase
from domain.kernel import CaseId
from tests.support.houses import carry_out, house_on, set_up
from tests.support.journeys import AMOUNT, GRANTED, NOTICED, REFUSED
from tests.support.serving import served


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["case", *arguments])


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def read(*arguments: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    return json.loads(said(*arguments, "--json"))


def test_an_explanation_is_the_same_over_http_and_on_the_command_line(house: House) -> None:
    case_id = carry_out(house, GRANTED).case_id
    with served(house) as running:
        answer = running.client.get(f"/cases/{case_id}/explain")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told == read("explain", case_id)
    assert (told["rule"]["id"], told["decision"]["amount"], told["same"]) == ("dibao-3209-2021-07", AMOUNT, True)
    assert told["calculation"]["again"]["amount"] == AMOUNT


def test_an_explanation_for_people_tells_rule_line_terms_power_and_duty(house: House) -> None:
    text = said("explain", carry_out(house, GRANTED).case_id)
    for part in (
        "dibao-3209-2021-07",
        "人均月收入 income_per_head ¥250.00 < ¥780.00",
        "¥1,060.00 = 补差 top_up（家庭月收入 monthly_income ¥500.00，认定人口 persons 2，标准 standard ¥780.00）",
        "dibao.decide 审核确认",
        "法定 statutory",
        "书面告知并送达 Serve the decision · 镇（街道）经办 town_handler · 截止 due 2026-03-27\n    已履行 met ",
        "结论 in all: 复算一致 same",
    ):
        assert part in text, text


def test_a_refusal_is_explained_with_its_reason_and_the_line_that_failed(house: House) -> None:
    text = said("explain", carry_out(house, REFUSED).case_id)
    assert "收入超过标准（令649第九条）" in text
    assert "¥0.00" not in text
    assert "不符合 NOT met: 人均月收入 income_per_head ¥1,000.00 < ¥780.00" in text


def test_every_act_of_a_case_is_judged_over_http_and_on_the_command_line(house: House) -> None:
    case_id = carry_out(house, GRANTED).case_id
    with served(house) as running:
        verdicts = running.client.get(f"/cases/{case_id}/judge").json()
        assert verdicts == read("judge", case_id)
    assert [verdict["seq"] for verdict in verdicts] == list(range(1, len(GRANTED) + 1))
    assert all(verdict["in_order"] and verdict["basis"] for verdict in verdicts)
    assert "v9 2026-03-24 confirm_case · 合规 in order\n" in said("judge", case_id)


def test_an_undecided_case_and_an_unknown_one_are_told_plainly(house: House) -> None:
    case_id = carry_out(house, NOTICED).case_id
    assert "NOT_DECIDED" in run("explain", case_id).output
    with served(house) as running:
        assert running.client.get(f"/cases/{case_id}/explain").json()["code"] == "NOT_DECIDED"
        unknown = "0192a3b4-0000-7e8f-9a0b-1c2d3e4f5a6b"
        assert running.client.get(f"/cases/{unknown}/explain").status_code == 404
    with pytest.raises(UnknownCase):
        explanation_of(house, CaseId(unknown))
