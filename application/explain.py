"""Explaining a decision: by which rule, on which values, under whose power, with which duties. Computes it again."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import cast

from application.bureau import Bureau
from application.explanation import (
    AmountTold,
    AuthorityTold,
    CaseTold,
    DecisionTold,
    DutyTold,
    Explanation,
    LineTold,
    RuleTold,
)
from domain.cases.events import CaseEvent
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.evolve import fold
from domain.cases.parts import Duty
from domain.cases.state import CaseState
from domain.divisions import settlement
from domain.errors import InvalidValue, NoRule, Refused
from domain.kernel import Meta, PostId, Recorded, Value
from domain.rulebook.amounts import Calculation
from domain.rulebook.calculate import calculate
from domain.rulebook.criteria import Criterion, FactMissing, FactValue, Line
from domain.rulebook.evaluate import Parameter, RuleFault, evaluate_known, parameter_of
from domain.rulebook.rules import RuleVersion

_CANNOT = (FactMissing, InvalidValue, RuleFault)
"""What was stored does not fit the rule version as it is published now: then nothing can be said to be the same."""


class NotDecided(Refused):
    """There is no decision to explain yet."""

    code = "NOT_DECIDED"
    zh = "该案卷尚未作出决定"
    en = "The case has not been decided yet"


class _Kept(Value):
    """What a decision's event kept, in one shape for both results."""

    decision: DecisionTold
    rule: str
    values: dict[str, FactValue]
    criteria: tuple[Line, ...]
    calculation: Calculation | None = None


def explain(history: Iterable[Recorded], bureau: Bureau) -> Explanation:
    """Explain the last decision of a case. Raises NotDecided; NoRule for a version that the rulebook does not have."""
    steps = list(history)
    made = next((each for each in reversed(steps) if isinstance(each.event, Confirmed | CaseRefused)), None)
    if made is None:
        raise NotDecided
    case = _folded(each for each in steps if each.seq < made.seq)
    kept = _kept(made, case)
    rule = bureau.rulebook.by_id.get(kept.rule)
    if rule is None:
        raise NoRule(kept.rule)
    place = settlement(case.division)
    parameter = parameter_of(rule, None if place is None else place == "urban")
    criteria, calculation = _lines(kept, rule, parameter), _amount(kept, rule, parameter)
    return Explanation(
        case=CaseTold(case.id, case.number, case.matter, case.division),
        decision=kept.decision,
        rule=_rule_told(rule),
        authority=_authority(made.meta, bureau),
        values=kept.values,
        criteria=criteria,
        calculation=calculation,
        duties=_duties(steps, rule),
        same=all(line.same for line in criteria) and (calculation is None or calculation.same),
    )


def _folded(steps: Iterable[Recorded]) -> CaseState:
    return fold(cast("Iterable[CaseEvent]", (each.event for each in steps)))


def _kept(made: Recorded, case: CaseState) -> _Kept:
    event = made.event
    if isinstance(event, Confirmed):
        return _granted(made.seq, event)
    if isinstance(event, CaseRefused):
        return _Kept(
            decision=DecisionTold(
                made.seq,
                "refuse",
                event.refused_on,
                reason=event.reason,
                basis=event.basis,
                with_posts=event.with_posts,
            ),
            rule=made.meta.rule or case.rule,
            values=event.values,
            criteria=event.criteria,
        )
    raise TypeError(f"{made.type} is not a decision")


def _granted(seq: int, event: Confirmed) -> _Kept:
    decision = DecisionTold(
        seq=seq,
        result="grant",
        on=event.confirmed_on,
        amount=event.amount,
        from_month=event.from_month,
        until=event.until,
        with_posts=event.with_posts,
    )
    return _Kept(
        decision=decision,
        rule=event.rule,
        values=event.values if event.calculation else _as_before(event),
        criteria=event.criteria,
        calculation=event.calculation or _top_up(event),
    )


def _as_before(event: Confirmed) -> dict[str, FactValue]:
    """The first decisions kept no values but the figures of their top-up."""
    return {"persons": event.persons, "monthly_income": event.monthly_income}


def _top_up(event: Confirmed) -> Calculation:
    terms = {"standard": event.standard, "persons": event.persons, "monthly_income": event.monthly_income}
    return Calculation(kind="top_up", inputs=terms, amount=event.amount)


def _lines(kept: _Kept, rule: RuleVersion, parameter: Parameter) -> tuple[LineTold, ...]:
    """Every criterion that was kept, and what the rule would add to them; a decision that kept none has none."""
    if not kept.criteria:
        return ()
    lines = {line.id: line for line in kept.criteria}
    asked = {criterion.id: criterion for criterion in rule.criteria}
    return tuple(
        _line(asked.get(id_), lines.get(id_), kept.values, parameter) for id_ in dict.fromkeys((*lines, *asked))
    )


def _line(
    criterion: Criterion | None, line: Line | None, values: dict[str, FactValue], parameter: Parameter
) -> LineTold:
    again: Line | None = None
    if criterion:
        with suppress(*_CANNOT):
            (again,) = evaluate_known((criterion,), values, parameter)
    return LineTold(
        zh=criterion.zh if criterion else "",
        en=criterion.en if criterion else "",
        verified=criterion.verified if criterion else False,
        kept=line,
        again=again,
        same=again is not None and again == line,
    )


def _amount(kept: _Kept, rule: RuleVersion, parameter: Parameter) -> AmountTold | None:
    """What another benefit took off is taken as it was kept: what the person held then is not computed again."""
    if kept.calculation is None:
        return None
    again: Calculation | None = None
    less = kept.calculation.less
    with suppress(*_CANNOT):
        again = calculate(rule.amount, kept.values, parameter, less, "top_up" if less else None)
    same = again == kept.calculation and again.amount == kept.decision.amount
    return AmountTold(basis=rule.amount.basis, kept=kept.calculation, again=again, same=same)


def _rule_told(rule: RuleVersion) -> RuleTold:
    return RuleTold(**{field: getattr(rule, field) for field in RuleTold.__struct_fields__})


def _authority(meta: Meta, bureau: Bureau) -> AuthorityTold:
    power, grant = (meta.authority.power, meta.authority.grant) if meta.authority else ("", "")
    return AuthorityTold(
        post=PostId(meta.post),
        organ=meta.organ,
        power=power,
        grant=grant,
        in_name_of=meta.authority.in_name_of if meta.authority else "",
        item=bureau.register.items.get(power),
        granted=bureau.register.grants.get(grant),
    )


def _duties(steps: list[Recorded], rule: RuleVersion) -> tuple[DutyTold, ...]:
    """All duties of the case up to now, in the order of their due moments."""
    case = _folded(steps)
    ended: dict[str, datetime] = {}
    for recorded in steps:
        for move in getattr(recorded.event, "moves", ()):
            if move.to in ("met", "dropped"):
                ended[move.what] = recorded.meta.occurred_at
            elif move.to == "started":
                ended.pop(move.what, None)
    told = [_duty(duty, rule, ended.get(duty.what)) for duty in case.duties.values()]
    return tuple(sorted(told, key=lambda each: (each.duty.due_at, each.duty.what)))


def _duty(duty: Duty, rule: RuleVersion, ended_at: datetime | None) -> DutyTold:
    asked = rule.duties.get(duty.what)
    return DutyTold(
        duty=duty, zh=asked.zh if asked else duty.what, en=asked.en if asked else duty.what, ended_at=ended_at
    )
