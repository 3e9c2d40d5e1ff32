"""Audit questions over HTTP and from the command line: the same list, findings and proofs by every door."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from projections.question_registry import QUESTIONS
from projections.question_waiting import WAITING
from tests.support import database
from tests.support.auditing import limited, of_others, publish, set_up_under
from tests.support.builders import HANDLER, RULE, VILLAGE
from tests.support.houses import carry_out
from tests.support.journeys import CONFIRMED, OPENED
from tests.support.serving import Served, open_test_house, projected, served

pytestmark = pytest.mark.postgres

Json = Any
Told = Callable[..., str]
DAY = "2026-06-30"


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Three notices that were a day too short, and two applications that nobody has accepted."""
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_test_house(home, url) as house:
        set_up_under(house, limited("notice", 6))
        for number in range(3):
            carry_out(house, of_others(CONFIRMED, number))
        for number in range(3, 5):
            carry_out(house, of_others(OPENED, number))
        publish(house, RULE)
        bring_up(house.locate)  # the first test may be any
        with projected(house), served(house) as running:
            yield running


def get(here: Served, path: str, **params: Any) -> Json:  # noqa: ANN401  (whatever a test asks)
    answer = here.client.get(path, params={"after": here.head(), "on": DAY, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(here: Served, path: str, **params: Any) -> tuple[int, str]:  # noqa: ANN401  (whatever a test asks)
    answer = here.client.get(path, params=params)
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def told(here: Served, monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the command line says."""
    monkeypatch.setenv("ANJUAN_HOME", str(here.house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", here.house.settings.database_url)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["audit", *words])
        assert done.exit_code == code, done.output
        return done.stdout if code == 0 else done.output

    return run


class TestHttp:
    def test_the_list_has_every_question_with_what_it_finds(self, here: Served) -> None:
        found = get(here, "/audit/questions")
        counts = {each["number"]: each["findings"] for each in found["questions"]}
        assert counts.keys() == QUESTIONS.keys()
        assert counts[7] == 3
        assert counts[2] == counts[4] == counts[13] == 0
        assert [each["number"] for each in found["waiting"]] == [each.number for each in WAITING]
        assert all(each["title"]["zh"] and each["title"]["en"] for each in found["questions"])

    def test_findings_come_newest_first_page_by_page(self, here: Served) -> None:
        first = get(here, "/audit/questions/7", limit=2)
        second = get(here, "/audit/questions/7", limit=2, cursor=first["next"])
        rows = [*first["rows"], *second["rows"]]
        positions = [row["finding"]["position"] for row in rows]
        assert positions == sorted(positions, reverse=True)
        assert (len(set(positions)), second["next"]) == (3, None)
        finding = rows[0]["finding"]
        assert (finding["kind"], finding["days"], finding["organ"]) == ("short", 6, HANDLER.organ)
        assert (finding["post"], finding["division"], finding["matter"]) == (HANDLER.id, VILLAGE, "dibao")
        assert "规则 dibao-3209-2021-07 要求 7 日" in rows[0]["zh"]
        assert "7 calendar days" in rows[0]["en"]

    def test_counts_go_by_county_month_and_kind(self, here: Served) -> None:
        expected = {"county": "320903", "month": "2026-03-01", "kind": "short", "findings": 3, "amount": 0}
        assert get(here, "/audit/questions/7")["counts"] == [expected]
        assert get(here, "/audit/questions/7", division="320904")["counts"] == []
        assert get(here, "/audit/questions/7", until="2026-03-12")["rows"] == []

    def test_a_finding_leads_to_exactly_the_events_that_prove_it(self, here: Served) -> None:
        row = get(here, "/audit/questions/7", limit=1)["rows"][0]
        found = get(here, f"/audit/questions/7/findings/{row['finding']['id']}")
        assert found["told"] == row
        assert [proof["position"] for proof in found["proofs"]] == row["finding"]["positions"]
        posted, closed, rule = found["proofs"]
        assert (posted["type"], closed["type"], rule["type"]) == (
            "case.notice_posted",
            "case.notice_closed",
            "rule.version_published",
        )
        assert (posted["post"], posted["case_id"], posted["seq"]) == (HANDLER.id, row["finding"]["case_id"], 7)
        assert posted["data"]["until"] == "2026-03-18"
        assert rule["data"]["version"]["limits"]["notice"]["days"] == 7

    def test_own_writes_are_seen(self, here: Served) -> None:
        case_id = here.opened(occurred_at="2026-01-05T09:30:00+08:00")
        rows = get(here, "/audit/questions/6", since="2026-01-01", until="2026-02-01")["rows"]
        assert [row["finding"]["case_id"] for row in rows] == [case_id]

    @pytest.mark.parametrize(
        ("path", "params", "expected"),
        [
            ("/audit/questions/1", {}, (404, "UNKNOWN_QUESTION")),
            ("/audit/questions/99", {}, (404, "UNKNOWN_QUESTION")),
            ("/audit/questions/7/findings/1-short", {}, (404, "UNKNOWN_FINDING")),
            ("/audit/questions/seven", {}, (400, "BAD_QUERY")),
            ("/audit/questions/7", {"cursor": "rubbish"}, (400, "BAD_QUERY")),
            ("/audit/questions/7", {"on": "never"}, (400, "BAD_QUERY")),
            ("/audit/questions/7", {"who": "me"}, (400, "BAD_QUERY")),
            ("/audit/questions", {"division": "x"}, (400, "BAD_QUERY")),
            ("/audit/questions", {"after": 2**40}, (400, "BAD_QUERY")),
        ],
    )
    def test_what_cannot_be_answered_is_refused(
        self, here: Served, path: str, params: dict[str, str], expected: tuple[int, str]
    ) -> None:
        assert problem(here, path, **params) == expected

    def test_the_first_and_the_last_day_can_be_asked_about(self, here: Served) -> None:
        assert get(here, "/audit/questions/6", on="0001-01-02")["rows"] == []
        assert get(here, "/audit/questions/15", on="9999-12-31")["rows"] == []

    def test_the_document_of_the_api_has_the_routes(self, here: Served) -> None:
        paths = here.client.get("/openapi.json").json()["paths"]
        assert {"/audit/questions", "/audit/questions/{number}", "/audit/questions/{number}/findings/{finding}"} <= set(
            paths
        )


class TestCommandLine:
    def test_the_list_names_what_waits_and_for_what(self, here: Served, told: Told) -> None:
        text = told("questions", "--on", DAY)
        assert "7 | 公示缺失、不足或不当 Public notice missing, short, or where forbidden | 3 |" in text
        assert "1 | 死亡仍领取 Paid after death | 死亡信息与支付数据" in text
        assert "不是结论" in text
        assert (
            json.loads(told("questions", "--on", DAY, "--json"))["questions"]
            == get(here, "/audit/questions")["questions"]
        )

    def test_a_question_is_asked(self, here: Served, told: Told) -> None:
        text = told("ask", "7", "--on", DAY, "--limit", "2")
        assert text.count("[") == 2
        assert "要求 7 日" in text
        assert "--cursor " in text
        cursor = text.rpartition("--cursor ")[2].strip()
        assert told("ask", "7", "--on", DAY, "--limit", "2", "--cursor", cursor).count("[") == 1
        by_http = get(here, "/audit/questions/7")
        by_hand = json.loads(told("ask", "7", "--on", DAY, "--json"))
        assert (by_hand["rows"], by_hand["next"]) == (by_http["rows"], by_http["next"])
        assert "320903 | 2026-03 | short | 3" in told("ask", "7", "--on", DAY, "--counts")
        assert json.loads(told("ask", "7", "--on", DAY, "--counts", "--json")) == by_http["counts"]
        assert "0 条疑点" in told("ask", "7", "--on", DAY, "--division", "320904")

    def test_the_events_that_prove_a_finding_are_shown(self, here: Served, told: Told) -> None:
        finding = get(here, "/audit/questions/7", limit=1)["rows"][0]["finding"]
        text = told("evidence", "7", finding["id"], "--on", DAY)
        for line in ("公示 case.notice_posted", "until: 2026-03-18", "规则版本公布 rule.version_published"):
            assert line in text
        assert f"anjuan case show {finding['case_id']} --version 7" in text
        assert f"anjuan case judge {finding['number']}" in text
        as_json = json.loads(told("evidence", "7", finding["id"], "--on", DAY, "--json"))
        assert as_json == get(here, f"/audit/questions/7/findings/{finding['id']}")

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("ask", "1"), 1, "UNKNOWN_QUESTION"),
            (("ask", "37"), 2, "1<=x<=36"),
            (("ask", "7", "--cursor", "rubbish"), 2, "--cursor"),
            (("ask", "7", "--division", "盐都"), 1, "INVALID_VALUE"),
            (("evidence", "7", "1-short"), 1, "UNKNOWN_FINDING"),
        ],
    )
    def test_a_fault_is_one_clear_line(self, told: Told, words: tuple[str, ...], code: int, said: str) -> None:
        assert said in told(*words, code=code)
