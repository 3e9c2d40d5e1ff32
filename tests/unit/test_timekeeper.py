"""What follows from a clock that has come to its moment; who keeps time."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from application.asking import Answer, Request
from application.reactions.timekeeper import RunningDuty, keep_time, timekeeper_of, what_follows
from domain.errors import WrongOrder
from domain.kernel import CaseId
from tests.support.builders import CASE_ID, POSTS, TIMEKEEPER

DUE = datetime(2026, 9, 24, 16, tzinfo=UTC)
LATER = DUE + timedelta(seconds=1)
DUTY = RunningDuty(
    case_id=CASE_ID,
    what="opinion",
    due_at=DUE,
    warn_at=DUE - timedelta(days=3),
    warned=False,
    marked=False,
    breached=False,
)
ACCEPT = replace(DUTY, what="accept")
REVIEW = replace(DUTY, what="review", warned=True)


def actions(duty: RunningDuty, now: datetime) -> list[str]:
    return [action for action, _ in what_follows(duty, now)]


def test_before_the_warning_nothing_follows() -> None:
    assert actions(DUTY, DUTY.warn_at - timedelta(seconds=1)) == []


def test_a_warning_follows_once() -> None:
    assert actions(DUTY, DUTY.warn_at) == ["warn_duty"]
    assert actions(replace(DUTY, warned=True), DUE) == []


def test_after_the_due_moment_a_breach_follows_once_and_no_warning() -> None:
    assert actions(DUTY, DUE) == ["warn_duty"]
    assert actions(DUTY, LATER) == ["record_breach"]
    assert actions(replace(DUTY, breached=True), LATER) == []


def test_an_application_that_nobody_took_up_is_accepted_by_law_after_the_breach() -> None:
    assert actions(ACCEPT, LATER) == ["record_breach", "accept_case"]
    assert actions(replace(ACCEPT, breached=True), LATER) == ["accept_case"], "killed between the two"


def test_a_review_falls_due_on_its_last_day() -> None:
    assert actions(REVIEW, DUE - timedelta(days=1, seconds=1)) == []
    assert actions(REVIEW, DUE - timedelta(days=1)) == ["mark_review_due"]
    assert actions(replace(REVIEW, marked=True), LATER) == ["record_breach"]


def test_the_same_clock_asks_under_the_same_command_id() -> None:
    asked: list[Request] = []

    def note(request: Request) -> Answer:
        asked.append(request)
        return Answer(case_id=CASE_ID, version=2, position=7, events=("case.duty_breached",))

    for now in (LATER, LATER + timedelta(hours=1)):
        assert keep_time(note, [DUTY], TIMEKEEPER, now).breached == 1
    first, second = asked
    assert first.act.command_id == second.act.command_id
    assert first.act.command_id == f"timekeeper:record_breach:{CASE_ID}:opinion:2026-09-24T16:00:00+00:00"
    assert (first.act.post, first.case_id) == (TIMEKEEPER, CASE_ID)


def test_a_refusal_stops_nothing_else() -> None:
    other = replace(DUTY, case_id=CaseId("other"))

    def answer(request: Request) -> Answer:
        if request.case_id == CASE_ID:
            raise WrongOrder
        return Answer(case_id=other.case_id, version=2, position=7, events=("case.duty_breached",))

    kept = keep_time(answer, [ACCEPT, other], TIMEKEEPER, LATER)
    assert (kept.looked_at, kept.breached, kept.accepted) == (2, 1, 0)
    assert kept.refused == {"WRONG_ORDER": 2}


def test_the_timekeeper_is_the_post_whose_id_says_so() -> None:
    assert timekeeper_of(POSTS) == TIMEKEEPER
    assert timekeeper_of({id_: post for id_, post in POSTS.items() if post != TIMEKEEPER}) is None
