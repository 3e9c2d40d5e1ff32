"""The command line on a real database: looking at cases, acting on them, tokens, settings, faults."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from adapters.house import House
from adapters.main import main
from adapters.projector.service import bring_up
from domain.cases.registry import ACTIONS
from tests.support.builders import HANDLER, VILLAGE, id_number
from tests.support.houses import carry_out, house_on, set_up
from tests.support.journeys import GRANTED

BODY = {
    "matter": "dibao",
    "division": VILLAGE,
    "members": [{"name": "样例1", "id_number": id_number(1)}],
    "monthly_income": 20_000,
}


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def read(*arguments: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    return json.loads(said(*arguments, "--json"))


def assert_fault(result: Result, text: str) -> None:
    """One clear line, no traceback, an exit code."""
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert text in result.output
    assert "Traceback" not in result.output


def test_a_case_is_shown_as_it_stands_and_as_it_stood(house: House) -> None:
    case_id = carry_out(house, GRANTED).case_id
    now = read("case", "show", case_id)
    assert (now["state"]["stage"], now["version"]) == ("granted", len(house.log.stream(f"case-{case_id}")))
    assert read("case", "show", case_id, "--version", "2")["state"]["stage"] == "accepted"
    assert read("case", "show", case_id, "--on", "2026-03-12")["state"]["stage"] == "notice"
    assert read("case", "show", case_id, "--as-of", "2026-03-12T00:00:00+08:00") == {"version": 0, "state": None}
    assert "grant.amount" in said("case", "show", case_id)
    assert "当时没有此案卷" in said("case", "show", case_id, "--version", "0")


def test_a_case_is_found_by_the_number_on_the_paper(house: House) -> None:
    case_id = carry_out(house, GRANTED).case_id
    number = read("case", "show", case_id)["state"]["number"]
    assert_fault(run("case", "show", number), "UNKNOWN_CASE")  # no view was ever built
    bring_up(house.locate)
    assert read("case", "show", number)["state"]["id"] == case_id


def test_history_and_replay_tell_every_step(house: House) -> None:
    case_id = carry_out(house, GRANTED).case_id
    history = read("case", "history", case_id)
    assert [event["seq"] for event in history["events"]] == list(range(1, history["version"] + 1))
    assert {"field": "stage", "before": "opened", "after": "accepted"} in history["events"][1]["changes"]
    replayed = read("case", "replay", case_id, "--position", str(history["events"][2]["position"]))
    assert [step["state"]["stage"] for step in replayed] == ["opened", "accepted", "accepted"]
    assert "stage: opened → accepted" in said("case", "replay", case_id)
    told = said("case", "history", case_id)
    assert "case.accepted" in told
    assert "duties.opinion.status: — → started" in told
    assert "grant.amount: — → ¥1,060.00" in told
    assert "Duty(" not in told + said("case", "show", case_id)


def test_a_line_of_a_replay_stays_one_line_and_tells_only_the_new_step(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    case_id = carry_out(house, GRANTED).case_id
    lines = said("case", "replay", case_id).splitlines()
    assert [line[0] for line in lines if line.strip() and line[0] not in "v "] == []
    done = [line for line in lines if line.startswith("    done: ")]
    assert done
    assert not [line for line in done if "→" in line]
    assert any(line.startswith("    done: +") for line in done)


def test_an_action_is_done_from_options_and_from_a_body(house: House) -> None:
    opened = read("case", "do", "open-case", "--post", HANDLER.id, "--body", json.dumps(BODY), "--key", "k1")
    again = read("case", "do", "open-case", "--post", HANDLER.id, "--body", json.dumps(BODY), "--key", "k1")
    assert again == {**opened, "events": [], "repeated": True}
    done = read("case", "do", "request-correction", opened["case_id"], "--post", HANDLER.id, "--defects", "缺收入声明")
    assert done["events"] == ["case.correction_requested"]
    assert read("case", "show", opened["case_id"])["state"]["defects"] == ["缺收入声明"]
    assert "v3" in said("case", "do", "add-note", opened["case_id"], "--post", HANDLER.id, "--text", "记")
    assert house.log.stream(f"case-{opened['case_id']}")[-1].meta.actor == f"{HANDLER.id}:1"


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_has_a_subcommand(name: str) -> None:
    assert ACTIONS[name].zh in said("case", "do", name.replace("_", "-"), "--help")


def test_an_action_says_what_only_its_body_takes_and_that_money_is_in_fen() -> None:
    told = " ".join(said("case", "do", "open-case", "--help").split())
    assert "only here: members, mandate" in told
    assert "--monthly-income INTEGER 金额，单位为分 / in fen" in told


def test_expected_faults_are_one_line(house: House) -> None:
    case_id = carry_out(house, GRANTED[:1]).case_id
    head = house.log.head().position
    post = ("--post", HANDLER.id)
    assert_fault(run("case", "show", "no-such-case"), "UNKNOWN_CASE: 没有此案卷 / There is no such case")
    assert_fault(run("case", "do", "confirm-case", case_id, *post, "--amount", "1"), "NO_AUTHORITY")
    assert_fault(run("case", "do", "accept-case", case_id, "--post", "nobody"), "UNKNOWN_POST")
    assert_fault(run("case", "do", "accept-case", case_id, *post, "--body", "{"), "MALFORMED_BODY")
    assert_fault(run("case", "do", "accept-case", case_id, *post, "--body", '{"x": 1}'), "MALFORMED_BODY")
    assert_fault(run("case", "do", "accept-case", case_id, *post, "--occurred-at", "2999-01-01"), "OCCURRED_IN_FUTURE")
    assert_fault(run("case", "show", case_id, "--on", "soon"), "not a date")
    assert_fault(run("token", "nobody"), "UNKNOWN_POST: 没有此岗位 / no such post")
    assert_fault(run("token", HANDLER.id, "--actor", "样例 1"), "BAD_ACTOR")
    assert house.log.head().position == head + 1, "the denial alone"


def test_a_token_of_a_post_is_made_once_and_is_good(house: House) -> None:
    token = read("token", HANDLER.id)["token"]
    holder = house.tokens.holder(token)
    assert holder is not None
    assert (holder.post, holder.actor) == (HANDLER.id, f"{HANDLER.id}:1")
    assert said("token", HANDLER.id).strip() != token


def test_views_tell_how_far_they_are(house: House) -> None:
    carry_out(house, GRANTED[:1])
    assert {(view["built"], view["position"]) for view in read("views")} == {(False, 0)}
    assert "未建 not built" in said("views")
    bring_up(house.locate)
    assert {(view["built"], view["lag"]) for view in read("views")} == {(True, 0)}
    assert "worklist" in said("views")


def test_settings_are_shown_without_passwords(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    shown: dict[str, Any] = {}
    for url in ("postgresql://anjuan:geheim@db.example/anjuan", "host=db.example password=geheim dbname=anjuan"):
        monkeypatch.setenv("ANJUAN_DATABASE_URL", url)
        monkeypatch.setenv("ANJUAN_VAULT_URL", url)
        monkeypatch.setenv("ANJUAN_KEKS", "kek-1:geheim,kek-2:geheim")
        shown = read("config")
        assert "geheim" not in str(shown) + said("config")
        assert ["***" in shown[name] for name in ("database_url", "vault_url", "keks")] == [True] * 3
    assert (shown["home"], shown["port"]) == (str(tmp_path), 8000)
    monkeypatch.setenv("ANJUAN_PORT", "x")
    assert_fault(run("config"), "BAD_SETTING")


@pytest.mark.parametrize("url", ["garbage", "postgresql://u:se%zz@h/x", "host=h password=geheim nonsense"])
def test_a_database_url_that_cannot_be_read_is_named_and_not_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", url)
    result = run("views")
    assert_fault(result, "BAD_SETTING")
    assert "ANJUAN_DATABASE_URL" in result.output
    assert not [part for part in ("garbage", "se%zz", "%zz", "geheim", "nonsense") if part in result.output]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_told_before_anything_is_made(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path / "home"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert_fault(run(command, "--port", str(taken.getsockname()[1])), "ADDRESS_IN_USE")
    assert not (tmp_path / "home").exists()


def test_a_database_that_is_away_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", f"postgresql:///anjuan?host={tmp_path}")
    for command in (("views",), ("migrate",), ("case", "show", "x"), ("token", "x")):
        assert_fault(run(*command), "UNAVAILABLE")


def test_migrating_again_changes_nothing(house: House) -> None:
    assert house.log.head().position > 0
    assert said("migrate").strip() == "数据库结构已是最新 / The database is up to date"


def test_every_subcommand_explains_itself_in_both_languages() -> None:
    assert isinstance(main, click.Group)
    for name in main.list_commands(click.Context(main)):
        assert " / " in said(name, "--help"), name
