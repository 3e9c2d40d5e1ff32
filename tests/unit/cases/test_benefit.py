"""Benefit: the grant, changes reported, reviews."""

from datetime import date

import pytest

from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.cases.assess import figures
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
from domain.cases.events.inquiry import FactsEstablished
from domain.errors import AmountMismatch, NotEligible
from domain.kernel import Command, Fen
from domain.rulebook.amounts import Calculation
from tests.support.builders import DECIDER, DIRECTOR, HANDLER, LEAD, TIMEKEEPER, by
from tests.support.journeys import (
    AMOUNT,
    CONFIRMED,
    GRANTED,
    HIGHER_INCOME,
    LESS,
    LOWER_INCOME,
    MORE,
    NOTICED,
    REFUSED,
    SERVED,
    STOPPED,
    SUSPENDED,
    VISITED,
    step,
)
from tests.support.scenario import History, Step, decided, given

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


def change(verb: str, amount: Fen, reason: str = "收入变化") -> tuple[str, Command]:
    command = IncreaseGrant if verb == "increase_grant" else ReduceGrant
    return verb, command(amount=amount, reason=reason)


def reckoning(income: int, amount: Fen) -> Calculation:
    inputs = {"standard": 78_000, "persons": 2, "monthly_income": income}
    return Calculation(kind="top_up", inputs=inputs, amount=amount)


def test_a_grant_is_increased_from_next_month_to_what_the_lower_income_gives() -> None:
    case = given(GRANTED, LOWER_INCOME).when(*change("increase_grant", MORE), by(DECIDER, "2026-12-08"))
    state = case.then(GrantIncreased)
    (event,) = decided(case.state, Step("increase_grant", IncreaseGrant(MORE, "收入减少"), by(DECIDER, "2026-12-08")))
    assert isinstance(event, GrantIncreased)
    assert (event.from_month, event.before, event.amount, event.reason) == (date(2027, 1, 1), AMOUNT, MORE, "收入减少")
    assert event.calculation == reckoning(36_000, MORE)
    assert event.values == {"income_per_head": 18_000, "persons": 2, "monthly_income": 36_000}
    assert [(line.id, line.found, line.passed) for line in event.criteria] == [("income", "18000", True)]
    assert state.grant is not None
    assert (state.grant.status, state.grant.amount) == ("running", MORE)


def test_a_grant_is_reduced_from_next_month_to_what_the_higher_income_gives() -> None:
    case = given(GRANTED, HIGHER_INCOME)
    state = case.when(*change("reduce_grant", LESS), by(DECIDER, "2026-05-08")).then(GrantReduced)
    (event,) = decided(case.state, Step("reduce_grant", ReduceGrant(LESS, "收入增加"), by(DECIDER, "2026-05-08")))
    assert isinstance(event, GrantReduced)
    assert (event.from_month, event.before, event.amount) == (date(2026, 6, 1), AMOUNT, LESS)
    assert event.calculation == reckoning(66_000, LESS)
    assert state.grant is not None
    assert (state.grant.status, state.grant.amount) == ("running", LESS)


@pytest.mark.parametrize(
    ("history", "wanted", "code", "detail"),
    [
        (GRANTED, change("increase_grant", MORE), "AMOUNT_MISMATCH", "106000 fen"),
        (GRANTED, change("reduce_grant", LESS), "AMOUNT_MISMATCH", "106000 fen"),
        ((*GRANTED, LOWER_INCOME), change("increase_grant", Fen(MORE + 1)), "AMOUNT_MISMATCH", "120000 fen"),
        ((*GRANTED, HIGHER_INCOME), change("reduce_grant", Fen(LESS - 1)), "AMOUNT_MISMATCH", "90000 fen"),
        ((*GRANTED, LOWER_INCOME), change("increase_grant", Fen(10**15 + 1)), "AMOUNT_MISMATCH", "120000 fen"),
        ((*GRANTED, HIGHER_INCOME), change("reduce_grant", Fen(0)), "AMOUNT_MISMATCH", "90000 fen"),
        ((*GRANTED, HIGHER_INCOME), change("reduce_grant", Fen(-5)), "AMOUNT_MISMATCH", "90000 fen"),
        ((*GRANTED, LOWER_INCOME), change("reduce_grant", MORE), "AMOUNT_MISMATCH", "106000 fen"),
        ((*GRANTED, HIGHER_INCOME), change("increase_grant", LESS), "AMOUNT_MISMATCH", "106000 fen"),
    ],
)
def test_an_amount_that_the_rule_does_not_give_now_is_refused(
    history: tuple[History, ...], wanted: tuple[str, Command], code: str, detail: str
) -> None:
    case = given(history)
    with pytest.raises(AmountMismatch) as caught:
        decided(case.state, Step(*wanted, by(DECIDER, "2026-05-08")))
    assert (caught.value.code, caught.value.detail) == (code, detail)
    assert caught.value.basis


