"""A case from the application to the archive, on each way that the law knows."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.authority.posts import Post
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.hold_appraisal import HoldAppraisal
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.publish_result import PublishResult
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.kernel import Fen
from tests.support.builders import (
    DECIDER,
    DIRECTOR,
    HANDLER,
    INVESTIGATOR,
    LEAD,
    REVIEWER,
    TIMEKEEPER,
    application,
    by,
    mandate,
)
from tests.support.journeys import CONFIRMED, GRANTED, OBJECTED, OPENED, REFUSED, VISIT, VISITED, step
from tests.support.scenario import given

FROM_OPINION = CONFIRMED[len(VISITED) :]
AFTER_CONFIRMATION = (
    step("serve_decision", ServeDecision(manner="直接送达"), by(HANDLER, "2026-03-25")),
    step("publish_result", PublishResult(place="政务公开栏"), by(HANDLER, "2026-03-26")),
    step("start_grant", StartGrant(), by(DECIDER, "2026-03-27")),
    step("report_change", ReportChange(changed_on=date(2026, 8, 1), kind="income"), by(DIRECTOR, "2026-08-03")),
    step("establish_facts", EstablishFacts({"monthly_income": 36_000}, source="走访"), by(HANDLER, "2026-08-10")),
    step("increase_grant", IncreaseGrant(amount=Fen(120_000), reason="收入减少"), by(DECIDER, "2026-08-20")),
    step("suspend_grant", SuspendGrant(reason="去向待查"), by(DECIDER, "2026-11-10")),
    step("start_grant", StartGrant(), by(DECIDER, "2026-12-10")),
    step("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, "2027-04-01")),
    step("complete_review", CompleteReview(outcome="stop", monthly_income=Fen(300_000)), by(LEAD, "2027-04-20")),
    step("stop_grant", StopGrant(reason="收入超过标准"), by(DECIDER, "2027-04-26")),
    step("archive_case", ArchiveCase(), by(HANDLER, "2027-06-01")),
)


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (application(), HANDLER),
        (replace(application(), channel="mandate", mandate=mandate()), HANDLER),
        (replace(application(), channel="village"), DIRECTOR),
    ],
    ids=["by itself", "by mandate", "found by the village"],
)
def test_a_household_is_granted_the_benefit_until_it_earns_enough(command: OpenCase, who: Post) -> None:
    opened = step("open_case", command, by(who, "2026-03-02"))
    case = given(opened, CONFIRMED[1:], AFTER_CONFIRMATION)
    assert (case.state.stage, case.state.archived, case.state.channel) == ("stopped", True, command.channel)
    assert case.state.grant is not None
    assert (case.state.grant.status, case.state.grant.amount) == ("stopped", 120_000)
    assert [event.TYPE for event in case.events][-3:] == [
        "case.review_completed",
        "case.grant_stopped",
        "case.archived",
    ]


def test_a_case_of_kin_goes_its_way_without_the_kin() -> None:
    pair = (HANDLER.id, REVIEWER.id)
    visit = RecordVisit(investigators=pair, signatures=pair, signed_by_household=True)
    case = given(
        OPENED,
        step("register_separately", RegisterSeparately(reason="近亲属"), by(LEAD, "2026-03-03", kin=(INVESTIGATOR,))),
        step("accept_case", AcceptCase(), by(HANDLER, "2026-03-04", kin=(INVESTIGATOR,))),
        step("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-03-04")),
        step("report_comparison", ReportComparison(source="核对中心"), by(HANDLER, "2026-03-06")),
        step("record_visit", visit, by(REVIEWER, "2026-03-09")),
        FROM_OPINION,
        AFTER_CONFIRMATION,
    )
    assert (case.state.stage, case.state.archived, case.state.kin_posts) == ("stopped", True, (INVESTIGATOR.id,))
    case.when("add_note", AddNote(text="查看"), by(INVESTIGATOR, "2027-06-02")).then_refused("KIN_EXCLUDED")


def test_an_objection_is_answered_and_the_case_confirmed_with_the_new_figures() -> None:
    case = given(
        OBJECTED,
        step("record_visit", VISIT, by(HANDLER, "2026-03-18")),
        step("hold_appraisal", HoldAppraisal(participants=9, votes_for=8), by(LEAD, "2026-03-19")),
        step(
            "issue_opinion", IssueOpinion(result="grant", persons=2, monthly_income=Fen(60_000)), by(LEAD, "2026-03-20")
        ),
        step("post_notice", PostNotice(place="村务公开栏"), by(DIRECTOR, "2026-03-23")),
        step("close_notice", CloseNotice(), by(HANDLER, "2026-03-31")),
        step("confirm_case", ConfirmCase(amount=Fen(96_000)), by(DECIDER, "2026-04-02")),
    )
    assert case.state.decision is not None
    assert (case.state.decision.amount, len(case.state.visits)) == (96_000, 2)


def test_a_refused_case_is_served_and_archived() -> None:
    case = given(
        REFUSED,
        step("serve_decision", ServeDecision(manner="邮寄"), by(HANDLER, "2026-03-16")),
        step("archive_case", ArchiveCase(), by(HANDLER, "2026-06-01")),
    )
    assert (case.state.stage, case.state.archived, case.state.grant) == ("refused", True, None)


def test_an_application_left_alone_goes_on_as_if_accepted_on_the_day_received() -> None:
    case = given(
        OPENED,
        step("accept_case", AcceptCase(deemed=True), by(TIMEKEEPER, "2026-03-10")),
        step("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-03-10")),
        step("report_comparison", ReportComparison(source="核对中心"), by(HANDLER, "2026-03-10")),
        step("record_visit", VISIT, by(HANDLER, "2026-03-10")),
        FROM_OPINION,
    )
    assert (case.state.deemed, case.state.accepted_on, case.state.stage) == (True, date(2026, 3, 2), "confirmed")


def test_a_served_grant_shows_all_its_milestones() -> None:
    assert given(GRANTED).state.done == {
        "opened",
        "accepted",
        "comparison_authorised",
        "comparison_reported",
        "home_visited",
        "opinion_issued",
        "notice_posted",
        "notice_closed",
        "decided",
        "decision_served",
        "grant_started",
    }
