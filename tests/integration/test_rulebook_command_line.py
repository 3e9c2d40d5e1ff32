"""``anjuan rulebook`` on files and on a real database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.house import House
from adapters.main import main
from tests.support.builders import LEAD, OPERATOR
from tests.support.houses import house_on, set_up

PROBE = """\
matter: {id: probe, zh: 试验事项, en: Probe, family: relief, subject: household}
like: household
versions:
  - id: probe-1
    region: "320903"
    issuer: county
    valid_from: 2021-07-01
    valid_to: 2022-07-01
    basis: [某办法]
    verified: false
    standard: 78000
  - id: probe-2
    like: probe-1
    valid_from: 2022-07-01
    standard: 80000
    limits:
      notice: {days: 5, unit: wd, basis: 某办法}
"""


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


@pytest.fixture
def probe(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "probe.yaml"
    path.parent.mkdir()
    path.write_text(PROBE, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["rulebook", *arguments])


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def read(*arguments: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    return json.loads(said(*arguments, "--json"))


def fault(*arguments: str) -> str:
    """One clear line, no traceback, an exit code."""
    result = run(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output


def test_the_shipped_rules_check_clean() -> None:
    assert "0 处错误 faults" in said("check")


def test_a_check_tells_every_fault_with_file_and_line(probe: Path) -> None:
    text = PROBE.replace("standard: 80000", "promise: {days: 40, unit: wd, basis: 承诺}").replace(
        "limits:", "overlaps: [{matter: nothing, effect: excludes}]\n    limits:"
    )
    probe.write_text(text, encoding="utf-8")
    result = run("check", str(probe.parent))
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[0] == "probe.yaml:16: versions[1].overlaps[0].basis: missing"
    probe.write_text(text.replace("excludes}", "excludes, basis: 某办法}"), encoding="utf-8")
    found = json.loads(run("check", str(probe), "--json").stdout)
    assert [(each["line"], each["where"]) for each in found["faults"]] == [
        (15, "versions[1].promise"),
        (16, "versions[1].overlaps[0].matter"),
    ]
    assert found["faults"][0]["fault"].startswith("PROMISE_TOO_LONG: 承诺时限长于法定时限 / ")


def test_a_matter_is_published_from_one_file_once(house: House, probe: Path) -> None:
    arguments = ("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")
    assert read(*arguments)["events"] == [
        "rule.matter_published",
        "rule.version_published",
        "rule.version_published",
        "authority.powers_listed",
        "authority.grants_given",
    ]
    assert read(*arguments)["events"] == []
    published = house.log.stream("rulebook")[-1]
    assert (published.meta.post, published.meta.actor) == (OPERATOR.id, f"{OPERATOR.id}:1")
    assert [rule["id"] for rule in read("list", "--matter", "probe")] == ["probe-1", "probe-2"]
    assert "probe-2" in said("list")


@pytest.mark.usefixtures("house")
def test_which_rule_is_in_force_depends_on_day_and_place(probe: Path) -> None:
    said("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")

    def found(day: str, region: str) -> list[str]:
        return [rule["id"] for rule in read("in-force", "--on", day, "--region", region, "--matter", "probe")]

    assert found("2022-06-30", "320903104203") == ["probe-1"]
    assert found("2022-07-01", "320903") == ["probe-2"]
    assert found("2022-07-01", "320904") == []
    assert found("2021-06-30", "320903") == []
    assert "probe-2" in said("in-force", "--region", "320903")


@pytest.mark.usefixtures("house")
def test_two_versions_are_compared_field_by_field(probe: Path) -> None:
    said("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")
    found = {one["path"]: (one["before"], one["after"]) for one in read("diff", "probe-1", "probe-2")}
    assert found["standard"] == ("780.00 元 yuan", "800.00 元 yuan")
    assert found["limits.notice"] == ("7 自然日 calendar days", "5 工作日 working days")
    assert "时限 · 公示" in said("diff", "probe-1", "probe-2")
    assert read("show", "probe-2")["standard"] == 80_000
    assert "standard: 80000" in said("show", "probe-2")


@pytest.mark.usefixtures("house")
def test_what_may_not_be_published_is_told_in_one_line(probe: Path) -> None:
    assert "POLICY_NOT_DECIDED" in fault("publish", str(probe), "--post", OPERATOR.id)
    assert "NO_AUTHORITY" in fault("publish", str(probe), "--post", LEAD.id, "--norm-in-force")
    assert "UNKNOWN_POST" in fault("publish", str(probe), "--post", "nobody", "--norm-in-force")
    probe.write_text(PROBE.replace("standard: 80000", "tracks: [{parameter: standard, urban: 2, rural: 1}]"), "utf-8")
    assert "DUAL_TRACK" in fault("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")
    assert read("list") != []
    assert "UNKNOWN_MATTER" in fault("list", "--matter", "probe")
    probe.write_text(PROBE.replace("standard: 80000", "standard: many"), encoding="utf-8")
    assert "BAD_RULE_DATA" in fault("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")


@pytest.mark.usefixtures("house")
def test_a_published_version_does_not_change(probe: Path) -> None:
    said("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")
    probe.write_text(PROBE.replace("standard: 78000", "standard: 1"), encoding="utf-8")
    assert "RULE_CHANGED" in fault("publish", str(probe), "--post", OPERATOR.id, "--norm-in-force")


@pytest.mark.usefixtures("house")
def test_a_question_that_cannot_be_answered_is_told_in_one_line() -> None:
    assert "UNKNOWN_RULE" in fault("show", "nothing")
    assert "UNKNOWN_RULE" in fault("diff", "nothing", "nothing")
    assert "UNKNOWN_MATTER" in fault("in-force", "--region", "320903", "--matter", "nothing")
    assert "INVALID_VALUE" in fault("in-force", "--region", "盐都")
    assert "not a date" in fault("in-force", "--region", "320903", "--on", "May")
