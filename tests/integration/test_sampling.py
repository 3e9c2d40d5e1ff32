"""The sampling duty on a real database: drawn with a recorded seed, drawn again by the auditor, inspected, owed."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.authority import owed
from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from application.ports import Append, Write, case_stream
from application.runs.draw_sample import (
    DrawSample,
    InspectSample,
    NotDrawn,
    SampleExists,
    draw_sample,
    inspect_sample,
    redraw_sample,
    sample_id,
)
from domain.authority.denied import SameHandler
from domain.authority.events import SampleDrawn
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.errors import InvalidValue, NoAuthority
from domain.kernel import Authority, CaseId, Event, Fact, Fen, Meta, PostId
from projections.views.samples.queries import sample_rows
from tests.support.command_line import anjuan
from tests.support.database import database
from tests.support.houses import house_on
from tests.support.samples import DUE, MONTH
from tests.support.whole_bureau import ALL_POSTS, DAFENG, YANDU, act, set_up_all

pytestmark = pytest.mark.postgres

GRANT = "yandu-dibao-decide"
AUDITOR = ALL_POSTS[PostId("320900-auditor")]
REVIEWER = ALL_POSTS[PostId("320903-reviewer")]
QUARTER = DrawSample(grant=GRANT, since=date(2026, 1, 1), until=date(2026, 4, 1), seed="5eed")
DRAWN_ON = "2026-04-10"
TOGETHER = (YANDU.post("handler-2").id,)


class Ground:
    """A house in which decisions were made, and where it is."""

    def __init__(self, house: House, url: str, home: Path) -> None:
        self.house = house
        self.url = url
        self.home = home

    def decide(self, number: int, day: date = date(2026, 2, 2), post: str = "", grant: str = GRANT) -> list[CaseId]:
        """So many decisions under a grant, every tenth a refusal, written as a whole."""
        start = self.house.log.head().position
        found = [CaseId(f"{day}-{start}-{each}") for each in range(number)]
        for each, case_id in enumerate(found):
            command_id = f"decide-{case_id}"
            meta = Meta(
                event_id=f"{command_id}.1",
                occurred_at=datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
                actor="post:1",
                command_id=command_id,
                post=post or YANDU.post("lead").id,
                organ="机构",
                authority=Authority(power="dibao.decide", grant=grant, in_name_of="机构"),
            )
            write = Write(case_stream(case_id), 0, (Fact(_decision(each, day), meta),))
            self.house.log.append(Append(command_id, "", (write,)))
        return found

    def draw(self, command: DrawSample = QUARTER) -> SampleDrawn:
        return draw_sample(self.house.cases, act(AUDITOR, DRAWN_ON), command)


def _decision(number: int, day: date) -> Event:
    if number % 10 == 9:
        return CaseRefused(refused_on=day, reason="收入超过标准", basis="令649第九条", due=DUE, with_posts=TOGETHER)
    return Confirmed(
        confirmed_on=day,
        amount=Fen(50_000),
        standard=Fen(78_000),
        persons=1,
        monthly_income=Fen(28_000),
        rule="dibao-320903-2023-12",
        from_month=MONTH,
        due=DUE,
        with_posts=TOGETHER,
    )


@pytest.fixture
def ground(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[Ground]:
    with database(postgres) as url, house_on(url, tmp_path) as house:
        set_up_all(house)
        yield Ground(house, url, tmp_path)


def test_twelve_of_forty_are_drawn_and_the_auditor_draws_the_same(ground: Ground) -> None:
    cases = ground.decide(40)
    ground.decide(5, grant="another-grant")
    ground.decide(5, day=date(2026, 4, 1))
    ground.decide(5, day=date(2025, 12, 31))
    drawn = ground.draw()
    assert (drawn.population, len(drawn.cases), drawn.percent, drawn.seed) == (40, 12, 30, "5eed")
    assert set(drawn.cases) <= set(cases)
    again = redraw_sample(ground.house.cases, sample_id(drawn))
    assert (again.cases, again.differences, again.later) == (drawn.cases, (), ())


def test_what_is_recorded_after_the_draw_changes_nothing_and_is_told(ground: Ground) -> None:
    ground.decide(10)
    drawn = ground.draw()
    late = ground.decide(3, day=date(2026, 3, 31))
    again = redraw_sample(ground.house.cases, sample_id(drawn))
    assert (again.cases, again.differences) == (drawn.cases, ())
    assert set(again.later) == set(late)


def test_a_better_draw_cannot_be_had_by_drawing_again(ground: Ground) -> None:
    ground.decide(10)
    ground.draw()
    with pytest.raises(SampleExists):
        ground.draw(replace(QUARTER, seed="another"))
    with pytest.raises(SampleExists):
        ground.draw(replace(QUARTER, since=date(2026, 1, 2), seed="another"))
    ground.draw(replace(QUARTER, since=date(2025, 10, 1), until=date(2026, 1, 1)))


def test_a_draw_that_is_asked_for_again_is_the_one_recorded(ground: Ground) -> None:
    ground.decide(10)
    first = draw_sample(ground.house.cases, act(AUDITOR, DRAWN_ON, "draw"), QUARTER)
    ground.decide(10)
    assert draw_sample(ground.house.cases, act(AUDITOR, DRAWN_ON, "draw"), QUARTER) == first


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (replace(QUARTER, until=date(2026, 7, 1)), "until"),
        (replace(QUARTER, until=date(2026, 1, 1)), "until"),
        (replace(QUARTER, grant="none"), "grant"),
        (replace(QUARTER, grant="dibao.decide-county-decider"), "grant: sample_percent"),
    ],
)
def test_a_period_that_is_not_over_and_a_grant_without_the_duty_are_refused(
    ground: Ground, command: DrawSample, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        ground.draw(command)
    assert refused.value.detail == field


def test_without_decisions_nothing_is_drawn_and_that_is_recorded(ground: Ground) -> None:
    drawn = ground.draw()
    assert (drawn.population, drawn.cases) == (0, ())
    assert redraw_sample(ground.house.cases, sample_id(drawn)).differences == ()


def test_the_town_does_not_draw_its_own_sample_nor_another_county(ground: Ground) -> None:
    for who in (YANDU.post("lead"), DAFENG.decider):
        with pytest.raises(NoAuthority):
            draw_sample(ground.house.cases, act(who, DRAWN_ON), QUARTER)


class TestInspecting:
    """What was drawn is inspected by others than those who decided."""

    def test_the_inspection_of_a_drawn_case_is_kept(self, ground: Ground) -> None:
        ground.decide(10)
        drawn = ground.draw()
        found = InspectSample(sample=sample_id(drawn), case=drawn.cases[0], outcome=" 合格 ", finding="程序、金额无误")
        first = inspect_sample(ground.house.cases, act(REVIEWER, DRAWN_ON, "inspect"), found)
        again = inspect_sample(ground.house.cases, act(REVIEWER, DRAWN_ON, "inspect"), found)
        assert (again.last, again.repeated) == (first.last, True)
        bring_up(ground.house.locate)
        (row,) = ground.house.read(*sample_rows(GRANT))
        assert (row["drawn"], row["inspected"], row["population"], row["seed"]) == (3, 1, 10, "5eed")
        (inspected,) = (each for each in row["cases"] if each["inspected_at"])
        assert (inspected["case_id"], inspected["outcome"], inspected["inspector"]) == (
            drawn.cases[0],
            "合格",
            REVIEWER.id,
        )

    def test_a_case_that_was_not_drawn_is_not_inspected(self, ground: Ground) -> None:
        cases = ground.decide(10)
        drawn = ground.draw()
        other = next(case for case in cases if case not in drawn.cases)
        with pytest.raises(NotDrawn):
            inspect_sample(
                ground.house.cases,
                act(REVIEWER, DRAWN_ON),
                InspectSample(sample=sample_id(drawn), case=other, outcome="合格", finding="无误"),
            )

    @pytest.mark.parametrize("post", ["320903002-handler-1", "320904-reviewer", "320900-policy"])
    def test_only_the_grantors_level_and_the_auditor_inspect(self, ground: Ground, post: str) -> None:
        ground.decide(10)
        drawn = ground.draw()
        command = InspectSample(sample=sample_id(drawn), case=drawn.cases[0], outcome="合格", finding="无误")
        with pytest.raises(NoAuthority):
            inspect_sample(ground.house.cases, act(ALL_POSTS[PostId(post)], DRAWN_ON), command)
        bring_up(ground.house.locate)
        denied = ground.house.read("SELECT action FROM views.denials WHERE post = %s", (post,))
        assert denied == [{"action": "inspect_sample"}]

    def test_who_decided_does_not_inspect(self, ground: Ground) -> None:
        ground.decide(10, post=REVIEWER.id)
        drawn = ground.draw()
        command = InspectSample(sample=sample_id(drawn), case=drawn.cases[0], outcome="合格", finding="无误")
        with pytest.raises(SameHandler):
            inspect_sample(ground.house.cases, act(REVIEWER, DRAWN_ON), command)
        inspect_sample(ground.house.cases, act(AUDITOR, DRAWN_ON), command)

    @pytest.mark.parametrize("field", ["outcome", "finding"])
    def test_an_inspection_says_something(self, ground: Ground, field: str) -> None:
        ground.decide(1)
        drawn = ground.draw()
        said = {"outcome": "合格", "finding": "无误", field: " "}
        with pytest.raises(InvalidValue, match=field):
            inspect_sample(
                ground.house.cases,
                act(REVIEWER, DRAWN_ON),
                InspectSample(sample=sample_id(drawn), case=drawn.cases[0], **said),
            )


def test_finished_quarters_with_decisions_are_owed_until_they_are_drawn(ground: Ground) -> None:
    ground.decide(4)
    ground.decide(2, day=date(2025, 11, 3))
    bring_up(ground.house.locate)
    due = [(each.grant, each.since, each.decisions) for each in owed(ground.house)]
    assert due == [(GRANT, date(2025, 10, 1), 2), (GRANT, date(2026, 1, 1), 4)]
    ground.draw()
    bring_up(ground.house.locate)
    assert [each.since for each in owed(ground.house)] == [date(2025, 10, 1)]
    ground.draw(DrawSample(grant=GRANT, since=date(2025, 10, 1), until=date(2025, 12, 1), seed="x"))
    bring_up(ground.house.locate)
    assert [each.since for each in owed(ground.house)] == [date(2025, 10, 1)], "a part of a quarter is not the quarter"


def test_on_the_command_line_a_forged_sample_shows(ground: Ground) -> None:
    cases = ground.decide(10)
    words = ("authority", "sample")
    period = ("--since", "2026-01-01", "--until", "2026-04-01", "--post", AUDITOR.id, "--json")
    run = anjuan(ground.home, ground.url, *words, "draw", GRANT, *period)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert len(told["cases"]) == 3
    assert len(told["seed"]) == 32
    good = anjuan(ground.home, ground.url, *words, "redraw", told["sample"])
    assert (good.returncode, "identical" in good.stdout) == (0, True), good.stderr
    forged = SampleDrawn(
        GRANT,
        QUARTER.since,
        QUARTER.until,
        "5eed",
        30,
        10,
        "0" * 64,
        ground.house.log.head().position,
        tuple(cases[:3]),
    )
    meta = Meta(event_id="forged.1", occurred_at=datetime(2026, 4, 10, tzinfo=UTC), actor="x", command_id="forged")
    ground.house.log.append(Append("forged", "", (Write("sample-forged", 0, (Fact(forged, meta),)),)))
    bad = anjuan(ground.home, ground.url, *words, "redraw", "forged", "--json")
    assert bad.returncode == 1
    assert set(json.loads(bad.stdout)["differences"]) == {"population_digest", "cases"}
    unknown = anjuan(ground.home, ground.url, *words, "redraw", "none")
    assert (unknown.returncode, unknown.stderr.startswith("Error: INVALID_VALUE")) == (1, True)
