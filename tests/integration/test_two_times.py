"""A case in two times over HTTP and on the command line, from a real log."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from domain.calendar import CIVIL_ZONE
from tests.support.builders import LEAD
from tests.support.serving import Served, whole_house

INCOME = "household.monthly_income"


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def case_id(here: Served) -> str:
    """Opened and accepted; then a note of before the acceptance is told, and the income of the opening corrected."""
    found = here.opened()
    here.act(found, "accept-case", occurred_at="2026-03-05T15:00:00+08:00")
    here.act(found, "add-note", text="上午走访", occurred_at="2026-03-05T09:10:00+08:00")
    here.act(found, "append-correction", seq=1, field=INCOME, value="26000", reason="漏计")
    last = here.act(found, "add-note", LEAD, text="后", occurred_at="2026-03-09T09:00:00+08:00")
    assert last.json()["version"] == 5
    return found


@pytest.fixture
def command_line(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(here.house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", here.house.settings.database_url or "")
    monkeypatch.setenv("COLUMNS", "60")


def told(here: Served, case_id: str, **asked: Any) -> Any:  # noqa: ANN401  (JSON has any shape)
    answer = here.client.get(f"/cases/{case_id}/history", params={"by": "happened", **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["case", *arguments])


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def known_at(here: Served, case_id: str, seq: int) -> str:
    """When that step was recorded."""
    at: datetime = here.house.log.stream(f"case-{case_id}")[seq - 1].recorded_at
    return at.isoformat()


class TestHttp:
    def test_the_steps_stand_as_they_happened_with_what_stands_out(self, here: Served, case_id: str) -> None:
        found = told(here, case_id)
        assert [each["seq"] for each in found["events"]] == [1, 3, 2, 5, 4]
        assert (found["by"], found["standing"], found["version"], found["late_after_seconds"]) == (
            "happened",
            "told",
            5,
            3600,
        )
        note, opened = found["events"][1], found["events"][0]
        assert note["recorded_after"] == [2]
        lag = datetime.fromisoformat(note["recorded_at"]) - datetime.fromisoformat(note["occurred_at"])
        assert note["late_seconds"] == lag // timedelta(seconds=1)
        assert [(each["by"], each["before"], each["after"], each["shown"]) for each in opened["corrected"]] == [
            (4, 20_000, 26_000, True)
        ]
        act = found["events"][4]
        assert (act["changes"], act["late_seconds"], act["corrects"]) == ([], 0, opened["corrected"][0])
        assert found["counts"] == {
            "steps": 5,
            "late": 4,
            "out_of_order": 2,  # the last note was dated before the correction
            "corrected": 1,
            "ahead": 0,
            "moot": 0,
        }
        assert found["order_matters"] == []

    def test_what_was_known_then_is_told_beside_what_is_known_now(self, here: Served, case_id: str) -> None:
        then = told(here, case_id, on="2026-03-05", as_of=known_at(here, case_id, 2))
        assert [each["seq"] for each in then["events"]] == [1, 2]
        assert then["state"]["household"]["monthly_income"] == 20_000
        differs = {each["field"]: (each["then"], each["now"], each["seq"]) for each in then["learned_since"]}
        assert differs[INCOME] == (20_000, 26_000, 4)
        assert differs["notes"] == (0, 1, 3)
        assert set(differs) == {INCOME, "notes", "corrections"}
        now = told(here, case_id, on="2026-03-05")
        assert (now["state"]["household"]["monthly_income"], now["state"]["notes"], now["later"]) == (26_000, 1, 2)
        assert now["learned_since"] == []
        assert {each["field"] for each in now["order_matters"]} == {INCOME, "corrections"}

    def test_another_threshold_is_asked_for_and_told(self, here: Served, case_id: str) -> None:
        found = told(here, case_id, late_after=10**9)
        assert (found["late_after_seconds"], found["counts"]["late"]) == (10**9, 0)

    def test_a_day_alone_is_known_to_its_end_in_shanghai(self, here: Served, case_id: str) -> None:
        today = datetime.now(CIVIL_ZONE).date().isoformat()
        assert told(here, case_id, as_of=today, on=today)["version"] == 5
        assert told(here, case_id, as_of="2026-03-05")["as_of"] == "2026-03-05T15:59:59.999999Z"

    def test_a_case_not_known_yet_and_one_not_begun_yet_are_told_as_such(self, here: Served, case_id: str) -> None:
        unknown = told(here, case_id, as_of="2026-03-05", on="2026-03-05")
        assert (unknown["standing"], unknown["state"], unknown["version"]) == ("not_known_yet", None, 0)
        assert datetime.fromisoformat(unknown["since"]) == datetime.fromisoformat(known_at(here, case_id, 1))
        before = told(here, case_id, on="2026-03-01")
        assert (before["standing"], before["state"], before["later"]) == ("not_happened_yet", None, 5)
        assert before["since"] == "2026-03-02T01:30:00Z"

    @pytest.mark.parametrize(
        ("asked", "code", "named"),
        [
            ({"on": "2999-01-01"}, "MOMENT_IN_FUTURE", "on"),
            ({"as_of": "2999-01-01"}, "MOMENT_IN_FUTURE", "as_of"),
            ({"as_of": "2999-01-01T00:00:00+08:00", "by": "recorded"}, "MOMENT_IN_FUTURE", "as_of"),
            ({"on": "soon"}, "BAD_QUERY", "on"),
            ({"on": "20260305"}, "BAD_QUERY", "on"),
            ({"on": "2026-02-30"}, "BAD_QUERY", "on"),
            ({"as_of": "20260305"}, "BAD_QUERY", "as_of"),
            ({"as_of": "2026-03-05T10:00:00"}, "BAD_QUERY", "as_of"),
            ({"by": "chance"}, "BAD_QUERY", "by"),
            ({"late_after": "0"}, "BAD_QUERY", "late_after"),
        ],
    )
    def test_a_moment_that_cannot_be_asked_is_named(
        self, here: Served, case_id: str, asked: dict[str, str], code: str, named: str
    ) -> None:
        answer = here.client.get(f"/cases/{case_id}/history", params={"by": "happened", **asked})
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, code, named)

    def test_an_unknown_case_is_unknown_at_any_moment(self, here: Served) -> None:
        answer = here.client.get("/cases/no-such-case/history", params={"by": "happened", "on": "2026-03-05"})
        assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_CASE")

    def test_the_order_of_recording_is_what_it_was(self, here: Served, case_id: str) -> None:
        plain = here.client.get(f"/cases/{case_id}/history").json()
        assert plain == here.client.get(f"/cases/{case_id}/history", params={"by": "recorded"}).json()
        assert [each["seq"] for each in plain["events"]] == [1, 2, 3, 4, 5]
        assert set(plain) == {"version", "position", "state", "events"}


@pytest.mark.usefixtures("command_line")
class TestCommandLine:
    def test_json_is_what_the_api_answers(self, here: Served, case_id: str) -> None:
        known = known_at(here, case_id, 2)
        found = json.loads(
            said("history", case_id, "--by", "happened", "--on", "2026-03-05", "--as-of", known, "--json")
        )
        assert found == told(here, case_id, on="2026-03-05", as_of=known)
        stood = json.loads(said("show", case_id, "--on", "2026-03-05", "--as-of", known, "--json"))
        assert stood == {name: found[name] for name in stood}
        assert {"state", "standing", "learned_since"} <= set(stood)

    def test_the_steps_are_told_as_they_happened_with_what_stands_out(self, case_id: str) -> None:
        text = said("history", case_id, "--by", "happened")
        places = [text.index(f"\nv{seq} ") for seq in (1, 3, 2, 5, 4)]
        assert places == sorted(places)
        assert "倒序 out of order: v2 " in text
        assert f"{INCOME}: ¥200.00 → ¥260.00 (漏计); 自 v1 起 from v1 on" in text
        assert "更正 correction of v1" in text
        assert "迟录 late: " in text
        assert "迟录 late: " not in said("history", case_id, "--by", "happened", "--late-after", "1000000000")

    def test_the_state_of_a_day_is_told_with_what_is_known_otherwise_now(self, here: Served, case_id: str) -> None:
        text = said("show", case_id, "--on", "2026-03-05", "--as-of", known_at(here, case_id, 2))
        assert "与现在所知不同" in text
        assert f"{INCOME} | ¥200.00 | ¥260.00 | v4 " in text, "whole in any terminal"
        assert "与现在所知一致" in said("show", case_id, "--on", "2026-03-04", "--as-of", known_at(here, case_id, 4))

    def test_what_was_not_there_is_told_as_such(self, case_id: str) -> None:
        assert "当时尚不知有此案卷" in said("show", case_id, "--on", "2026-03-05", "--as-of", "2026-03-05")
        assert "当日此案尚未发生" in said("history", case_id, "--by", "happened", "--on", "2026-03-01")
        assert "当时没有此案卷" in said("history", case_id, "--as-of", "2026-03-05")

    @pytest.mark.parametrize(
        ("options", "told_as"),
        [
            (("--on", "2999-01-01"), "MOMENT_IN_FUTURE"),
            (("--as-of", "2999-01-01"), "MOMENT_IN_FUTURE"),
            (("--on", "soon"), "BAD_DAY"),
            (("--as-of", "soon"), "BAD_TIME"),
        ],
    )
    @pytest.mark.parametrize("command", ["show", "history", "replay"])
    def test_a_moment_that_cannot_be_asked_is_one_line(
        self, case_id: str, command: str, options: tuple[str, str], told_as: str
    ) -> None:
        result = run(command, case_id, *options)
        assert result.exit_code != 0
        assert told_as in result.output
        assert "Traceback" not in result.output

    def test_an_unknown_case_is_one_line(self) -> None:
        result = run("history", "no-such-case", "--by", "happened")
        assert (result.exit_code, "UNKNOWN_CASE" in result.output) == (1, True)
