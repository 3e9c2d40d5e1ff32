"""``anjuan inbox`` and ``anjuan token --department`` on a real database."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.house import House
from tests.support.builders import HANDLER, VILLAGE, id_number
from tests.support.command_line import fault, read, run, said
from tests.support.houses import carry_out, house_on, set_up
from tests.support.journeys import GRANTED

pytestmark = pytest.mark.postgres

POST = ("--post", HANDLER.id)


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


def message(ident: str, kind: str = "death", number: int = 1) -> dict[str, object]:
    about = {"name": f"样例{number}", "id_number": id_number(number), "division": VILLAGE}
    return {"id": ident, "kind": kind, "happened_on": "2026-08-20", **about}


def test_a_file_is_taken_in_once_as_lines_or_as_a_list(house: House, tmp_path: Path) -> None:
    lines, whole = tmp_path / "lines.jsonl", tmp_path / "whole.json"
    messages = [message(f"hk-{n}", number=1 + n % 9) for n in range(600)]
    lines.write_text("\n".join(map(json.dumps, messages)) + "\n\n")
    whole.write_text(json.dumps([*messages, message("more")]))
    take = ("--department", "gongan")
    assert said("inbox", "take", str(lines), *take).startswith("接收 taken 600, 重复 repeated 0")
    assert said("inbox", "take", str(whole), *take).startswith("接收 taken 1, 重复 repeated 600")
    assert house.log.head().position > 600


def test_what_is_refused_is_told_by_its_number_and_path(house: House, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps([message("ok"), {**message("no"), "happened_on": "样例"}]))
    result = run("inbox", "take", str(bad), "--department", "gongan")
    assert result.exit_code == 1
    assert "拒收 refused 1" in result.output
    assert "2 | — | BAD_SIGNAL | $.happened_on" in result.output
    assert "样例" not in result.output
    bad.write_text("{")
    assert run("inbox", "take", str(bad), "--department", "gongan").exit_code == 1
    assert house.log.head().position > 0


def test_from_a_warning_to_a_verdict(house: House, tmp_path: Path) -> None:
    carry_out(house, GRANTED)
    file = tmp_path / "one.json"
    file.write_text(json.dumps([message("hk-1"), message("dp-0", "custody", 9)]))
    said("inbox", "take", str(file), "--department", "gongan")
    (row,) = read("inbox", "warnings", "--division", "320903", "--kind", "death")["rows"]
    assert (row["signal"], row["status"], row["matter"]) == ("hk-1", "open", "dibao")
    judge = ("inbox", "judge", "gongan", "hk-1", "--verdict", "confirmed", "--reason", "入户核实", *POST)
    assert "NOT_VERIFIED" in fault(*judge)
    verify = ("--verified-on", "2026-09-01", "--by-source", "户籍窗口", *POST)
    assert said("inbox", "verify", "gongan", "hk-1", *verify).startswith("@")
    assert "已是如此" in said("inbox", "verify", "gongan", "hk-1", *verify)
    assert read(*judge, "--key", "k-1")["events"] == ["signal.judged"]
    assert "VERDICT_GIVEN" in fault(*judge)
    assert "属实待决定 confirmed" in said("inbox", "warnings", "--status", "confirmed")
    assert "UNKNOWN_SIGNAL" in fault("inbox", "verify", "gongan", "hk-9", *verify)
    assert "BAD_CURSOR" in fault("inbox", "leads", "--after", "x")


def test_leads_are_listed_without_names(house: House, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps({**message("dp-1", "disability_issued"), "facts": {"grade": 2}}))
    said("inbox", "take", str(file), "--department", "canlian")
    told = said("inbox", "leads", "--matter", "canji-huli")
    assert "待处理 open | 残疾人证核发 disability_issued | canji-huli | canlian | dp-1" in told
    assert "样例" not in told
    assert house.log.head().position > 0


def test_a_department_gets_a_token_of_its_own(house: House) -> None:
    token = read("token", "--department", "gongan")["token"]
    assert house.departments.holder(token) == "gongan"
    assert said("token", "--department", "gongan").strip() != token
    assert run("token").exit_code == 2
    assert run("token", HANDLER.id, "--department", "gongan").exit_code == 2
    assert run("token", "--department", "nobody").exit_code == 2
