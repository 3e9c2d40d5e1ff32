"""Explaining a decision: by which rule, on which values, under whose power, with which duties. Computes it again."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, cast

from application.again import Kept, Measured, amount_again, lines_again, would_give
from application.bureau import Bureau
from application.explanation import (
    REFUSED_THOUGH_ELIGIBLE,
    AmountTold,
    AuthorityTold,
    CaseTold,
    ChangeTold,
    DecisionTold,
    DutyTold,
    Explanation,
    LineTold,
    Remark,
    RuleTold,
)
from domain.calendar import civil_day
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantIncreased, GrantReduced
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.evolve import fold
from domain.cases.parts import Duty
from domain.cases.state import CaseState
from domain.divisions import settlement
from domain.errors import NoRule, Refused
from domain.kernel import Meta, PostId, Recorded
from domain.personal import erased_by
from domain.rulebook.amounts import Calculation
from domain.rulebook.criteria import FactValue
from domain.rulebook.evaluate import parameter_of, passed
from domain.rulebook.rules import RuleVersion


class NotDecided(Refused):
    """There is no decision to explain yet."""

    code = "NOT_DECIDED"
    zh = "该案卷尚未作出决定"
    en = "The case has not been decided yet"


class DecisionErased(Refused):
    """The values that the decision rests on were erased with the person: it cannot be computed again, by anybody."""

    code = "DECISION_ERASED"
    zh = "该决定所依据的个人信息已依法抹除，不能再复算"
    en = "What the decision rests on was erased by law: it cannot be computed again"
    basis = "《个人信息保护法》第四十七条"


class _Made(NamedTuple):
    """A decision, with the rule version it names and what its event kept, in one shape for both results."""

    decision: DecisionTold
    rule: str
    kept: Kept


def explain(history: Iterable[Recorded], bureau: Bureau) -> Explanation:
    """Explain the last decision of a case, and each change of its amount since.

    Raises NotDecided; DecisionErased; NoRule for a version that the rulebook does not have.
    """
    steps = list(history)
    recorded = next((each for each in reversed(steps) if isinstance(each.event, Confirmed | CaseRefused)), None)
    if recorded is None:
        raise NotDecided
    case = _folded(each for each in steps if each.seq < recorded.seq)
    made = _made(recorded, case)
    _require_values(made.kept)
    by = _measured(made.rule, case, bureau)
    criteria, calculation = lines_again(made.kept, by), amount_again(made.kept, by)
    later = [
        each for each in steps if each.seq > recorded.seq and isinstance(each.event, GrantIncreased | GrantReduced)
    ]
    changes = tuple(_change(steps, each, made.rule, bureau) for each in later)
    return Explanation(
        case=CaseTold(case.id, case.number, case.matter, case.division),
        decision=made.decision,
        rule=_rule_told(by.rule),
        authority=_authority(recorded.meta, bureau),
        values=made.kept.values,
        criteria=criteria,
        calculation=calculation,
        duties=_duties(steps, by.rule),
        same=_all_same(criteria, calculation) and all(change.same for change in changes),
        changes=changes,
        remarks=_remarks(made, by),
    )


def _require_values(kept: Kept) -> None:
    if erased_by(kept.values) or any(erased_by(line.found) for line in kept.criteria):
        raise DecisionErased


def _folded(steps: Iterable[Recorded]) -> CaseState:
    return fold(cast("Iterable[CaseEvent]", (each.event for each in steps)))


def _measured(rule_id: str, case: CaseState, bureau: Bureau) -> Measured:
    rule = bureau.rulebook.by_id.get(rule_id)
    if rule is None:
        raise NoRule(rule_id)
    place = settlement(case.division)
    return Measured(rule, parameter_of(rule, None if place is None else place == "urban"))


def _made(recorded: Recorded, case: CaseState) -> _Made:
    event = recorded.event
    if isinstance(event, Confirmed):
        return _granted(recorded.seq, event)
    if isinstance(event, CaseRefused):
        decision = DecisionTold(
            recorded.seq,
            "refuse",
            event.refused_on,
            reason=event.reason,
            basis=event.basis,
            with_posts=event.with_posts,
        )
        return _Made(decision, recorded.meta.rule or case.rule, Kept(event.values, event.criteria))
    raise TypeError(f"{recorded.type} is not a decision")


def _granted(seq: int, event: Confirmed) -> _Made:
    """The first decisions kept no values but the figures of their top-up."""
    decision = DecisionTold(
        seq=seq,
        result="grant",
        on=event.confirmed_on,
        amount=event.amount,
        from_month=event.from_month,
        until=event.until,
        with_posts=event.with_posts,
    )
    first = {"persons": event.persons, "monthly_income": event.monthly_income}
    values: dict[str, FactValue] = event.values if event.calculation else {**first}
    calculation = event.calculation or _top_up(event)
    return _Made(decision, event.rule, Kept(values, event.criteria, calculation, event.amount))


def _top_up(event: Confirmed) -> Calculation:
    terms = {"standard": event.standard, "persons": event.persons, "monthly_income": event.monthly_income}
    return Calculation(kind="top_up", inputs=terms, amount=event.amount)


def _change(steps: list[Recorded], changed: Recorded, rule: str, bureau: Bureau) -> ChangeTold:
    """By the rule of the decision, in the division that the case was in by then."""
    event = cast("GrantIncreased | GrantReduced", changed.event)
    by = _measured(changed.meta.rule or rule, _folded(each for each in steps if each.seq < changed.seq), bureau)
    kept = Kept(event.values, event.criteria, event.calculation, event.amount)
    criteria, calculation = lines_again(kept, by), amount_again(kept, by)
    return ChangeTold(
        seq=changed.seq,
        to="increased" if isinstance(event, GrantIncreased) else "reduced",
        on=civil_day(changed.meta.occurred_at),
        from_month=event.from_month,
        before=event.before,
        amount=event.amount,
        reason=event.reason,
        authority=_authority(changed.meta, bureau),
        values=event.values,
        criteria=criteria,
        calculation=calculation,
        same=_all_same(criteria, calculation),
    )


def _all_same(criteria: tuple[LineTold, ...], calculation: AmountTold | None) -> bool:
    return all(line.same for line in criteria) and (calculation is None or calculation.same)


def _remarks(made: _Made, by: Measured) -> tuple[Remark, ...]:
    """A refusal that no criterion carries, nor an amount of nothing, is said to be one."""
    kept = made.kept
    if made.decision.result != "refuse" or not kept.criteria or not passed(kept.criteria):
        return ()
    nothing = by.rule.amount.kind != "none" and would_give(kept, by) == 0
    return () if nothing else (REFUSED_THOUGH_ELIGIBLE,)


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
