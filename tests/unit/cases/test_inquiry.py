"""Inquiry: comparison, visits, interviews, appraisal, opinion."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.hold_appraisal import HoldAppraisal
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.record_interview import RecordInterview
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.events.inquiry import (
    AppraisalHeld,
    ComparisonAuthorised,
    ComparisonReported,
    HomeVisited,
    NeighbourInterviewed,
    OpinionIssued,
)
from domain.kernel import Fen, PostId
from tests.support.builders import AUDITOR, DIRECTOR, HANDLER, INVESTIGATOR, LEAD, REVIEWER, STRANGER, TIMEKEEPER, by
from tests.support.journeys import (
    ACCEPTED,
    AUTHORISED,
    COMPARED,
    GRANT_OPINION,
    OBJECTED,
    OPENED,
    REFUSE_OPINION,
    VISIT,
    VISITED,
    step,
)
from tests.support.scenario import given

KIN = step(
    "register_separately", RegisterSeparately(reason="亲属", kin_posts=(INVESTIGATOR.id,)), by(LEAD, "2026-03-05")
)


def test_the_household_authorises_the_comparison() -> None:
    given(ACCEPTED).when(
        "authorise_comparison", AuthoriseComparison(document="b" * 64), by(HANDLER, "2026-03-04")
    ).then(ComparisonAuthorised(authorised_on=date(2026, 3, 4), document="b" * 64))


def test_the_authorisation_may_come_with_the_application() -> None:
    given(OPENED).when("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-03-02")).then(
        ComparisonAuthorised
    )


def test_the_comparison_centre_reports() -> None:
    state = (
        given(AUTHORISED)
        .when("report_comparison", ReportComparison(source="核对中心", hits=("车辆",)), by(HANDLER, "2026-03-06"))
        .then(ComparisonReported(reported_on=date(2026, 3, 6), source="核对中心", hits=("车辆",)))
    )
    assert state.comparison is not None
    assert (state.comparison.authorised_on, state.comparison.hits) == (date(2026, 3, 4), ("车辆",))


def test_nothing_is_compared_without_authorisation() -> None:
    given(ACCEPTED).when(
        "report_comparison", ReportComparison(source="核对中心"), by(HANDLER, "2026-03-06")
    ).then_refused("WRONG_ORDER", "report_comparison: comparison_authorised")


def test_a_report_says_where_it_comes_from() -> None:
    given(AUTHORISED).when("report_comparison", ReportComparison(source=" "), by(HANDLER, "2026-03-06")).then_refused(
        "INVALID_VALUE", "source"
    )


def test_two_investigators_visit_and_all_sign() -> None:
    given(COMPARED).when("record_visit", VISIT, by(HANDLER, "2026-03-09")).then(
        HomeVisited(
            visited_at=datetime(2026, 3, 9, 1, 30, tzinfo=UTC),
            investigators=(HANDLER.id, INVESTIGATOR.id),
            signed_by_household=True,
            findings="土坯房两间",
        )
    )


@pytest.mark.parametrize(
    "investigators",
    [(HANDLER.id,), (HANDLER.id, HANDLER.id), (HANDLER.id, DIRECTOR.id)],
    ids=["one", "one twice", "one and the village director"],
)
def test_a_visit_needs_two_investigators(investigators: tuple[PostId, ...]) -> None:
    visit = replace(VISIT, investigators=investigators, signatures=investigators)
    given(COMPARED).when("record_visit", visit, by(HANDLER, "2026-03-09")).then_refused(
        "TOO_FEW_INVESTIGATORS", "1 < 2"
    )


def test_a_village_director_joins_as_a_third_person_and_may_record_the_visit() -> None:
    three = (HANDLER.id, INVESTIGATOR.id, DIRECTOR.id)
    visit = replace(VISIT, investigators=three, signatures=three)
    given(COMPARED).when("record_visit", visit, by(DIRECTOR, "2026-03-09")).then(HomeVisited)


def test_every_investigator_signs() -> None:
    given(COMPARED).when(
        "record_visit", replace(VISIT, signatures=(HANDLER.id,)), by(HANDLER, "2026-03-09")
    ).then_refused("TOO_FEW_INVESTIGATORS", "signatures")


@pytest.mark.parametrize(
    "investigators",
    [
        (),
        (HANDLER.id, PostId("nowhere")),
        (HANDLER.id, STRANGER.id),
        (HANDLER.id, AUDITOR.id),
        (HANDLER.id, TIMEKEEPER.id),
    ],
)
def test_investigators_are_posts_that_exist_and_handle_cases_there(investigators: tuple[PostId, ...]) -> None:
    given(COMPARED).when(
        "record_visit", replace(VISIT, investigators=investigators), by(HANDLER, "2026-03-09")
    ).then_refused("INVALID_VALUE", "investigators")


def test_kin_of_the_household_do_not_investigate() -> None:
    given(COMPARED, KIN).when("record_visit", VISIT, by(HANDLER, "2026-03-09")).then_refused("KIN_EXCLUDED")


def test_a_household_that_does_not_sign_needs_a_reason_in_the_record() -> None:
    unsigned = replace(VISIT, signed_by_household=False)
    given(COMPARED).when("record_visit", unsigned, by(HANDLER, "2026-03-09")).then_refused("REASON_MISSING")
    given(COMPARED).when("record_visit", replace(unsigned, unsigned_reason="不识字"), by(HANDLER, "2026-03-09")).then(
        HomeVisited
    )


def test_nobody_visits_before_the_acceptance() -> None:
    given(OPENED).when("record_visit", VISIT, by(HANDLER, "2026-03-03")).then_refused("WRONG_ORDER")


def test_the_county_may_visit_as_well() -> None:
    pair = RecordVisit(
        investigators=(REVIEWER.id, HANDLER.id), signatures=(REVIEWER.id, HANDLER.id), signed_by_household=True
    )
    state = given(VISITED).when("record_visit", pair, by(REVIEWER, "2026-03-10")).then(HomeVisited)
    assert len(state.visits) == 2


def test_neighbours_are_interviewed_as_often_as_needed() -> None:
    state = (
        given(ACCEPTED)
        .when(
            "record_interview", RecordInterview(interviewers=(HANDLER.id,), summary="独居"), by(HANDLER, "2026-03-09")
        )
        .repeats()
        .then(NeighbourInterviewed(interviewed_on=date(2026, 3, 9), interviewers=(HANDLER.id,), summary="独居"))
    )
    assert state.interviews == 1


def test_an_interview_has_an_interviewer() -> None:
    given(ACCEPTED).when("record_interview", RecordInterview(interviewers=()), by(HANDLER, "2026-03-09")).then_refused(
        "INVALID_VALUE", "interviewers"
    )


def test_kin_of_the_household_do_not_interview() -> None:
    given(ACCEPTED, KIN).when(
        "record_interview", RecordInterview(interviewers=(INVESTIGATOR.id,)), by(HANDLER, "2026-03-09")
    ).then_refused("KIN_EXCLUDED")


def test_an_appraisal_is_held() -> None:
    given(VISITED).when(
        "hold_appraisal", HoldAppraisal(participants=9, votes_for=7), by(LEAD, "2026-03-10")
    ).repeats().then(AppraisalHeld(held_on=date(2026, 3, 10), participants=9, votes_for=7))


@pytest.mark.parametrize(
    ("participants", "votes", "field"), [(0, 0, "participants"), (5, 6, "votes_for"), (5, -1, "votes_for")]
)
def test_votes_are_counted_honestly(participants: int, votes: int, field: str) -> None:
    given(VISITED).when(
        "hold_appraisal", HoldAppraisal(participants=participants, votes_for=votes), by(LEAD, "2026-03-10")
    ).then_refused("INVALID_VALUE", field)


def test_the_town_proposes_a_grant() -> None:
    state = given(VISITED).when("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-11")).then(OpinionIssued)
    assert (state.stage, state.due and state.due.what) == ("opinion", "post")


def test_the_town_proposes_a_refusal() -> None:
    state = given(VISITED).when("issue_opinion", REFUSE_OPINION, by(LEAD, "2026-03-11")).then(OpinionIssued)
    assert state.due is not None
    assert (state.due.what, state.due.on) == ("decide", date(2026, 3, 25))


def test_a_proposed_refusal_needs_a_reason() -> None:
    given(VISITED).when("issue_opinion", replace(REFUSE_OPINION, reason=""), by(LEAD, "2026-03-11")).then_refused(
        "REASON_MISSING"
    )


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (replace(GRANT_OPINION, persons=0), "persons"),
        (replace(GRANT_OPINION, persons=1_001), "persons"),
        (replace(GRANT_OPINION, monthly_income=Fen(-1)), "monthly_income"),
    ],
)
def test_an_opinion_rests_on_possible_figures(command: IssueOpinion, field: str) -> None:
    given(VISITED).when("issue_opinion", command, by(LEAD, "2026-03-11")).then_refused("INVALID_VALUE", field)


def test_no_opinion_without_comparison_and_visit() -> None:
    given(AUTHORISED).when("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-11")).then_refused(
        "WRONG_ORDER", "issue_opinion: comparison_reported, home_visited"
    )


def test_an_objection_needs_a_new_visit_before_a_new_opinion() -> None:
    given(OBJECTED).when("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-17")).then_refused(
        "WRONG_ORDER", "issue_opinion: home_visited"
    )


def test_a_village_director_gives_no_opinion() -> None:
    given(VISITED).when("issue_opinion", GRANT_OPINION, by(DIRECTOR, "2026-03-11")).then_refused("NO_AUTHORITY")
