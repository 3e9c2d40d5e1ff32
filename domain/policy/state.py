"""What a policy is at one moment, and how events change it."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Literal, get_args

from msgspec.structs import replace

from domain.kernel import Value
from domain.policy.events import (
    CollectivelyDecided,
    CommentAnswered,
    CommentReceived,
    ConsultationClosed,
    ConsultationOpened,
    DecidingEvent,
    DraftingEvent,
    DraftRevised,
    LegalityReviewed,
    PilotClosed,
    PilotEvaluated,
    PilotEvent,
    PilotMeasured,
    PilotOpened,
    PolicyDrafted,
    PolicyEvent,
    PolicyPublished,
    PromotedToNorm,
    ResearchRecorded,
)
from domain.policy.parts import (
    CollectiveDecision,
    Comment,
    Consultation,
    LegalityReview,
    Pilot,
    PolicyId,
    Reply,
    Research,
)
from domain.rulebook.rules import RuleVersion

Stage = Literal["none", "draft", "consulting", "consulted", "reviewed", "decided", "published"]


class PolicyState(Value):
    """The fold of a policy's events. ``review`` and ``decision`` are of the draft as it stands."""

    id: PolicyId = PolicyId("")
    title_zh: str = ""
    title_en: str = ""
    division: str = ""
    purpose: str = ""
    stage: Stage = "none"
    versions: tuple[RuleVersion, ...] = ()
    research: tuple[Research, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    comments: tuple[Comment, ...] = ()
    review: LegalityReview | None = None
    decision: CollectiveDecision | None = None
    pilots: tuple[Pilot, ...] = ()
    """The last one is the one that may still run."""
    document: str = ""
    published_on: date | None = None

    @property
    def reviewed(self) -> bool:
        """Whether the draft as it stands passed the legality review."""
        return self.review is not None and self.review.passed

    @property
    def decided(self) -> bool:
        """Whether the draft as it stands was approved together."""
        return self.decision is not None and self.decision.result == "approved"

    @property
    def running(self) -> Pilot | None:
        """The pilot that has neither been promoted nor closed."""
        return self.pilots[-1] if self.pilots and not self.pilots[-1].end else None


NO_POLICY = PolicyState()


def evolve(state: PolicyState, event: PolicyEvent) -> PolicyState:
    """Return the state after the event. Each group's match is exhaustive."""
    return _EVOLVE[type(event)](state, event)


def fold(events: Iterable[PolicyEvent], state: PolicyState = NO_POLICY) -> PolicyState:
    """Return the state after all the events, in order."""
    for event in events:
        state = evolve(state, event)
    return state


def _draft(state: PolicyState, event: DraftingEvent) -> PolicyState:
    match event:
        case PolicyDrafted():
            return PolicyState(
                id=event.policy_id,
                title_zh=event.title_zh,
                title_en=event.title_en,
                division=event.division,
                purpose=event.purpose,
                stage="draft",
                versions=event.versions,
            )
        case DraftRevised():
            stage = "consulted" if state.stage in ("reviewed", "decided") else state.stage
            return replace(state, versions=event.versions, stage=stage, review=None, decision=None)
        case ResearchRecorded():
            return replace(state, research=(*state.research, event.research))
        case ConsultationOpened():
            return replace(state, stage="consulting", consultations=(*state.consultations, event.consultation))
        case CommentReceived():
            comment = Comment(event.number, event.direction, event.post, event.text, event.of)
            return replace(state, comments=(*state.comments, comment))
        case CommentAnswered():
            return replace(state, comments=_answered(state.comments, event.number, event.reply))
        case ConsultationClosed():
            return replace(state, stage="consulted")


def _decide(state: PolicyState, event: DecidingEvent) -> PolicyState:
    match event:
        case LegalityReviewed():
            stage = "reviewed" if event.review.passed else "consulted"
            return replace(state, stage=stage, review=event.review, decision=None)
        case CollectivelyDecided():
            stage = "decided" if event.decision.result == "approved" else "reviewed"
            return replace(state, stage=stage, decision=event.decision)
        case PolicyPublished():
            return replace(state, stage="published", document=event.document, published_on=event.published_on)


def _pilot(state: PolicyState, event: PilotEvent) -> PolicyState:
    match event:
        case PilotOpened():
            opened = Pilot(
                id=event.pilot,
                divisions=event.divisions,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
                hypothesis=event.hypothesis,
                versions=event.versions,
            )
            return replace(state, pilots=(*state.pilots, opened))
        case PilotMeasured():
            return _with_pilot(state, measurements=(*state.pilots[-1].measurements, event.measurement))
        case PilotEvaluated():
            return _with_pilot(state, evaluation=event.evaluation)
        case PromotedToNorm():
            published = replace(state, stage="published", document=event.document, published_on=event.promoted_on)
            return _with_pilot(published, end="promoted")
        case PilotClosed():
            return _with_pilot(state, end="closed", reason=event.reason)


def _with_pilot(state: PolicyState, **changed: Any) -> PolicyState:  # noqa: ANN401  fields of a pilot
    return replace(state, pilots=(*state.pilots[:-1], replace(state.pilots[-1], **changed)))


def _answered(comments: tuple[Comment, ...], number: int, reply: Reply) -> tuple[Comment, ...]:
    return tuple(replace(each, reply=reply) if each.number == number else each for each in comments)


_GROUPS: tuple[tuple[Any, Callable[..., PolicyState]], ...] = (
    (DraftingEvent, _draft),
    (DecidingEvent, _decide),
    (PilotEvent, _pilot),
)
_EVOLVE: dict[type, Callable[..., PolicyState]] = {cls: change for group, change in _GROUPS for cls in get_args(group)}
