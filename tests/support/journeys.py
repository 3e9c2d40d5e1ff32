"""Histories of a case up to each stage, as steps that the decisions themselves accepted."""

from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_objection import RecordObjection
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.refuse_case import RefuseCase
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.kernel import Command, Fen
from tests.support.builders import DECIDER, HANDLER, INVESTIGATOR, LEAD, Circumstance, application, by
from tests.support.scenario import Step

AMOUNT = Fen(106_000)
"""Two persons at 780 yuan, less 500 yuan of income."""


def step(action: str, command: Command, circumstance: Circumstance) -> Step:
    return Step(action=action, command=command, circumstance=circumstance)


VISIT = RecordVisit(
    investigators=(HANDLER.id, INVESTIGATOR.id),
    signatures=(HANDLER.id, INVESTIGATOR.id),
    signed_by_household=True,
    findings="土坯房两间",
)
GRANT_OPINION = IssueOpinion(result="grant", persons=2, monthly_income=Fen(50_000))
REFUSE_OPINION = IssueOpinion(result="refuse", persons=2, monthly_income=Fen(200_000), reason="收入超过标准")

OPENED = (step("open_case", application(), by(HANDLER, "2026-03-02")),)
CORRECTING = (
    *OPENED,
    step("request_correction", RequestCorrection(defects=("缺收入声明",)), by(HANDLER, "2026-03-03")),
)
ACCEPTED = (*OPENED, step("accept_case", AcceptCase(), by(HANDLER, "2026-03-04")))
AUTHORISED = (*ACCEPTED, step("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-03-04")))
COMPARED = (*AUTHORISED, step("report_comparison", ReportComparison(source="核对中心"), by(HANDLER, "2026-03-06")))
VISITED = (*COMPARED, step("record_visit", VISIT, by(HANDLER, "2026-03-09")))
OPINED = (*VISITED, step("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-11")))
OPINED_AGAINST = (*VISITED, step("issue_opinion", REFUSE_OPINION, by(LEAD, "2026-03-11")))
POSTED = (*OPINED, step("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, "2026-03-12")))
OBJECTED = (*POSTED, step("record_objection", RecordObjection(content="名下有车"), by(HANDLER, "2026-03-16")))
NOTICED = (*POSTED, step("close_notice", CloseNotice(), by(HANDLER, "2026-03-20")))
CONFIRMED = (*NOTICED, step("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-24")))
SERVED = (*CONFIRMED, step("serve_decision", ServeDecision(manner="直接送达"), by(HANDLER, "2026-03-25")))
GRANTED = (*SERVED, step("start_grant", StartGrant(), by(DECIDER, "2026-03-27")))
LOWER_INCOME = step(
    "establish_facts", EstablishFacts(facts={"monthly_income": 36_000}, source="走访"), by(HANDLER, "2026-04-02")
)
HIGHER_INCOME = step(
    "establish_facts", EstablishFacts(facts={"monthly_income": 66_000}, source="走访"), by(HANDLER, "2026-04-02")
)
MORE, LESS = Fen(120_000), Fen(90_000)
"""What the rule gives two persons once the lower, or the higher, income is established."""
SUSPENDED = (*GRANTED, step("suspend_grant", SuspendGrant(reason="去向待查"), by(DECIDER, "2026-06-10")))
STOPPED = (*GRANTED, step("stop_grant", StopGrant(reason="收入超过标准"), by(DECIDER, "2026-09-10")))
REFUSED = (
    *OPINED_AGAINST,
    step("refuse_case", RefuseCase(reason="收入超过标准", basis="令649第九条"), by(DECIDER, "2026-03-13")),
)
