"""Benefit: the grant, changes reported, reviews."""

from datetime import date

import pytest

from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.cases.events.benefit import (
    ChangeReported,
    GrantIncreased,
    GrantReduced,
    GrantStarted,
    GrantStopped,
    GrantSuspended,
    ReviewCompleted,
    ReviewFellDue,
)
from domain.kernel import Command, Fen
from tests.support.builders import DECIDER, DIRECTOR, HANDLER, LEAD, TIMEKEEPER, by
from tests.support.journeys import AMOUNT, CONFIRMED, GRANTED, NOTICED, REFUSED, SERVED, STOPPED, SUSPENDED, step
from tests.support.scenario import History, given

REVIEW_DUE = (*GRANTED, step("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, "2027-04-01")))


def test_money_runs_from_the_month_after_the_confirmation() -> None:
    state = given(SERVED).when("start_grant", StartGrant(), by(DECIDER, "2026-03-27")).then(GrantStarted)
    assert state.grant is not None
    assert (state.stage, state.grant.amount, state.grant.from_month) == ("granted", AMOUNT, date(2026, 4, 1))
    assert state.review is not None
    assert state.review.due_on == date(2027, 4, 1)


def test_a_late_start_still_pays_from_the_month_after_the_confirmation() -> None:
    state = given(SERVED).when("start_grant", StartGrant(), by(DECIDER, "2026-06-02")).then(GrantStarted)
    assert state.grant is not None
    assert state.grant.from_month == date(2026, 4, 1)


def test_nothing_starts_before_the_confirmation() -> None:
    given(NOTICED).when("start_grant", StartGrant(), by(DECIDER, "2026-03-27")).then_refused("WRONG_ORDER")


def test_nothing_starts_after_a_refusal() -> None:
    given(REFUSED).when("start_grant", StartGrant(), by(DECIDER, "2026-03-27")).then_refused("CASE_CLOSED")


def test_a_suspended_grant_starts_again_with_its_amount_and_its_review_date() -> None:
    state = given(SUSPENDED).when("start_grant", StartGrant(), by(DECIDER, "2026-08-20")).then(GrantStarted)
    assert state.grant is not None
    assert (state.grant.status, state.grant.amount, state.grant.from_month) == ("running", AMOUNT, date(2026, 9, 1))
    assert state.review is not None
    assert state.review.due_on == date(2027, 4, 1)


def test_a_grant_is_increased_from_next_month() -> None:
    given(GRANTED).when(
        "increase_grant", IncreaseGrant(amount=Fen(120_000), reason="收入减少"), by(DECIDER, "2026-12-08")
    ).then(GrantIncreased(from_month=date(2027, 1, 1), before=AMOUNT, amount=Fen(120_000), reason="收入减少"))


def test_a_grant_is_reduced_from_next_month() -> None:
    state = (
        given(GRANTED)
        .when("reduce_grant", ReduceGrant(amount=Fen(90_000), reason="收入增加"), by(DECIDER, "2026-05-08"))
        .then(GrantReduced(from_month=date(2026, 6, 1), before=AMOUNT, amount=Fen(90_000), reason="收入增加"))
    )
    assert state.grant is not None
    assert (state.grant.status, state.grant.amount) == ("running", 90_000)


@pytest.mark.parametrize(
    ("action", "command", "code"),
    [
        ("increase_grant", IncreaseGrant(amount=Fen(AMOUNT - 1), reason="收入减少"), "AMOUNT_MISMATCH"),
        ("increase_grant", IncreaseGrant(amount=Fen(10**15 + 1), reason="收入减少"), "INVALID_VALUE"),
        ("reduce_grant", ReduceGrant(amount=Fen(AMOUNT + 1), reason="收入增加"), "AMOUNT_MISMATCH"),
        ("reduce_grant", ReduceGrant(amount=Fen(0), reason="收入增加"), "AMOUNT_MISMATCH"),
        ("reduce_grant", ReduceGrant(amount=Fen(-5), reason="收入增加"), "AMOUNT_MISMATCH"),
        ("increase_grant", IncreaseGrant(amount=Fen(AMOUNT + 1), reason=" "), "REASON_MISSING"),
        ("reduce_grant", ReduceGrant(amount=Fen(AMOUNT - 1), reason=""), "REASON_MISSING"),
        ("suspend_grant", SuspendGrant(reason=""), "REASON_MISSING"),
        ("stop_grant", StopGrant(reason=" "), "REASON_MISSING"),
    ],
)
def test_a_change_of_the_grant_has_a_direction_and_a_reason(action: str, command: Command, code: str) -> None:
    given(GRANTED).when(action, command, by(DECIDER, "2026-05-08")).then_refused(code)


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("start_grant", StartGrant()),
        ("increase_grant", IncreaseGrant(amount=Fen(120_000), reason="收入减少")),
        ("reduce_grant", ReduceGrant(amount=Fen(90_000), reason="收入增加")),
        ("suspend_grant", SuspendGrant(reason="去向待查")),
        ("stop_grant", StopGrant(reason="死亡")),
    ],
)
def test_a_village_director_decides_no_money(action: str, command: Command) -> None:
    given(CONFIRMED).when(action, command, by(DIRECTOR, "2026-05-08")).then_refused("NO_AUTHORITY")


