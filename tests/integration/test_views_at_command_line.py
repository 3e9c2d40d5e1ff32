"""``anjuan views at``: a view as of a past moment at the command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.house import House
from adapters.main import main
from tests.support.houses import carry_out, house_on, set_up
from tests.support.journeys import ACCEPTED, GRANTED

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A case that was opened and accepted, and after that one that was granted."""
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", database_url)
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["views", *arguments])


def read(*arguments: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_view_is_shown_as_of_a_position_and_of_a_time_though_nobody_ever_served_it(house: House) -> None:
    first = carry_out(house, ACCEPTED)
    then = datetime.now(UTC)
    carry_out(house, GRANTED)
    found = read("at", str(first.position), "worklist")
    (row,) = found["tables"]["worklist"]["rows"]
    assert (row["case_id"], row["stage"]) == (first.case_id, "accepted")
    assert (found["view"], found["position"]) == ("worklist", first.position)
    recorded_at = house.log.stream(f"case-{first.case_id}")[-1].recorded_at
    assert datetime.fromisoformat(found["recorded_at"]) == recorded_at
    again = read("at", then.isoformat(), "worklist")
    assert again["tables"] == found["tables"]
    assert datetime.fromisoformat(again["at"]) == then
    assert read("at", str(first.position - 1), "worklist")["tables"]["worklist"]["rows"][0]["stage"] == "opened"
    assert read("at", "2020-01-01", "worklist")["tables"]["worklist"] == {"count": 0, "rows": []}


def test_tables_and_rows_are_chosen_and_counted(house: House) -> None:
    head = carry_out(house, GRANTED).position
    found = read("at", str(head), "dashboard", "--table", "dashboard_step", "--limit", "2")
    assert set(found["tables"]) == {"dashboard_step"}
    assert len(found["tables"]["dashboard_step"]["rows"]) == 2
    assert found["tables"]["dashboard_step"]["count"] > 2
    state = json.loads(read("at", str(head), "case_file")["tables"]["case_file"]["rows"][0]["state"])
    assert state["stage"] == "granted"


def test_people_are_told_what_they_see(house: House) -> None:
    head = carry_out(house, GRANTED).position
    said = run("at", str(head), "worklist").output
    assert f"位置 position {head}" in said
    assert "worklist: 1 / 1 行 rows" in said
    assert "case_id | opened_at" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("at", "2999-01-01", "worklist"), "NOT_YET"),
        (("at", "999999", "worklist"), "NOT_YET"),
        (("at", "yesterday", "worklist"), "既非位置也非时间"),
        (("at", "1", "nothing"), "UNKNOWN_VIEW"),
        (("at", "1", "worklist", "--table", "nothing"), "UNKNOWN_TABLE"),
    ],
)
@pytest.mark.usefixtures("house")
def test_what_cannot_be_shown_is_one_clear_line(arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert (result.exit_code != 0, told in result.output) == (True, True)
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("house")
def test_bare_views_still_lists_them() -> None:
    assert "worklist" in run().output
    assert {each["view"] for each in json.loads(run("--json").stdout)} > {"worklist", "dashboard"}
