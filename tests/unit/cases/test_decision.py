"""Decision: notice, objection, confirmation, refusal, service, publication."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.authority.posts import Post
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.publish_result import PublishResult
from domain.cases.actions.record_objection import RecordObjection
from domain.cases.actions.refuse_case import RefuseCase
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.events.decision import (
    CaseRefused,
    Confirmed,
    DecisionServed,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    ResultPublished,
)
from domain.cases.evolve import fold
from domain.cases.parts import Visit
from domain.kernel import Fen
from tests.support.builders import AUDITOR, DECIDER, DIRECTOR, HANDLER, LEAD, REVIEWER, STRANGER, TIMEKEEPER, by
from tests.support.journeys import (
    AMOUNT,
    CONFIRMED,
    GRANTED,
    NOTICED,
    OBJECTED,
    OPINED,
    OPINED_AGAINST,
    POSTED,
    REFUSED,
    SERVED,
    VISIT,
    VISITED,
    step,
)
from tests.support.scenario import When, decided, given

REFUSAL = RefuseCase(reason="收入超过标准", basis="令649第九条")


def test_a_village_director_posts_the_notice_for_seven_days() -> None:
    state = (
        given(OPINED).when("post_notice", PostNotice(place="村务公开栏"), by(DIRECTOR, "2026-03-12")).then(NoticePosted)
    )
    assert state.notice is not None
    assert (state.notice.posted_on, state.notice.until) == (date(2026, 3, 12), date(2026, 3, 19))


@pytest.mark.parametrize(
    ("posted", "until", "closing"),
    [("2026-03-12", date(2026, 3, 19), date(2026, 3, 20)), ("2026-03-13", date(2026, 3, 20), date(2026, 3, 23))],
    ids=["midweek", "over a weekend"],
)
def test_a_notice_is_due_to_be_closed_on_the_first_working_day_after_its_last(
    posted: str, until: date, closing: date
) -> None:
    state = given(OPINED).when("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, posted)).then(NoticePosted)
    assert state.notice is not None
    assert state.due is not None
    assert (state.notice.until, state.due.what, state.due.on) == (until, "close_notice", closing)


def test_a_notice_hangs_somewhere() -> None:
    given(OPINED).when("post_notice", PostNotice(place=""), by(HANDLER, "2026-03-12")).then_refused(
        "INVALID_VALUE", "place"
    )


def test_a_proposed_refusal_is_not_posted() -> None:
    given(OPINED_AGAINST).when("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, "2026-03-12")).then_refused(
        "WRONG_ORDER", "post_notice: opinion"
    )


def test_nothing_is_posted_before_the_opinion() -> None:
    given(VISITED).when("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, "2026-03-12")).then_refused(
        "WRONG_ORDER"
    )


@pytest.mark.parametrize("day", ["2026-03-12", "2026-03-18", "2026-03-19"])
def test_a_notice_runs_its_full_time(day: str) -> None:
    given(POSTED).when("close_notice", CloseNotice(), by(HANDLER, day)).then_refused("NOTICE_TOO_SHORT", "2026-03-19")


def test_a_notice_is_closed_on_the_day_after_its_last() -> None:
    state = given(POSTED).when("close_notice", CloseNotice(), by(HANDLER, "2026-03-20")).then(NoticeClosed)
    assert state.due is not None
    assert (state.stage, state.due.what, state.due.on) == ("noticed", "decide", date(2026, 4, 3))


def test_an_objection_sends_the_case_back_to_the_inquiry() -> None:
    state = (
        given(POSTED)
        .when("record_objection", RecordObjection(content="名下有车"), by(HANDLER, "2026-03-16"))
        .repeats()
        .then(NoticeObjected)
    )
    assert state.stage == "accepted"
    assert state.done.isdisjoint({"home_visited", "opinion_issued", "notice_posted"})


def test_a_further_objection_does_not_move_the_limit() -> None:
    first = given(OBJECTED).state
    second = (
        given(OBJECTED)
        .when("record_objection", RecordObjection(content="长期在外"), by(HANDLER, "2026-03-18"))
        .repeats()
        .then(NoticeObjected)
    )
    assert second.due == first.due
    assert second.notice is not None
    assert second.notice.objections == 2


def test_an_objection_says_something() -> None:
    given(POSTED).when("record_objection", RecordObjection(content=" "), by(HANDLER, "2026-03-16")).then_refused(
        "INVALID_VALUE", "content"
    )


def test_nobody_objects_to_a_notice_that_was_never_posted() -> None:
    given(VISITED).when(
        "record_objection", RecordObjection(content="名下有车"), by(HANDLER, "2026-03-16")
    ).then_refused("WRONG_ORDER")


def test_a_notice_with_an_open_objection_is_not_closed() -> None:
    given(OBJECTED).when("close_notice", CloseNotice(), by(HANDLER, "2026-03-20")).then_refused("OBJECTION_OPEN")


def test_an_objection_does_not_lend_authority() -> None:
    given(OBJECTED).when("close_notice", CloseNotice(), by(DECIDER, "2026-03-20")).then_refused("NO_AUTHORITY")


def test_a_notice_after_the_objection_runs_anew() -> None:
    again = (
        *OBJECTED,
        step("record_visit", VISIT, by(HANDLER, "2026-03-17")),
        step(
            "issue_opinion", IssueOpinion(result="grant", persons=2, monthly_income=Fen(60_000)), by(LEAD, "2026-03-18")
        ),
        step("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, "2026-03-19")),
    )
    given(again).when("close_notice", CloseNotice(), by(HANDLER, "2026-03-20")).then_refused("NOTICE_TOO_SHORT")
    given(again).when("close_notice", CloseNotice(), by(HANDLER, "2026-03-27")).then(NoticeClosed)


def test_the_county_confirms_the_amount_that_the_rule_gives() -> None:
    state = given(NOTICED).when("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-24")).then(Confirmed)
    assert state.decision is not None
    assert (state.stage, state.decision.amount) == ("confirmed", 2 * 78_000 - 50_000)


def test_a_confirmation_in_december_pays_from_january() -> None:
    confirmed = step("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-12-24"))
    event = given(NOTICED, confirmed).events[-1]
    assert isinstance(event, Confirmed)
    assert event.from_month == date(2027, 1, 1)


@pytest.mark.parametrize("amount", [AMOUNT + 1, AMOUNT - 1, 0])
def test_another_amount_is_refused(amount: int) -> None:
    given(NOTICED).when("confirm_case", ConfirmCase(amount=Fen(amount)), by(DECIDER, "2026-03-24")).then_refused(
        "AMOUNT_MISMATCH", "106000 fen"
    )


def test_a_household_with_enough_income_gets_nothing() -> None:
    rich = (
        *VISITED,
        step(
            "issue_opinion",
            IssueOpinion(result="grant", persons=2, monthly_income=Fen(156_000)),
            by(LEAD, "2026-03-11"),
        ),
        step("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, "2026-03-12")),
        step("close_notice", CloseNotice(), by(HANDLER, "2026-03-20")),
    )
    given(rich).when("confirm_case", ConfirmCase(amount=Fen(0)), by(DECIDER, "2026-03-24")).then_refused("NOT_ELIGIBLE")


@pytest.mark.parametrize("post", [HANDLER, REVIEWER, DIRECTOR], ids=lambda post: str(post.role))
def test_nobody_confirms_whose_role_is_not_to_decide(post: Post) -> None:
    given(NOTICED).when("confirm_case", ConfirmCase(amount=AMOUNT), by(post, "2026-03-24")).then_refused("NO_AUTHORITY")


def test_a_town_confirms_where_the_county_has_devolved_its_power() -> None:
    given(NOTICED).when("confirm_case", ConfirmCase(amount=AMOUNT), by(LEAD, "2026-03-24")).then(Confirmed)


def test_a_town_confirms_nothing_before_the_power_was_devolved() -> None:
    early = replace(given(NOTICED).state, accepted_on=date(2023, 12, 1))
    When(early, step("confirm_case", ConfirmCase(amount=AMOUNT), by(LEAD, "2026-03-24"))).then_refused("NO_GRANT")


def test_who_visited_the_household_does_not_confirm_alone() -> None:
    visited = Visit(at=by(LEAD, "2026-03-09").on, investigators=(LEAD.id, HANDLER.id))
    state = replace(given(NOTICED).state, visits=(visited,))
    alone = step("confirm_case", ConfirmCase(amount=AMOUNT), by(LEAD, "2026-03-24"))
    When(state, alone).then_refused("SAME_HANDLER")
    together = ConfirmCase(amount=AMOUNT, with_posts=(REVIEWER.id,))
    When(state, step("confirm_case", together, by(LEAD, "2026-03-24"))).then(Confirmed)


@pytest.mark.parametrize("other", [DIRECTOR, STRANGER, AUDITOR, TIMEKEEPER], ids=lambda post: post.id)
def test_whoever_has_no_part_in_decisions_there_makes_no_meeting(other: Post) -> None:
    visited = Visit(at=by(LEAD, "2026-03-09").on, investigators=(LEAD.id, HANDLER.id))
    state = replace(given(NOTICED).state, visits=(visited,))
    together = ConfirmCase(amount=AMOUNT, with_posts=(other.id,))
    When(state, step("confirm_case", together, by(LEAD, "2026-03-24"))).then_refused("INVALID_VALUE", "with_posts")


def test_a_refusal_tells_who_decided_together() -> None:
    together = replace(REFUSAL, with_posts=(REVIEWER.id,))
    (event,) = decided(given(OPINED_AGAINST).state, step("refuse_case", together, by(DECIDER, "2026-03-13")))
    assert isinstance(event, CaseRefused)
    assert event.with_posts == (REVIEWER.id,)


def test_nobody_confirms_the_case_of_a_relative_though_it_was_never_registered() -> None:
    given(NOTICED).when(
        "confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-24", kin=(DECIDER,))
    ).then_refused("KIN_EXCLUDED")


def test_nothing_is_confirmed_while_the_notice_hangs() -> None:
    given(POSTED).when("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-16")).then_refused(
        "WRONG_ORDER"
    )


def test_the_county_refuses_with_reason_and_basis() -> None:
    state = given(OPINED_AGAINST).when("refuse_case", REFUSAL, by(DECIDER, "2026-03-13")).then(CaseRefused)
    assert state.due is not None
    assert (state.stage, state.due.what, state.due.on) == ("refused", "serve", date(2026, 3, 18))


def test_the_county_may_refuse_against_the_opinion_after_the_notice() -> None:
    given(NOTICED).when("refuse_case", REFUSAL, by(DECIDER, "2026-03-24")).then(CaseRefused)


@pytest.mark.parametrize(
    "command", [RefuseCase(reason=" ", basis="令649"), RefuseCase(reason="收入超过标准", basis="")]
)
def test_a_refusal_is_written_with_reason_and_basis(command: RefuseCase) -> None:
    given(OPINED_AGAINST).when("refuse_case", command, by(DECIDER, "2026-03-13")).then_refused("REASON_MISSING")


def test_a_refused_case_is_closed() -> None:
    given(REFUSED).when("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-24")).then_refused(
        "CASE_CLOSED", "refused"
    )


def test_a_grant_is_served() -> None:
    state = (
        given(CONFIRMED)
        .when("serve_decision", ServeDecision(manner="直接送达"), by(HANDLER, "2026-03-25"))
        .then(DecisionServed(served_on=date(2026, 3, 25), manner="直接送达"))
    )
    assert state.due is None


def test_nothing_is_paid_before_the_decision_is_served() -> None:
    given(CONFIRMED).when("start_grant", StartGrant(), by(DECIDER, "2026-03-27")).then_refused(
        "WRONG_ORDER", "start_grant: decision_served"
    )


def test_service_after_the_start_keeps_the_review_date() -> None:
    started = given(GRANTED).state
    served = fold([DecisionServed(served_on=date(2026, 3, 30), manner="邮寄")], started)
    assert served.due is not None
    assert (served.due.what, served.due) == ("review", started.due)


def test_a_refusal_is_served() -> None:
    state = (
        given(REFUSED)
        .when("serve_decision", ServeDecision(manner="邮寄"), by(HANDLER, "2026-03-16"))
        .then(DecisionServed)
    )
    assert state.due is None


def test_service_has_a_manner() -> None:
    given(CONFIRMED).when("serve_decision", ServeDecision(manner=""), by(HANDLER, "2026-03-25")).then_refused(
        "INVALID_VALUE", "manner"
    )


def test_nothing_is_served_before_the_decision() -> None:
    given(NOTICED).when("serve_decision", ServeDecision(manner="邮寄"), by(HANDLER, "2026-03-25")).then_refused(
        "WRONG_ORDER"
    )


def test_a_grant_is_published() -> None:
    given(SERVED).when("publish_result", PublishResult(place="政务公开栏"), by(HANDLER, "2026-03-26")).then(
        ResultPublished(published_on=date(2026, 3, 26), place="政务公开栏")
    )


def test_a_publication_has_a_place() -> None:
    given(SERVED).when("publish_result", PublishResult(place=" "), by(HANDLER, "2026-03-26")).then_refused(
        "INVALID_VALUE", "place"
    )


def test_a_refusal_is_not_published() -> None:
    given(REFUSED).when("publish_result", PublishResult(place="政务公开栏"), by(HANDLER, "2026-03-26")).then_refused(
        "WRONG_ORDER", "publish_result: refused"
    )
