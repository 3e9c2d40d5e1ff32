"""The register of powers over HTTP and on the command line: asked for on any day, changed, its denials and samples."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.postgres.embedded import EmbeddedServer
from domain.authority.denied import NoGrant
from domain.cases.actions.confirm_case import ConfirmCase
from tests.support.command_line import anjuan
from tests.support.database import database
from tests.support.houses import house_on
from tests.support.serving import Served, open_test_house, projected, served
from tests.support.whole_bureau import AMOUNT, DAFENG, YANDU, act, do, ready_to_decide, set_up_all

pytestmark = pytest.mark.postgres

LEAD = DAFENG.post("lead")
DELEGATION = """
id: dafeng-dibao-decide
item: dibao.decide
role: town_lead
region: "320904"
form: entrusted
grantor: 大丰区民政局
in_name_of: 大丰区民政局
basis: 大丰区委托文件
valid_from: 2026-07-01
ceiling: 500000
sample_percent: 50
"""


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served bureau in which one town's head was denied."""
    home = tmp_path_factory.mktemp("home")
    with database(postgres) as url, open_test_house(home, url) as house:
        set_up_all(house)
        case_id = ready_to_decide(house, DAFENG)
        with pytest.raises(NoGrant):
            do(house, case_id, "confirm_case", ConfirmCase(amount=AMOUNT), act(LEAD, "2026-03-24"))
        do(house, case_id, "confirm_case", ConfirmCase(amount=AMOUNT), act(DAFENG.decider, "2026-03-25"))
        with projected(house), served(house) as running:
            yield running


def get(here: Served, path: str, **params: object) -> Any:  # noqa: ANN401  (JSON has any shape)
    answer: httpx.Response = here.client.get(path, params=params)  # type: ignore[arg-type]  # any query parameter
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_may_decide_differs_by_place(here: Served) -> None:
    def deciders(region: str, on: str) -> set[str]:
        answer = get(here, "/authority/on-day", region=region, on=on, item="dibao.decide")
        assert answer["on"] == on
        return {row["post"] for row in answer["rows"]}

    lead = YANDU.post("lead").id
    assert deciders(YANDU.village, "2026-03-02") == {YANDU.decider.id, lead}
    assert deciders(YANDU.village, "2023-12-06") == {YANDU.decider.id}
    assert deciders(DAFENG.village, "2026-03-02") == {DAFENG.decider.id}


def test_one_post_is_told_what_it_may_do(here: Served) -> None:
    rows = get(here, "/authority/on-day", region=YANDU.village, on="2026-03-02", post=YANDU.director.id)["rows"]
    assert {row["post"] for row in rows} == {YANDU.director.id}
    assert "dibao.accept" in {row["item"] for row in rows}
    assert not [row["item"] for row in rows if row["item"].endswith((".decide", ".pay"))]


@pytest.mark.parametrize("params", [{}, {"region": "x"}, {"region": "3"}, {"region": "3209", "on": "x"}])
def test_a_question_that_cannot_be_understood_is_refused(here: Served, params: dict[str, str]) -> None:
    assert here.client.get("/authority/on-day", params=params).status_code == 400


def test_power_items_and_grants_are_listed(here: Served) -> None:
    listed = get(here, "/authority/powers", matter="dibao", on="2026-03-02")
    assert {each["item"]["id"] for each in listed} >= {"dibao.accept", "dibao.decide", "dibao.pay"}
    assert all(each["in_force"] for each in listed)
    assert not [each for each in get(here, "/authority/powers", on="2000-01-01") if each["in_force"]]
    (grant,) = get(here, "/authority/grants", item="dibao.decide", region="320903")
    assert (grant["grant"]["id"], grant["in_force"], grant["rests_since"]) == ("yandu-dibao-decide", True, None)
    first, *rest = get(here, "/authority/grants", limit=3)
    assert get(here, "/authority/grants", limit=2, beyond=first["grant"]["id"]) == rest


def test_denials_are_found_by_place_post_code_and_time(here: Served) -> None:
    def found(**params: object) -> int:
        return len(get(here, "/denials", after=here.head(), **params))

    assert found() == found(division="320904") == found(post=LEAD.id, code="NO_GRANT", matter="dibao") == 1
    assert found(since="2026-03-24T00:00:00+08:00", until="2026-03-25T00:00:00+08:00") == 1
    assert found(division="320903") == found(post="x") == found(code="OVER_CEILING") == 0
    assert found(since="2026-03-25T00:00:00+08:00") == found(until="2026-03-24T00:00:00+08:00") == found(before=1) == 0


