"""``anjuan feed asyncapi|compat|release``, and the document over HTTP: contracts for machines through their doors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from adapters.feeds.released import RELEASED
from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from adapters.reference import INFRA
from domain.feeds.contract import ContractApproved, ContractEnded, feed_stream
from tests.support.asyncapi import official
from tests.support.command_line import fault, read, run, said
from tests.support.houses import house_on, set_up, tell
from tests.support.samples import CONTRACT
from tests.support.serving import Served, whole_house

YIBAO = INFRA / "feeds" / "yibao.yaml"


def changed(folder: Path, *edits: tuple[str, str]) -> str:
    """A copy of yibao's contract with other words in it."""
    text = YIBAO.read_text("utf-8")
    for before, now in edits:
        assert before in text
        text = text.replace(before, now)
    copy = folder / "yibao.yaml"
    copy.write_text(text, "utf-8")
    return str(copy)


def released(folder: Path) -> str:
    """A folder in which yibao's contract is released as it ships."""
    said("feed", "release", "yibao", "--folder", str(folder / "released"))
    return str(folder / "released")


# Files alone: no database is opened.


def test_what_ships_is_compatible_with_what_was_released() -> None:
    assert "0 处不兼容 breaking" in said("feed", "compat")
    assert not [change for change in read("feed", "compat") if change["breaking"]]


def test_a_breaking_change_is_loud_and_ends_with_one(tmp_path: Path) -> None:
    file = changed(tmp_path, ("until, ", ""), ("[http, kafka]", "[http]"), ("relation, ", ""))
    against = ("--folder", released(tmp_path))
    result = run("feed", "compat", file, *against)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "不兼容 BREAKING | yibao | case.confirmed | event.until | 字段取消 / a field is gone | — | —" in lines
    assert lines[-1] == "1 份约定 contracts, 6 处改动 changes, 6 处不兼容 breaking"
    told = run("feed", "compat", file, *against, "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)[0] == {
        "department": "yibao",
        "kind": "way_removed",
        "type": "",
        "path": "",
        "before": "kafka",
        "now": "",
        "breaking": True,
        "zh": "共享方式取消",
        "en": "a way out is gone",
    }


def test_what_only_grows_is_told_and_ends_with_nought(tmp_path: Path) -> None:
    file = changed(tmp_path, ("[confirmed_on,", "[confirmed_on, amount,"))
    found = read("feed", "compat", file, "--folder", released(tmp_path))
    assert [(each["kind"], each["path"], each["breaking"]) for each in found] == [
        ("field_added", "event.amount", False)
    ]


def test_a_release_writes_all_that_ships_and_then_nothing_more(tmp_path: Path) -> None:
    assert said("feed", "release", "--folder", str(tmp_path)).splitlines()[0] == "caizheng 1.0"
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written.keys() == {path.name for path in RELEASED.iterdir()}
    assert read("feed", "compat", "--folder", str(tmp_path)) == []
    assert said("feed", "release", "yibao", "--folder", str(tmp_path)) == "yibao 1.0\n"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == written


def test_a_release_that_breaks_is_refused_until_somebody_says_so(tmp_path: Path) -> None:
    said("feed", "release", "yibao", "--folder", str(tmp_path))
    file = tmp_path / "yibao.json"
    file.write_text(file.read_text("utf-8").replace('"case.confirmed"', '"case.accepted"'), "utf-8")
    assert fault("feed", "release", "yibao", "--folder", str(tmp_path)).startswith("Error: BREAKING_CHANGE")
    assert said("feed", "release", "yibao", "--folder", str(tmp_path), "--breaking") == "yibao 2.0\n"


def test_a_department_without_a_contract_has_nothing_to_release(tmp_path: Path) -> None:
    assert "UNKNOWN_FEED" in fault("feed", "release", "sifa", "--folder", str(tmp_path))
    (tmp_path / "sifa.json").write_bytes((RELEASED / "yibao.json").read_bytes().replace(b'"yibao"', b'"sifa"'))
    assert "BREAKING_CHANGE" in fault("feed", "release", "sifa", "--folder", str(tmp_path))
    assert said("feed", "release", "sifa", "--folder", str(tmp_path), "--breaking") == "sifa 不再提供 withdrawn\n"
    assert list(tmp_path.iterdir()) == []


def test_a_contract_that_is_not_approved_yet_can_be_described(tmp_path: Path) -> None:
    whole = json.loads(said("feed", "asyncapi", "yibao", "--file", str(YIBAO)))
    assert official().is_valid(whole)
    assert "CONTRACT_FAULTY" in fault("feed", "asyncapi", "yibao", "--file", changed(tmp_path, ("dibao,", "nothing,")))
    assert "BAD_CONTRACT" in fault("feed", "asyncapi", "shenji", "--file", str(YIBAO))


# The contract in force, of a real log.


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("ANJUAN_KAFKA_PREFIX", "city")
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


@pytest.mark.postgres
def test_the_command_prints_what_is_in_force(house: House) -> None:
    tell(house.log, feed_stream("yibao"), ContractApproved(contract=CONTRACT))
    whole = json.loads(said("feed", "asyncapi", "yibao"))
    assert official().is_valid(whole)
    assert whole["channels"]["feedOnKafka"]["address"] == "city.feed.yibao"
    assert said("feed", "asyncapi", "yibao") == said("feed", "asyncapi", "yibao")
    assert "UNKNOWN_FEED" in fault("feed", "asyncapi", "shenji")


@pytest.fixture
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


def asked(here: Served, department: str, holder: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {here.house.departments.make(holder)}"}
    return here.client.get(f"/feeds/{department}/asyncapi.json", headers=headers)


def document(here: Served, department: str) -> dict[str, Any]:
    answer = asked(here, department, department)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    whole: dict[str, Any] = answer.json()
    assert official().is_valid(whole)
    return whole


@pytest.mark.postgres
def test_a_department_fetches_its_own_document_and_no_other(here: Served) -> None:
    tell(here.house.log, feed_stream("yibao"), ContractApproved(contract=CONTRACT))
    whole = document(here, "yibao")
    assert whole["info"]["version"] == "1.0.0"
    named = whole["components"]["messages"]["case.confirmed"]["headers"]["properties"]["ce_dataschema"]
    assert here.client.get(named["const"]).status_code == 200
    refused = asked(here, "yibao", "shenji")
    assert (refused.status_code, refused.json()["code"]) == (403, "OTHER_DEPARTMENT")
    assert here.client.get("/feeds/yibao/asyncapi.json").status_code == 401


@pytest.mark.postgres
def test_what_is_not_in_force_is_not_described(here: Served) -> None:
    assert asked(here, "shenji", "shenji").json()["code"] == "UNKNOWN_FEED"
    contract = replace(CONTRACT, department="shenji")
    tell(here.house.log, feed_stream("shenji"), ContractApproved(contract=contract))
    assert document(here, "shenji")["channels"].keys() == {"feedOnKafka", "feedByCursor", "feedAsStream"}
    tell(here.house.log, feed_stream("shenji"), ContractEnded(department="shenji", version=1, reason="目的已实现"))
    assert asked(here, "shenji", "shenji").json()["code"] == "CONTRACT_EXPIRED"
    assert document(here, "sifa")["channels"].keys() == {"inboxOnKafka", "inboxOverHttp"}