def test_a_suspended_grant_is_not_increased() -> None:
    given(SUSPENDED).when(
        "increase_grant", IncreaseGrant(amount=Fen(120_000), reason="收入减少"), by(DECIDER, "2026-07-08")
    ).then_refused("WRONG_ORDER")


def test_a_grant_is_suspended_from_next_month() -> None:
    state = (
        given(GRANTED)
        .when("suspend_grant", SuspendGrant(reason="去向待查"), by(DECIDER, "2026-06-10"))
        .then(GrantSuspended(from_month=date(2026, 7, 1), reason="去向待查"))
    )
    assert state.stage == "suspended"


@pytest.mark.parametrize("history", [GRANTED, SUSPENDED], ids=["running", "suspended"])
def test_a_grant_is_stopped_from_next_month(history: tuple[History, ...]) -> None:
    state = (
        given(history)
        .when("stop_grant", StopGrant(reason="死亡"), by(DECIDER, "2026-09-10"))
        .then(GrantStopped(from_month=date(2026, 10, 1), reason="死亡"))
    )
    assert (state.stage, state.due, state.end_reason) == ("stopped", None, "死亡")


def test_a_stopped_grant_does_not_start_again() -> None:
    given(STOPPED).when("start_grant", StartGrant(), by(DECIDER, "2026-11-10")).then_refused("CASE_CLOSED", "stopped")


def test_a_village_director_reports_a_change() -> None:
    change = ReportChange(changed_on=date(2026, 5, 1), kind="income", description="找到工作")
    state = given(GRANTED).when("report_change", change, by(DIRECTOR, "2026-05-08")).repeats().then(ChangeReported)
    assert state.changes == ("income",)


def test_a_change_lies_in_the_past() -> None:
    change = ReportChange(changed_on=date(2026, 5, 9), kind="income")
    given(GRANTED).when("report_change", change, by(DIRECTOR, "2026-05-08")).then_refused("INVALID_VALUE", "changed_on")


def test_changes_are_reported_of_money_that_runs() -> None:
    change = ReportChange(changed_on=date(2026, 3, 1), kind="income")
    given(NOTICED).when("report_change", change, by(DIRECTOR, "2026-03-22")).then_refused("WRONG_ORDER")


def test_a_review_falls_due_on_its_day() -> None:
    given(GRANTED).when("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, "2027-03-31")).then_refused(
        "WRONG_ORDER", "mark_review_due: date"
    )
    state = given(GRANTED).when("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, "2027-04-01")).then(ReviewFellDue)
    assert "review_due" in state.done


def test_a_review_is_completed_and_the_next_one_set() -> None:
    review = CompleteReview(outcome="unchanged", monthly_income=Fen(51_000))
    state = given(REVIEW_DUE).when("complete_review", review, by(LEAD, "2027-04-20")).then(ReviewCompleted)
    assert state.review is not None
    assert (state.review.completed_on, state.review.due_on) == (date(2027, 4, 20), date(2028, 4, 20))
    assert state.household is not None
    assert state.household.monthly_income == 51_000
    assert "review_due" not in state.done


def test_a_review_is_not_completed_before_it_is_due() -> None:
    review = CompleteReview(outcome="unchanged", monthly_income=Fen(51_000))
    given(GRANTED).when("complete_review", review, by(HANDLER, "2026-08-20")).then_refused(
        "WRONG_ORDER", "complete_review: review_due"
    )


def test_a_review_finds_a_possible_income() -> None:
    review = CompleteReview(outcome="unchanged", monthly_income=Fen(-1))
    given(REVIEW_DUE).when("complete_review", review, by(LEAD, "2027-04-20")).then_refused(
        "INVALID_VALUE", "monthly_income"
    )