def test_a_household_above_the_standard_is_not_paid_less_but_no_more() -> None:
    rich = step(
        "establish_facts", EstablishFacts(facts={"monthly_income": 156_000}, source="走访"), by(HANDLER, "2026-04-02")
    )
    with pytest.raises(NotEligible) as caught:
        decided(given(GRANTED, rich).state, Step(*change("reduce_grant", Fen(1)), by(DECIDER, "2026-05-08")))
    assert (caught.value.detail, caught.value.basis) == ("income", "《社会救助暂行办法》（国务院令第649号）第九条")


def test_what_a_review_finds_counts_more_than_the_older_opinion() -> None:
    found = CompleteReview(outcome="increase", monthly_income=Fen(36_000))
    reviewed = (*REVIEW_DUE, step("complete_review", found, by(LEAD, "2027-04-06")))
    case = given(reviewed)
    case.when(*change("increase_grant", MORE), by(DECIDER, "2027-04-08")).then(GrantIncreased)
    case.when(*change("increase_grant", Fen(MORE + 100)), by(DECIDER, "2027-04-08")).then_refused(
        "AMOUNT_MISMATCH", "120000 fen"
    )


def test_a_review_may_find_another_number_of_persons() -> None:
    found = CompleteReview(outcome="increase", monthly_income=Fen(50_000), persons=3)
    case = given(*REVIEW_DUE, step("complete_review", found, by(LEAD, "2027-04-06")))
    case.when(*change("increase_grant", Fen(184_000)), by(DECIDER, "2027-04-08")).then(GrantIncreased)
    for wrong in (0, -1, 1_001):
        none = CompleteReview(outcome="increase", monthly_income=Fen(50_000), persons=wrong)
        given(REVIEW_DUE).when("complete_review", none, by(LEAD, "2027-04-06")).then_refused("INVALID_VALUE", "persons")


def test_what_is_established_after_a_review_counts_more_than_the_review() -> None:
    found = CompleteReview(outcome="unchanged", monthly_income=Fen(66_000))
    later = step(
        "establish_facts", EstablishFacts(facts={"monthly_income": 36_000}, source="走访"), by(HANDLER, "2027-05-06")
    )
    case = given(*REVIEW_DUE, step("complete_review", found, by(LEAD, "2027-04-06")), later)
    case.when(*change("increase_grant", MORE), by(DECIDER, "2027-05-08")).then(GrantIncreased)


def test_income_and_persons_are_established_by_name_only_while_money_runs() -> None:
    income = EstablishFacts(facts={"monthly_income": 36_000}, source="走访")
    given(VISITED).when("establish_facts", income, by(HANDLER, "2026-03-10")).then_refused("INVALID_VALUE", "facts")
    nobody = EstablishFacts(facts={"persons": 0}, source="走访")
    given(GRANTED).when("establish_facts", nobody, by(HANDLER, "2026-04-02")).then_refused(
        "INVALID_VALUE", "facts.persons"
    )
    three = EstablishFacts(facts={"persons": 3}, source="走访")
    state = given(GRANTED).when("establish_facts", three, by(HANDLER, "2026-04-02")).then(FactsEstablished)
    assert figures(state, date(2026, 4, 2))["income_per_head"] == 16_666


@pytest.mark.parametrize(
    ("action", "command"),
    [
        change("increase_grant", Fen(AMOUNT + 1), reason=" "),
        change("reduce_grant", Fen(AMOUNT - 1), reason=""),
        ("suspend_grant", SuspendGrant(reason="")),
        ("stop_grant", StopGrant(reason=" ")),
    ],
)
def test_a_change_of_the_grant_has_a_reason(action: str, command: Command) -> None:
    given(GRANTED).when(action, command, by(DECIDER, "2026-05-08")).then_refused("REASON_MISSING")


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