def test_decisions_are_found_by_grant_and_day(here: Served) -> None:
    def found(**params: object) -> int:
        return len(get(here, "/decisions", after=here.head(), **params))

    (row,) = get(here, "/decisions", after=here.head())
    assert (row["post"], row["result"], row["days"]) == (DAFENG.decider.id, "grant", 21)
    assert found(grant_id=row["grant_id"], result="grant", matter="dibao", division="320904") == 1
    assert found(since="2026-03-25", until="2026-03-26") == 1
    assert found(since="2026-03-26") == found(until="2026-03-25") == found(result="refuse") == 0


def test_without_samples_there_is_none_and_none_is_owed(here: Served) -> None:
    assert get(here, "/samples", after=here.head()) == []
    assert get(here, "/samples/owed") == []


class TestCommandLine:
    """The same, and changes, as an operator types them."""

    @pytest.fixture
    def run(self, database_url: str, tmp_path: Path) -> Any:  # noqa: ANN401  (a function of any words)
        with house_on(database_url, tmp_path) as house:
            set_up_all(house)

        def authority(*words: str, fails: bool = False) -> Any:  # noqa: ANN401  (JSON, or a line)
            done = anjuan(tmp_path, database_url, "authority", *words)
            assert bool(done.returncode) is fails, done.stdout + done.stderr
            return done.stderr if fails else json.loads(done.stdout) if "--json" in words else done.stdout

        return authority

    def test_a_delegation_is_given_suspended_resumed_and_revoked(self, run: Any, tmp_path: Path) -> None:  # noqa: ANN401  (the fixture)
        path = tmp_path / "grant.yaml"
        path.write_text(DELEGATION, "utf-8")
        policy = ("--post", "320900-policy")
        grant = "dafeng-dibao-decide"

        def leads(on: str) -> list[str]:
            asked = ("--on", on, "--region", DAFENG.village, "--item", "dibao.decide", "--post", LEAD.id, "--json")
            return [row["grant"] for row in run("on-day", *asked)["rows"]]

        assert "NO_AUTHORITY" in run("give", "--file", str(path), "--post", LEAD.id, fails=True)
        assert run("give", "--file", str(path), *policy, "--json")["position"] > 0
        assert "无变动" in run("give", "--file", str(path), *policy)
        assert leads("2026-07-01") == [grant]
        assert leads("2026-06-30") == []
        run("suspend", grant, "--since", "2026-08-01", "--reason", "抽查发现问题", *policy)
        assert leads("2026-08-01") == []
        run("resume", grant, "--on", "2026-08-10", *policy)
        run("revoke", grant, "--on", "2026-09-01", "--reason", "收回", *policy)
        assert [leads(day) for day in ("2026-08-09", "2026-08-10", "2026-09-01")] == [[], [grant], []]
        (denied,) = run("denials", "--post", LEAD.id, "--json")
        assert (denied["action"], denied["code"]) == ("give_grants", "NO_AUTHORITY")
        assert grant in run("grants", "--item", "dibao.decide")

    def test_a_change_without_a_basis_is_refused_and_one_with_it_is_in_the_history(self, run: Any) -> None:  # noqa: ANN401  (the fixture)
        change = ("change", "dibao.accept", "--kind", "reduce", "--before", "须交收入证明", "--after", "不再收取")
        rest = ("--effective", "2026-08-01", "--post", "320900-policy")
        assert "BASIS_MISSING" in run(*change, "--basis", " ", *rest, fails=True)
        run(*change, "--basis", "减证便民文件", *rest)
        (row,) = run("history", "dibao.accept", "--json")
        assert (row["kind"], row["before"], row["after"], row["basis"]) == (
            "reduce",
            "须交收入证明",
            "不再收取",
            "减证便民文件",
        )
        assert "减证便民文件" in run("history", "dibao.accept")
        (item,) = (
            each for each in run("powers", "--matter", "dibao", "--json") if each["item"]["id"] == "dibao.accept"
        )
        assert len(item["changes"]) == 1

    def test_files_and_posts_that_cannot_be_used_are_told_in_one_line(self, run: Any, tmp_path: Path) -> None:  # noqa: ANN401  (the fixture)
        path = tmp_path / "grant.yaml"
        path.write_text("id: [", "utf-8")
        assert "BAD_GRANTS" in run("give", "--file", str(path), "--post", "320900-policy", fails=True)
        path.write_text(DELEGATION.replace("entrusted", "lent"), "utf-8")
        assert "BAD_GRANTS" in run("give", "--file", str(path), "--post", "320900-policy", fails=True)
        path.write_text(DELEGATION, "utf-8")
        assert "UNKNOWN_POST" in run("give", "--file", str(path), "--post", "nobody", fails=True)
        assert "INVALID_VALUE" in run("on-day", "--region", "yandu", fails=True)
        assert "无 none" in run("sample", "due")
        assert run("sample", "list", "--json") == []
