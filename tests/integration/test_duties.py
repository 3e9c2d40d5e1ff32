"""The board of duties, over HTTP and from the command line: who owes what, by which article, until when."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.record_breach import RecordBreach
from projections.views.duties.queries import to_tell
from tests.support import database
from tests.support.builders import (
    DECIDER,
    HANDLER,
    INVESTIGATOR,
    LEAD,
    OTHER_TOWN_VILLAGE,
    RULE,
    STRANGER,
    TIMEKEEPER,
    by,
)
from tests.support.clocks import end_of
from tests.support.houses import carry_out, request, set_up
from tests.support.journeys import ACCEPTED, NOTICED, OPENED, step
from tests.support.serving import Served, open_test_house, projected, served

pytestmark = pytest.mark.postgres

Json = Any


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Three cases: untouched (and a breach), accepted and assigned, and one that waits for its decision."""
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_test_house(home, url) as house:
        set_up(house.log)
        untouched = carry_out(house, OPENED)
        breach = step("record_breach", RecordBreach(what="accept"), by(TIMEKEEPER, "2026-03-10"))
        house.handle(request(breach, untouched.case_id))
        carry_out(house, (*ACCEPTED, step("assign_case", AssignCase(to_post=INVESTIGATOR.id), by(LEAD, "2026-03-05"))))
        carry_out(house, NOTICED)
        with projected(house), served(house) as running:
            yield running


def get(here: Served, path: str, **params: Any) -> Json:  # noqa: ANN401  (whatever a test asks)
    answer = here.client.get(path, params={"after": here.head(), **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def duties(here: Served, **params: str) -> list[str]:
    return [row["duty"]["what"] for row in get(here, "/duties", **params)["rows"]]


def test_a_breach_names_office_post_and_article(here: Served) -> None:
    (row,) = [row for row in get(here, "/duties", state="overdue")["rows"] if row["duty"]["what"] == "accept"]
    assert (row["office"], row["posts"]) == (HANDLER.organ, [HANDLER.id, INVESTIGATOR.id])
    duty = row["duty"]
    assert duty["basis"] == RULE.limits["accept"].basis
    assert datetime.fromisoformat(duty["due_at"]) == end_of("2026-03-09")
    assert duty["breached_at"]
    assert row["zh"] == RULE.duties["accept"].zh


def test_who_has_the_case_stands_alone_where_the_duty_is_that_posts(here: Served) -> None:
    rows = {row["duty"]["what"]: row for row in get(here, "/duties", post=INVESTIGATOR.id)["rows"]}
    assert rows["opinion"]["posts"] == [INVESTIGATOR.id]
    assert rows["total"]["posts"] == [DECIDER.id], "the case is with the town, the duty is the county's"


def test_running_duties_come_by_due_moment_page_by_page(here: Served) -> None:
    first = get(here, "/duties", limit=2)
    second = get(here, "/duties", limit=2, cursor=first["next"])
    third = get(here, "/duties", limit=2, cursor=second["next"])
    rows = [row["duty"]["due_at"] for page in (first, second, third) for row in page["rows"]]
    assert rows == [row["duty"]["due_at"] for row in get(here, "/duties")["rows"]] == sorted(rows)
    assert (len(rows), third["next"]) == (5, None)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["accept", "opinion", "decide", "total", "total"]),
        ({"holder": "town_handler"}, ["accept", "opinion"]),
        ({"holder": "county_decider"}, ["decide", "total", "total"]),
        ({"post": INVESTIGATOR.id}, ["opinion", "total"]),
        ({"post": STRANGER.id}, []),
        ({"article": RULE.limits["opinion"].basis}, ["opinion"]),
        ({"matter": "dibao"}, ["accept", "opinion", "decide", "total", "total"]),
        ({"matter": "tekun"}, []),
        ({"division": "3209"}, ["accept", "opinion", "decide", "total", "total"]),
        ({"division": "320903104000"}, ["accept", "opinion", "decide", "total", "total"]),
        ({"division": OTHER_TOWN_VILLAGE}, []),
        ({"organ": "320903104000"}, ["accept", "opinion"]),
        ({"organ": "320903"}, ["decide", "total", "total"]),
        ({"state": "soon"}, []),
    ],
)
def test_filters(here: Served, asked: dict[str, str], found: list[str]) -> None:
    assert duties(here, **asked) == found


def test_tallies_by_organ_post_and_article(here: Served) -> None:
    def tallied(by: str) -> Json:
        found = get(here, "/duties/tallies", by=by)["tallies"]
        return {(row["tally"]["name"], row["tally"]["division"]): row["tally"]["overdue"] for row in found}

    assert tallied("organ") == {("town_handler", "320903104"): 2, ("county_decider", "320903"): 3}
    assert tallied("post") == {("", ""): 3, (INVESTIGATOR.id, ""): 2}
    assert tallied("article")[RULE.limits["decide"].basis, ""] == 1


def test_a_parameter_that_is_not_known_is_refused(here: Served) -> None:
    for params in ({"state": "late"}, {"cursor": "x"}, {"who": "me"}):
        assert here.client.get("/duties", params=params).json()["code"] == "BAD_QUERY"


def test_the_timekeeper_reads_on_after_a_key(here: Served) -> None:
    now = datetime.now(UTC) + timedelta(days=1)
    rows = here.house.read(*to_tell(now, 100))
    assert {row["what"] for row in rows} == {"accept", "opinion", "decide", "total"}
    last = rows[1]
    rest = here.house.read(*to_tell(now, 100, (last["next_at"], last["seq"])))
    assert rest == rows[2:]


def test_the_command_line_shows_board_and_tallies(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(here.house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", here.house.settings.database_url)

    def told(*words: str) -> str:
        done = CliRunner().invoke(main, ["duties", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    rows = json.loads(told("--overdue", "--organ", "320903104", "--json"))["rows"]
    assert [row["duty"]["what"] for row in rows] == ["accept", "opinion"]
    (county, town) = json.loads(told("--by", "organ", "--json"))
    assert (county["tally"]["overdue"], county["office"]) == (3, DECIDER.organ)
    assert town["tally"]["name"] == "town_handler"
    assert RULE.duties["accept"].zh in told("--overdue")
    assert json.loads(told("--overdue", "--json")) == get(here, "/duties", state="overdue")
    assert "镇（街道）经办 town_handler | 320903104" in told("--by", "organ")
    assert "未分派 unassigned" in told("--by", "post")
    assert told("--article", "没有这一条", "--json").startswith("{")


def test_the_command_line_keeps_time_once(
    postgres: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.database(postgres) as url:
        monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
        monkeypatch.setenv("ANJUAN_DATABASE_URL", url)
        done = CliRunner().invoke(main, ["timekeeper", "--once"])
        assert (done.exit_code, "NO_TIMEKEEPER" in done.output) == (1, True)
        with open_test_house(tmp_path, url) as house:
            set_up(house.log)
        done = CliRunner().invoke(main, ["timekeeper", "--once"])
        assert (done.exit_code, "looked at 0" in done.output) == (0, True)
