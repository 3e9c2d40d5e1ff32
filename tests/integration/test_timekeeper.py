"""The timekeeper on a real log: no breach twice and none lost, whatever is killed; acceptance by law."""

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from adapters.house import House
from adapters.projector.service import bring_up
from adapters.timekeeper import NoTimekeeper, keep_round, keeping_time
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.cases.events.closing import DutyBreached
from domain.cases.events.intake import CaseAccepted
from domain.kernel import Recorded
from tests.support.builders import HANDLER, POSTS, RULE, RULES, TIMEKEEPER, application, by
from tests.support.command_line import arguments, environment
from tests.support.houses import carry_out, house_on, request, set_up, tell
from tests.support.journeys import GRANTED, step
from tests.support.logs import query
from tests.support.processes import PATIENCE_SECONDS, finish, kill, line, program
from tests.support.serving import await_true, projected

pytestmark = pytest.mark.postgres

CASES = 40
KILLS = 6
MOMENT = "2026-03-20T09:30:00+08:00"
"""The applications of 2 March were to be accepted by the 9th; the opinion is due on the 23rd."""


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def untouched(house: House) -> House:
    """Applications of 2 March that nobody took up."""
    set_up(house.log)
    for _ in range(CASES):
        house.handle(request(step("open_case", application(), by(HANDLER, "2026-03-02"))))
    project(house)
    return house


def project(house: House) -> None:
    bring_up(house.locate)


def of_cases(house: House) -> list[Recorded]:
    return [each for each in house.log.read(0, 10_000) if each.stream.startswith("case-")]


def times(house: House) -> Counter[tuple[str, str]]:
    """How often each case had each event of time."""
    return Counter((each.stream, f"{each.type} {getattr(each.event, 'what', '')}".strip()) for each in of_cases(house))


class TestTimekeeper:
    def test_killed_again_and_again_it_records_every_breach_once(self, untouched: House, tmp_path: Path) -> None:
        chance = random.Random(7)  # noqa: S311  (moments to kill at)
        for _ in range(KILLS):
            with program("keep_time", untouched.settings.database_url, tmp_path, MOMENT) as process:
                assert line(process) == "ready"
                for _ in range(chance.randint(1, 12)):
                    line(process)
                kill(process)
            if chance.random() < 0.5:
                project(untouched)
        assert 0 < sum(1 for _, each in times(untouched) if each == "case.accepted") < CASES, "killed on the way"
        with program("keep_time", untouched.settings.database_url, tmp_path, MOMENT) as process:
            finish(process)
        found = times(untouched)
        assert set(found.values()) == {1}
        for kind in ("case.opened", "case.duty_breached accept", "case.accepted"):
            assert sum(1 for _, each in found if each == kind) == CASES

    def test_two_at_once_record_nothing_twice(self, untouched: House, tmp_path: Path) -> None:
        url = untouched.settings.database_url
        with ExitStack() as stack:
            for keeper in [stack.enter_context(program("keep_time", url, tmp_path, MOMENT)) for _ in range(2)]:
                finish(keeper)
        assert set(times(untouched).values()) == {1}
        assert len(times(untouched)) == 3 * CASES

    def test_once_the_view_has_it_nothing_is_left_but_the_next_clock(self, untouched: House, tmp_path: Path) -> None:
        url = untouched.settings.database_url
        for expected in (f"kept {CASES} {CASES} 0 {{}}", f"kept 0 0 {CASES} {{}}", "kept 0 0 0 {}"):
            with program("keep_time", url, tmp_path, MOMENT) as process:
                assert finish(process)[-1] == expected
            project(untouched)
        assert query(url, "SELECT DISTINCT what, status, late, warned FROM views.duties ORDER BY what") == [
            ("accept", "met", True, False),
            ("opinion", "started", False, True),
            ("total", "started", False, False),
        ]

    def test_an_application_that_nobody_took_up_counts_as_accepted_on_the_day_received(
        self, untouched: House, tmp_path: Path
    ) -> None:
        with program("keep_time", untouched.settings.database_url, tmp_path, MOMENT) as process:
            finish(process)
        _, breached, accepted = (each for each in of_cases(untouched) if each.stream == of_cases(untouched)[0].stream)
        assert isinstance(breached.event, DutyBreached)
        assert isinstance(accepted.event, CaseAccepted)
        assert (accepted.event.deemed, accepted.event.accepted_on) == (True, date(2026, 3, 2))
        assert accepted.meta.post == TIMEKEEPER.id
        assert accepted.meta.authority is not None
        assert accepted.meta.authority.power == "dibao.accept"


def test_a_review_falls_due_on_its_last_day_and_is_overdue_the_day_after(house: House, tmp_path: Path) -> None:
    set_up(house.log)
    carry_out(house, GRANTED)
    told = []
    for day in ("2027-03-31", "2027-04-01", "2027-04-01", "2027-04-02", "2027-04-02"):
        project(house)
        with program("keep_time", house.settings.database_url, tmp_path, f"{day}T09:30:00+08:00") as process:
            told.append([said.split(":")[1] for said in finish(process) if ":review:" in said])
    assert told == [["warn_duty"], ["mark_review_due"], [], ["record_breach"], []]


class TestService:
    """As the clock on the wall has it, by the rules of today."""

    @pytest.fixture
    def today(self, untouched: House) -> House:
        tell(untouched.log, RULEBOOK, *(RuleVersionPublished(version=rule) for rule in RULES.values() if rule != RULE))
        return untouched

    def test_beside_a_server_it_keeps_time_by_itself(self, today: House) -> None:
        with projected(today), keeping_time(today):
            await_true(lambda: all_told(today))
        assert set(times(today).values()) == {1}

    def test_as_a_program_it_runs_until_it_is_told_to_end(self, today: House, tmp_path: Path) -> None:
        words, settings = arguments("timekeeper"), environment(tmp_path, today.settings.database_url)
        with subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, text=True) as process:
            try:
                await_true(lambda: all_told(today))
            finally:
                process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        assert f"breached {CASES}" in said
        assert f"accepted by law {CASES}" in said


def all_told(house: House) -> bool:
    return sum(1 for each in of_cases(house) if each.type == "case.accepted") == CASES


def test_a_bureau_without_the_post_keeps_no_time(house: House) -> None:
    tell(house.log, BUREAU, PostsCreated(posts=tuple(post for post in POSTS.values() if post != TIMEKEEPER)))
    with pytest.raises(NoTimekeeper):
        keep_round(house)


def test_a_house_without_views_has_nothing_to_look_at(house: House) -> None:
    set_up(house.log)
    assert keep_round(house).looked_at == 0
