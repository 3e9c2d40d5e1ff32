"""One event of every stored type of a policy, with every field filled."""

from datetime import date

from domain.kernel import Event, Fen, PostId
from domain.policy.events import (
    CollectivelyDecided,
    CommentAnswered,
    CommentReceived,
    ConsultationClosed,
    ConsultationOpened,
    DraftRevised,
    LegalityReviewed,
    PilotClosed,
    PilotEvaluated,
    PilotMeasured,
    PilotOpened,
    PolicyDrafted,
    PolicyPublished,
    PromotedToNorm,
    ResearchRecorded,
)
from domain.policy.parts import (
    CollectiveDecision,
    Consultation,
    Evaluation,
    Figure,
    LegalityReview,
    Measurement,
    PolicyId,
    Reply,
    Research,
)
from domain.rulebook.parts import Limit
from domain.rulebook.rules import RuleVersion

_DAY = date(2026, 9, 1)
_PILOT = "policy-sample-1"
_RULE = RuleVersion(
    id="dibao-3209-2027-01",
    matter="dibao",
    title_zh="最低生活保障",
    title_en="Minimum living guarantee",
    region="3209",
    valid_from=date(2027, 1, 1),
    basis=("盐民发〔2026〕30号",),
    verified=False,
    standard=Fen(78_000),
    limits={"opinion": Limit(days=10, unit="wd", basis="盐民发〔2026〕30号")},
    steps={},
)

POLICY_SAMPLES: tuple[Event, ...] = (
    PolicyDrafted(
        policy_id=PolicyId("policy-sample"),
        title_zh="关于缩短审核时限的通知",
        title_en="Notice on faster opinions",
        division="320900000000",
        purpose="群众等待时间过长",
        versions=(_RULE,),
    ),
    DraftRevised(reason="采纳意见", versions=(_RULE,)),
    ResearchRecorded(research=Research(method="visit", places=("320903104",), findings="多在八日内完成")),
    ConsultationOpened(consultation=Consultation(direction="down", audience="各镇民政办", until=_DAY)),
    CommentReceived(number=1, direction="up", post=PostId("320900-policy"), text="建议先行试点", of="江苏省民政厅"),
    CommentAnswered(number=1, reply=Reply(adopted=True, reason="先行试点")),
    ConsultationClosed(closed_on=_DAY, comments=1, adopted=1),
    LegalityReviewed(review=LegalityReview(passed=True, opinion="符合上位法")),
    CollectivelyDecided(
        decision=CollectiveDecision(meeting="局长办公会", held_on=_DAY, participants=7, result="approved")
    ),
    PolicyPublished(
        document="盐民发〔2026〕30号",
        published_on=_DAY,
        versions=("dibao-3209-2027-01",),
        ended=("dibao-3209-2026-07",),
    ),
    PilotOpened(
        pilot=_PILOT,
        divisions=("320903104",),
        valid_from=_DAY,
        valid_to=date(2027, 3, 1),
        hypothesis="十个工作日足够",
        versions=("dibao-3209-2027-01@policy-sample-1@320903104",),
    ),
    PilotMeasured(
        pilot=_PILOT,
        measurement=Measurement(
            since=_DAY,
            until=date(2026, 12, 31),
            figures=(Figure(name="opinion_median", unit="days", before=13, after=8),),
        ),
    ),
    PilotEvaluated(pilot=_PILOT, evaluation=Evaluation(recommendation="promote", summary="可行")),
    PromotedToNorm(
        pilot=_PILOT,
        document="盐民发〔2027〕2号",
        promoted_on=_DAY,
        versions=("dibao-3209-2027-05",),
        ended=("dibao-3209-2026-07",),
    ),
    PilotClosed(pilot=_PILOT, closed_on=_DAY, reason="差错率上升"),
)
