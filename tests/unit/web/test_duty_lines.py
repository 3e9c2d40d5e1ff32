"""How a duty stands at a moment, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from adapters.web.duty_lines import duty_lines, standing
from adapters.web.figures import last_moment
from adapters.web.names import Names
from adapters.web.texts import Texts
from domain.cases.parts import Duty
from domain.cases.state import CaseState
from domain.rulebook.book import Rulebook
from tests.support.builders import POSTS, RULE

DUE = datetime(2026, 3, 9, 16, tzinfo=UTC)
"""Midnight in Yancheng: the ninth is its last day."""
DUTY = Duty(
    what="accept",
    status="started",
    due_at=DUE,
    warn_at=DUE - timedelta(days=1),
    holder="town_handler",
    basis="某条",
)
NAMES = Names(Texts("zh"), POSTS, Rulebook().with_versions([RULE]))


@pytest.mark.parametrize(
    ("duty", "hours", "how"),
    [
        (DUTY, -48, "running"),
        (DUTY, -24, "soon"),
        (DUTY, 0, "soon"),
        (DUTY, 1, "late"),
        (replace(DUTY, status="resumed"), 1, "late"),
        (replace(DUTY, status="paused", left=3), 1, "paused"),
        (replace(DUTY, status="met"), 1, "met"),
        (replace(DUTY, status="met", breached=True), 1, "met_late"),
        (replace(DUTY, status="dropped"), 1, "dropped"),
    ],
)
def test_a_duty_stands_as_its_clock_says(duty: Duty, hours: int, how: str) -> None:
    assert standing(duty, DUE + timedelta(hours=hours)) == how


def test_a_duty_is_told_in_the_words_of_its_rule() -> None:
    case = CaseState(rule=RULE.id, duties={"accept": DUTY})
    (line,) = duty_lines(NAMES, (CaseState(), case), DUE + timedelta(hours=1))
    told = (line.what, line.holder, line.due, line.standing, line.level, line.changed)
    assert told == ("受理或一次性告知", "镇（街道）经办", "2026-03-09", "已逾期", "late", True)
    (same,) = duty_lines(NAMES, (case, case), DUE)
    assert not same.changed


def test_a_limit_of_hours_is_told_to_the_minute() -> None:
    assert last_moment(DUE) == "2026-03-09"
    assert last_moment(DUE + timedelta(hours=9)) == "2026-03-10 09:00"
