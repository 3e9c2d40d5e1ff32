"""合法性审核、集体讨论决定、公布: a rule version comes into force by a published policy, and by nothing else."""

from datetime import date

from msgspec.structs import replace

from domain.errors import InvalidValue
from domain.kernel import Command
from domain.policy.action import Outcome, PolicyAction
from domain.policy.enacting import enact
from domain.policy.events import CollectivelyDecided, LegalityReviewed, PolicyPublished
from domain.policy.guards import PolicyFacts, answers_for, in_stage, ready, without_pilot, written
from domain.policy.parts import CollectiveDecision, LegalityReview, Verdict
from domain.policy.refusals import LegalityReviewMissing
from domain.policy.state import PolicyState

_FEWEST = 2
"""One alone does not decide together."""


class ReviewLegality(Command):
    """``opinion``: the written opinion of the review."""

    passed: bool
    opinion: str


class DecideCollectively(Command):
    """``participants``: how many took part in the meeting."""

    meeting: str
    held_on: date
    participants: int
    result: Verdict


class PublishPolicy(Command):
    """``document``: the number of the document 发文字号."""

    document: str


def review(state: PolicyState, command: ReviewLegality, facts: PolicyFacts) -> Outcome:
    """Judge the draft as it stands, after the consultation."""
    reviewed = LegalityReview(passed=command.passed, opinion=command.opinion)
    if state.review == reviewed:
        return []
    answers_for(state, "review_legality", facts)
    in_stage(state, "review_legality", "consulted")
    written(opinion=command.opinion)
    return [LegalityReviewed(review=reviewed)]


def decide(state: PolicyState, command: DecideCollectively, facts: PolicyFacts) -> Outcome:
    """Keep what the meeting decided on a draft that passed its review."""
    decided = CollectiveDecision(command.meeting, command.held_on, command.participants, command.result)
    if state.decision == decided:
        return []
    answers_for(state, "decide_collectively", facts)
    if state.stage in ("draft", "consulting", "consulted"):
        raise LegalityReviewMissing(state.stage)
    in_stage(state, "decide_collectively", "reviewed")
    written(meeting=command.meeting)
    if command.participants < _FEWEST:
        raise InvalidValue("participants")
    if command.held_on > facts.today:
        raise InvalidValue("held_on")
    return [CollectivelyDecided(decision=decided)]


def publish(state: PolicyState, command: PublishPolicy, facts: PolicyFacts) -> Outcome:
    """Put the draft's rules into force, each by its own dates; what they replace ends."""
    if state.stage == "published" and state.document == command.document:
        return []
    answers_for(state, "publish_policy", facts)
    ready(state)
    in_stage(state, "publish_policy", "decided")
    without_pilot(state)
    written(document=command.document)
    enacted = enact((replace(version, policy=state.id) for version in state.versions), facts)
    published = PolicyPublished(
        document=command.document, published_on=facts.today, versions=enacted.versions, ended=enacted.ended
    )
    return [published, *enacted.events]


ACTIONS = (
    PolicyAction("review_legality", ReviewLegality, review, "合法性审核", "Review the legality", "legal_reviewer"),
    PolicyAction(
        "decide_collectively", DecideCollectively, decide, "集体讨论决定", "Decide collectively", "bureau_leader"
    ),
    PolicyAction("publish_policy", PublishPolicy, publish, "公布", "Publish", "policy_officer"),
)
