"""Whether the steps of a rule lead anywhere: from no case, step after step, to every stage and milestone it names."""

from collections.abc import Iterator

from domain.rulebook.faults import Fault, Outcome, Vocabulary
from domain.rulebook.parts import Step
from domain.rulebook.rules import RuleVersion

_LIMITS = {
    "accept": "accept_case",
    "supply": "request_correction",
    "opinion": "issue_opinion",
    "post": "post_notice",
    "notice": "post_notice",
    "decide": "confirm_case",
    "serve": "serve_decision",
    "publish": "publish_result",
}
"""Limit -> the step that cannot do without it."""
_NONE = Outcome()
_Reached = tuple[set[str], set[str]]
"""Stages and milestones."""


def step_faults(rule: RuleVersion, words: Vocabulary) -> Iterator[Fault]:
    """Yield steps that are not known or cannot be reached, and time limits that are missing or useless."""
    for name in rule.steps:
        if name not in words.actions:
            yield Fault(rule.id, ("steps", name), "UNKNOWN_ACTION", name)
    reached = _reached(rule, words)
    for name, step in rule.steps.items():
        yield from _step_faults(rule, name, step, reached)
        for stage in sorted(set(step.stages) - words.stages):
            yield Fault(rule.id, ("steps", name, "stages"), "UNKNOWN_STAGE", stage)
    yield from _limit_faults(rule)


def duty_faults(rule: RuleVersion, words: Vocabulary) -> Iterator[Fault]:
    """Yield duties whose limit is not there or that name events that never are."""
    for name, duty in rule.duties.items():
        path = ("duties", name)
        if duty.limit not in rule.limits:
            yield Fault(rule.id, (*path, "limit"), "LIMIT_MISSING", duty.limit)
        pauses = [event for pause in duty.pauses for event in (pause.begins, pause.ends)]
        named = {"starts": duty.starts, "ends": duty.ends, "drops": duty.drops, "pauses": pauses}
        for key, events in named.items():
            for event in sorted(set(events) - words.events):
                yield Fault(rule.id, (*path, key), "UNKNOWN_EVENT", event)


def _step_faults(rule: RuleVersion, name: str, step: Step, reached: _Reached) -> Iterator[Fault]:
    """One stage of several is enough: templates name stages that not every matter has."""
    stages, milestones = reached
    if step.stages and stages.isdisjoint(step.stages):
        yield Fault(rule.id, ("steps", name, "stages"), "STEP_UNREACHABLE", ", ".join(step.stages))
    missing = [milestone for milestone in step.after if milestone not in milestones]
    if missing:
        yield Fault(rule.id, ("steps", name, "after"), "STEP_UNREACHABLE", ", ".join(missing))


def _reached(rule: RuleVersion, words: Vocabulary) -> _Reached:
    """Stages and milestones that can be reached at all; each step that opens may open others."""
    stages, milestones = {"none"}, set[str]()
    waiting = dict(rule.steps)
    while opened := [name for name, step in waiting.items() if _opens(step, stages, milestones)]:
        for name in opened:
            del waiting[name]
            outcome = words.actions.get(name, _NONE)
            stages.update(outcome.stages)
            milestones.update(outcome.milestones)
    return stages, milestones


def _opens(step: Step, stages: set[str], milestones: set[str]) -> bool:
    return (not step.stages or bool(stages.intersection(step.stages))) and milestones.issuperset(step.after)


def _limit_faults(rule: RuleVersion) -> Iterator[Fault]:
    for limit, step in _LIMITS.items():
        if step in rule.steps and limit not in rule.limits:
            yield Fault(rule.id, ("limits", limit), "LIMIT_MISSING", step)
    used = {duty.limit for duty in rule.duties.values()} | set(_LIMITS)
    for limit in rule.limits:
        if limit not in used:
            yield Fault(rule.id, ("limits", limit), "LIMIT_UNUSED", limit)
