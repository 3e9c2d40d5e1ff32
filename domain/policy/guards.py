"""What acts on a policy have in common: what a decision may know, and what stands before it."""

from datetime import date

from domain.authority.posts import covers
from domain.authority.powers import PowerItem
from domain.calendar import civil_day
from domain.cases.facts import Act
from domain.errors import InvalidValue, NoAuthority, ReasonMissing, WrongOrder
from domain.kernel import Value
from domain.policy.parts import Pilot, PolicyId
from domain.policy.refusals import DecisionMissing, LegalityReviewMissing, NoPilot, PilotRunning
from domain.policy.state import PolicyState, Stage
from domain.rulebook.book import Rulebook
from domain.rulebook.faults import Vocabulary


class PolicyFacts(Value):
    """Facts for one decision. The handler keeps the versions of the streams; the append asserts them."""

    act: Act
    rulebook: Rulebook
    powers: tuple[PowerItem, ...]
    words: Vocabulary
    """What rules may name: actions, stages, events of cases."""
    new_policy_id: PolicyId = PolicyId("")

    @property
    def today(self) -> date:
        """The civil date (Asia/Shanghai) on which the act happened."""
        return civil_day(self.act.occurred_at)


def in_stage(state: PolicyState, action: str, *stages: Stage) -> None:
    """Raise WrongOrder unless the policy is in one of the stages."""
    if state.stage not in stages:
        raise WrongOrder(f"{action}: {state.stage}")


def answers_for(state: PolicyState, action: str, facts: PolicyFacts) -> None:
    """Raise NoAuthority unless the post's division is the policy's, or above it."""
    if not covers(facts.act.post, state.division):
        raise NoAuthority(action)


def written(**texts: str) -> None:
    """Raise InvalidValue for a text that is empty, naming the field."""
    for field, text in texts.items():
        if not text.strip():
            raise InvalidValue(field)


def reasoned(text: str) -> None:
    """Raise ReasonMissing for an empty reason."""
    if not text.strip():
        raise ReasonMissing


def ready(state: PolicyState) -> None:
    """A rule comes into force only after review and decision. Raises LegalityReviewMissing or DecisionMissing."""
    if not state.reviewed:
        raise LegalityReviewMissing(state.stage)
    if not state.decided:
        raise DecisionMissing(state.stage)


def without_pilot(state: PolicyState) -> None:
    """Raise PilotRunning while a pilot runs."""
    if state.running is not None:
        raise PilotRunning(state.running.id)


def running_pilot(state: PolicyState) -> Pilot:
    """Return the pilot that runs. Raises NoPilot."""
    if state.running is None:
        raise NoPilot
    return state.running
