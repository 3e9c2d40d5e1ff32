"""What every action has in common: a case, a post with authority that is not kin, a step that is open."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.authority.posts import Post
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.attach_document import AttachDocument
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.backfill_papers import BackfillPapers
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.hold_appraisal import HoldAppraisal
from domain.cases.actions.identify_subject import IdentifySubject
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.publish_result import PublishResult
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.record_interview import RecordInterview
from domain.cases.actions.record_objection import RecordObjection
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.cases.actions.refuse_acceptance import RefuseAcceptance
from domain.cases.actions.refuse_case import RefuseCase
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.actions.screen_next_layer import ScreenNextLayer
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.cases.actions.terminate_case import TerminateCase
from domain.cases.actions.transfer_case import TransferCase
from domain.cases.actions.warn_duty import WarnDuty
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.events.decision import NoticeClosed, NoticePosted
from domain.cases.events.inquiry import HomeVisited
from domain.cases.parts import Due
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.kernel import Command, Fen
from tests.support.builders import (
    AUDITOR,
    DECIDER,
    DIRECTOR,
    HANDLER,
    LEAD,
    OTHER_VILLAGE,
    REVIEWER,
    RULE,
    TIMEKEEPER,
    Circumstance,
    application,
    by,
    person,
    post,
)
from tests.support.journeys import (
    AMOUNT,
    COMPARED,
    CONFIRMED,
    GRANT_OPINION,
    GRANTED,
    NOTICED,
    OPENED,
    OPINED,
    OPINED_AGAINST,
    POSTED,
    SERVED,
    VISIT,
    step,
)
from tests.support.scenario import History, When, given

COMMANDS: dict[str, Command] = {
    "accept_case": AcceptCase(),
    "add_note": AddNote(text="备注"),
    "append_correction": AppendCorrection(seq=1, field="applicant.name", value="样例", reason="录入错误"),
    "archive_case": ArchiveCase(),
    "assign_case": AssignCase(to_post=REVIEWER.id),
    "attach_document": AttachDocument(sha256="a" * 64, media_type="image/png", size=1, kind="照片"),
    "authorise_comparison": AuthoriseComparison(),
    "close_notice": CloseNotice(),
    "complete_review": CompleteReview(outcome="unchanged", monthly_income=Fen(0)),
    "confirm_case": ConfirmCase(amount=AMOUNT),
    "hold_appraisal": HoldAppraisal(participants=9, votes_for=8),
    "increase_grant": IncreaseGrant(amount=Fen(AMOUNT + 1), reason="收入减少"),
    "issue_opinion": GRANT_OPINION,
    "mark_review_due": MarkReviewDue(),
    "open_case": application(),
    "post_notice": PostNotice(place="村务公开栏"),
    "publish_result": PublishResult(place="政务公开栏"),
    "record_interview": RecordInterview(interviewers=(HANDLER.id,)),
    "record_objection": RecordObjection(content="名下有车"),
    "record_visit": VISIT,
    "reduce_grant": ReduceGrant(amount=Fen(AMOUNT - 1), reason="收入增加"),
    "refuse_acceptance": RefuseAcceptance(reason="户籍不在本地"),
    "refuse_case": RefuseCase(reason="收入超过标准", basis="令649第九条"),
    "register_separately": RegisterSeparately(reason="近亲属", kin_posts=(DIRECTOR.id,)),
    "report_change": ReportChange(changed_on=date(2026, 3, 1), kind="income"),
    "report_comparison": ReportComparison(source="核对中心"),
    "request_correction": RequestCorrection(defects=("缺授权书",)),
    "establish_facts": EstablishFacts(facts={"assets": 0}, source="入户调查"),
    "identify_subject": IdentifySubject(person=person(1), source="公安机关"),
    "screen_next_layer": ScreenNextLayer(not_eligible=RULE.next_layers, reason="收入超过标准"),
    "backfill_papers": BackfillPapers(papers=("申请书",)),
    "record_breach": RecordBreach(what="accept"),
    "warn_duty": WarnDuty(what="accept"),
    "serve_decision": ServeDecision(manner="邮寄"),
    "start_grant": StartGrant(),
    "stop_grant": StopGrant(reason="死亡"),
    "suspend_grant": SuspendGrant(reason="去向待查"),
    "terminate_case": TerminateCase(reason="拒不配合调查"),
    "transfer_case": TransferCase(to_division=OTHER_VILLAGE),
    "withdraw_case": WithdrawCase(),
}
FORESEEN = sorted(RULE.steps)
OF_A_CASE = sorted(set(FORESEEN) - {"open_case"})
AT_A_STAGE = [name for name in OF_A_CASE if RULE.steps[name].stages]
AFTER_SOMETHING = [name for name in OF_A_CASE if RULE.steps[name].after]
DAY = "2026-03-03"
CASE = given(OPENED).state


def entitled(action: str) -> Circumstance:
    """A post that the rule allows this action."""
    roles = RULE.steps[action].by
    return next(by(each, DAY) for each in (HANDLER, LEAD, DECIDER, TIMEKEEPER, REVIEWER) if each.role in roles)


def asked(state: CaseState, action: str, circumstance: Circumstance) -> When:
    return When(state, step(action, COMMANDS[action], circumstance))


def test_every_action_is_tried() -> None:
    assert set(COMMANDS) == set(ACTIONS)
    assert all(isinstance(COMMANDS[name], action.command) for name, action in ACTIONS.items())


@pytest.mark.parametrize("action", OF_A_CASE)
def test_nothing_is_done_to_a_case_that_does_not_exist(action: str) -> None:
    asked(given().state, action, entitled(action)).then_refused("UNKNOWN_CASE")


@pytest.mark.parametrize("action", FORESEEN)
def test_an_auditor_acts_on_no_case(action: str) -> None:
    state = given().state if action == "open_case" else CASE
    asked(state, action, by(AUDITOR, DAY)).then_refused("NO_AUTHORITY", f"auditor: {action}")


@pytest.mark.parametrize("action", FORESEEN)
def test_no_post_acts_outside_its_division(action: str) -> None:
    state = given().state if action == "open_case" else CASE
    stranger = post("320981", "stranger", entitled(action).post.role)
    asked(state, action, by(stranger, DAY)).then_refused("NO_AUTHORITY", "division")


@pytest.mark.parametrize("action", OF_A_CASE)
def test_no_post_acts_on_a_case_of_its_kin(action: str) -> None:
    circumstance = entitled(action)
    state = replace(CASE, kin_posts=(circumstance.post.id,))
    asked(state, action, circumstance).then_refused("KIN_EXCLUDED")


@pytest.mark.parametrize("action", AT_A_STAGE)
def test_every_step_has_its_stage(action: str) -> None:
    state = replace(CASE, stage="legacy_running")
    asked(state, action, entitled(action)).then_refused("WRONG_ORDER", f"{action}: legacy_running")


@pytest.mark.parametrize("action", AFTER_SOMETHING)
def test_every_step_waits_for_its_milestones(action: str) -> None:
    rule = RULE.steps[action]
    state = replace(CASE, stage=rule.stages[0], done=frozenset())
    asked(state, action, entitled(action)).then_refused("WRONG_ORDER", f"{action}: {', '.join(rule.after)}")


@pytest.mark.parametrize("action", sorted(set(AT_A_STAGE) - {"archive_case"}))
def test_an_archived_case_takes_no_step(action: str) -> None:
    asked(replace(CASE, archived=True), action, entitled(action)).then_refused("CASE_CLOSED", "archived")


def test_a_grant_is_confirmed_only_on_an_opinion_for_it() -> None:
    due = Due(what="decide", on=date(2026, 4, 3))
    posted = NoticePosted(posted_on=date(2026, 3, 12), until=date(2026, 3, 19), place="村务公开栏", due=due)
    case = given(OPINED_AGAINST, posted, NoticeClosed(closed_on=date(2026, 3, 20), due=due))
    case.when("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-24")).then_refused(
        "WRONG_ORDER", "confirm_case: opinion"
    )


@pytest.mark.parametrize("action", ["increase_grant", "reduce_grant"])
def test_an_amount_is_changed_only_where_money_runs(action: str) -> None:
    state = replace(given(GRANTED).state, grant=None)
    asked(state, action, by(DECIDER, "2026-04-01")).then_refused("WRONG_ORDER", f"{action}: grant")


def test_money_starts_only_on_a_decision() -> None:
    state = replace(given(SERVED).state, decision=None)
    asked(state, "start_grant", by(DECIDER, "2026-04-01")).then_refused("WRONG_ORDER", "start_grant: decision")


@pytest.mark.parametrize(
    ("history", "action", "who", "day"),
    [
        (OPENED, "add_note", HANDLER, "2026-03-01"),
        (OPINED, "post_notice", HANDLER, "2026-03-03"),
        (POSTED, "record_objection", HANDLER, "2026-03-11"),
        (NOTICED, "confirm_case", DECIDER, "2026-03-19"),
        (CONFIRMED, "serve_decision", HANDLER, "2026-03-23"),
        (SERVED, "start_grant", DECIDER, "2026-03-23"),
    ],
)
def test_an_act_told_late_is_not_dated_before_what_it_rests_on(
    history: tuple[History, ...], action: str, who: Post, day: str
) -> None:
    state = given(history).state
    asked(state, action, by(who, day)).then_refused("WRONG_ORDER", f"{action}: {day}")


def test_a_visit_told_late_is_dated_on_its_day() -> None:
    asked(given(COMPARED).state, "record_visit", by(HANDLER, "2026-03-05")).then(HomeVisited)


def test_a_step_that_the_rule_does_not_foresee_is_refused_whoever_asks() -> None:
    assert "identify_subject" not in RULE.steps
    asked(CASE, "identify_subject", by(HANDLER, DAY)).then_refused("STEP_NOT_FORESEEN", f"{RULE.id}: identify_subject")
