"""Events of the stream ``policy-<id>``. What they put into force stands in the rulebook, written in the same append."""

from datetime import date
from typing import ClassVar, get_args

from domain.kernel import Event, Personal, PostId
from domain.policy.parts import (
    CollectiveDecision,
    Consultation,
    Direction,
    Evaluation,
    LegalityReview,
    Measurement,
    PolicyId,
    Reply,
    Research,
)
from domain.rulebook.rules import RuleVersion


class PolicyDrafted(Event):
    """起草. ``division``: of the organ that drafts; its rules hold there or in a part of it."""

    TYPE: ClassVar = "policy.drafted"
    policy_id: PolicyId
    title_zh: str
    title_en: str
    division: str
    purpose: str
    versions: tuple[RuleVersion, ...]


class DraftRevised(Event):
    """修改草案. What was reviewed and decided was another text: both are to be done again."""

    TYPE: ClassVar = "policy.draft_revised"
    reason: str
    versions: tuple[RuleVersion, ...]


class ResearchRecorded(Event):
    """调研."""

    TYPE: ClassVar = "policy.research_recorded"
    research: Research


class ConsultationOpened(Event):
    """征求意见开始, in one direction."""

    TYPE: ClassVar = "policy.consultation_opened"
    consultation: Consultation


class CommentReceived(Event):
    """收到意见. The words are somebody's own."""

    TYPE: ClassVar = "policy.comment_received"
    number: int
    direction: Direction
    post: PostId
    text: Personal[str]
    of: str = ""


class CommentAnswered(Event):
    """意见答复: adopted, or not and why."""

    TYPE: ClassVar = "policy.comment_answered"
    number: int
    reply: Reply


class ConsultationClosed(Event):
    """征求意见结束, in both directions, every comment answered."""

    TYPE: ClassVar = "policy.consultation_closed"
    closed_on: date
    comments: int
    adopted: int


class LegalityReviewed(Event):
    """合法性审核."""

    TYPE: ClassVar = "policy.legality_reviewed"
    review: LegalityReview


class CollectivelyDecided(Event):
    """集体讨论决定."""

    TYPE: ClassVar = "policy.collectively_decided"
    decision: CollectiveDecision


class PolicyPublished(Event):
    """公布. ``versions`` come into force; ``ended``: versions whose validity ends with it."""

    TYPE: ClassVar = "policy.published"
    document: str
    published_on: date
    versions: tuple[str, ...]
    ended: tuple[str, ...] = ()


class PilotOpened(Event):
    """试点开始. ``versions``: one for each division and rule of the draft."""

    TYPE: ClassVar = "policy.pilot_opened"
    pilot: str
    divisions: tuple[str, ...]
    valid_from: date
    valid_to: date
    hypothesis: str
    versions: tuple[str, ...]


class PilotMeasured(Event):
    """试点监测."""

    TYPE: ClassVar = "policy.pilot_measured"
    pilot: str
    measurement: Measurement


class PilotEvaluated(Event):
    """试点评估."""

    TYPE: ClassVar = "policy.pilot_evaluated"
    pilot: str
    evaluation: Evaluation


class PromotedToNorm(Event):
    """上升为政策性规范: published, citing the pilot that it rests on."""

    TYPE: ClassVar = "policy.promoted"
    pilot: str
    document: str
    promoted_on: date
    versions: tuple[str, ...]
    ended: tuple[str, ...] = ()


class PilotClosed(Event):
    """试点终止. Its rules hold to the end of that day; cases accepted under them keep them."""

    TYPE: ClassVar = "policy.pilot_closed"
    pilot: str
    closed_on: date
    reason: str


DraftingEvent = (
    PolicyDrafted
    | DraftRevised
    | ResearchRecorded
    | ConsultationOpened
    | CommentReceived
    | CommentAnswered
    | ConsultationClosed
)
DecidingEvent = LegalityReviewed | CollectivelyDecided | PolicyPublished
PilotEvent = PilotOpened | PilotMeasured | PilotEvaluated | PromotedToNorm | PilotClosed
PolicyEvent = DraftingEvent | DecidingEvent | PilotEvent

POLICY_EVENTS: dict[str, type[Event]] = {cls.TYPE: cls for cls in get_args(PolicyEvent)}


def policy_stream(policy_id: PolicyId) -> str:
    """Return the name of a policy's stream."""
    return f"policy-{policy_id}"
