"""试点: the draft's rules in named divisions and dates; measured, evaluated, promoted to a norm or closed."""

from datetime import date, timedelta

from msgspec.structs import replace

from domain.bureau_events import RuleVersionPublished
from domain.divisions import division_prefix, is_within
from domain.errors import InvalidValue
from domain.kernel import Command
from domain.policy.action import Outcome, PolicyAction
from domain.policy.enacting import enact
from domain.policy.events import PilotClosed, PilotEvaluated, PilotMeasured, PilotOpened, PromotedToNorm
from domain.policy.guards import (
    PolicyFacts,
    answers_for,
    in_stage,
    ready,
    reasoned,
    running_pilot,
    without_pilot,
    written,
)
from domain.policy.parts import Evaluation, Figure, Measurement, Pilot, Recommendation
from domain.policy.refusals import PilotNotCited, PilotNotEvaluated, PilotNotMeasured
from domain.policy.state import PolicyState
from domain.rulebook.rules import RuleVersion


class OpenPilot(Command):
    """Dates: from ``valid_from`` up to and without ``valid_to``. ``hypothesis``: what it is to show."""

    divisions: tuple[str, ...]
    valid_from: date
    valid_to: date
    hypothesis: str


class MeasurePilot(Command):
    """From ``since`` to ``until``, both included, within the pilot's dates."""

    since: date
    until: date
    figures: tuple[Figure, ...]


class EvaluatePilot(Command):
    """``summary``: what was shown, and whether the hypothesis held."""

    recommendation: Recommendation
    summary: str


class PromotePilot(Command):
    """``document``: the number of the document 发文字号 of the norm."""

    document: str


class ClosePilot(Command):
    """``reason``: why it does not become a norm."""

    reason: str


def open_pilot(state: PolicyState, command: OpenPilot, facts: PolicyFacts) -> Outcome:
    """Put the draft's rules into force in the named divisions and dates, and nowhere else."""
    if state.running is not None and _same(state.running, command):
        return []
    answers_for(state, "open_pilot", facts)
    ready(state)
    in_stage(state, "open_pilot", "decided")
    without_pilot(state)
    written(hypothesis=command.hypothesis)
    pilot = f"{state.id}-{len(state.pilots) + 1}"
    tried = (_tried(version, division, pilot, command) for version in state.versions for division in command.divisions)
    enacted = enact((replace(version, policy=state.id) for version in tried), facts)
    if not enacted.versions:
        raise InvalidValue("divisions")
    opened = PilotOpened(
        pilot=pilot,
        divisions=command.divisions,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        hypothesis=command.hypothesis,
        versions=enacted.versions,
    )
    return [opened, *enacted.events]


def measure(state: PolicyState, command: MeasurePilot, facts: PolicyFacts) -> Outcome:
    """Keep figures of a period of the pilot, before and after."""
    pilot = running_pilot(state)
    measurement = Measurement(since=command.since, until=command.until, figures=command.figures)
    if measurement in pilot.measurements:
        return []
    answers_for(state, "measure_pilot", facts)
    if not pilot.valid_from <= command.since <= command.until < pilot.valid_to or command.until > facts.today:
        raise InvalidValue("since, until")
    if not command.figures:
        raise InvalidValue("figures")
    return [PilotMeasured(pilot=pilot.id, measurement=measurement)]


def evaluate(state: PolicyState, command: EvaluatePilot, facts: PolicyFacts) -> Outcome:
    """Judge the pilot by its figures."""
    pilot = running_pilot(state)
    evaluation = Evaluation(recommendation=command.recommendation, summary=command.summary)
    if pilot.evaluation == evaluation:
        return []
    answers_for(state, "evaluate_pilot", facts)
    if not pilot.measurements:
        raise PilotNotMeasured(pilot.id)
    written(summary=command.summary)
    return [PilotEvaluated(pilot=pilot.id, evaluation=evaluation)]


def promote(state: PolicyState, command: PromotePilot, facts: PolicyFacts) -> Outcome:
    """Put the draft's rules into force for all: revised to cite the pilot, so reviewed and decided after it."""
    if state.stage == "published" and state.document == command.document:
        return []
    answers_for(state, "promote_pilot", facts)
    pilot = running_pilot(state)
    if pilot.evaluation is None:
        raise PilotNotEvaluated(pilot.id)
    if any(version.cites_pilot != pilot.id for version in state.versions):
        raise PilotNotCited(pilot.id)
    ready(state)
    written(document=command.document)
    enacted = enact((replace(version, policy=state.id) for version in state.versions), facts)
    norm = PromotedToNorm(
        pilot=pilot.id,
        document=command.document,
        promoted_on=facts.today,
        versions=enacted.versions,
        ended=enacted.ended,
    )
    return [norm, *enacted.events]


def close(state: PolicyState, command: ClosePilot, facts: PolicyFacts) -> Outcome:
    """End the pilot, and its rules with the day; what was decided under them stands."""
    if state.pilots and state.pilots[-1].end == "closed" and state.pilots[-1].reason == command.reason:
        return []
    answers_for(state, "close_pilot", facts)
    pilot = running_pilot(state)
    reasoned(command.reason)
    ends = max(pilot.valid_from, facts.today + timedelta(days=1))
    shortened = [] if pilot.valid_to <= ends else [facts.rulebook.by_id[each] for each in pilot.versions]
    closed = PilotClosed(pilot=pilot.id, closed_on=facts.today, reason=command.reason)
    return [closed, *(RuleVersionPublished(version=replace(version, valid_to=ends)) for version in shortened)]


def _tried(version: RuleVersion, division: str, pilot: str, command: OpenPilot) -> RuleVersion:
    """The rule as it holds in one division of the pilot. Raises InvalidValue outside the rule's region."""
    prefix = division_prefix(division)
    if not is_within(division, version.region) or prefix == division_prefix(version.region):
        raise InvalidValue("divisions")
    return replace(
        version,
        id=f"{version.id}@{pilot}@{prefix}",
        region=prefix,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        pilot=pilot,
        cites_pilot="",
    )


def _same(pilot: Pilot, command: OpenPilot) -> bool:
    asked = command.divisions, command.valid_from, command.valid_to, command.hypothesis
    return (pilot.divisions, pilot.valid_from, pilot.valid_to, pilot.hypothesis) == asked


ACTIONS = (
    PolicyAction("open_pilot", OpenPilot, open_pilot, "开展试点", "Open a pilot", "policy_officer"),
    PolicyAction("measure_pilot", MeasurePilot, measure, "记录试点监测", "Measure the pilot", "policy_officer"),
    PolicyAction("evaluate_pilot", EvaluatePilot, evaluate, "评估试点", "Evaluate the pilot", "policy_officer"),
    PolicyAction("promote_pilot", PromotePilot, promote, "上升为规范", "Promote to a norm", "policy_officer"),
    PolicyAction("close_pilot", ClosePilot, close, "终止试点", "Close the pilot", "policy_officer"),
)
