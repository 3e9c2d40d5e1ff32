"""Calculators of amounts: each takes its terms from the established values and the rule's parameters.

Whole fen only: where a permille does not give whole fen, the rest is dropped (floor), term by term. No amount is below
zero.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from domain.errors import InvalidValue
from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule, Band, Calculation, Kind
from domain.rulebook.criteria import FactMissing, Values
from domain.rulebook.evaluate import Parameter

Effect = Literal["top_up", "higher"]
"""What a benefit that is already there does to this one: this one tops it up, or the higher of the two is paid."""

Terms = dict[str, int]
_NOTHING = Fen(0)
_Calculator = Callable[[AmountRule, Values, Parameter, Terms], int]


def calculate(
    rule: AmountRule,
    values: Values,
    parameter: Parameter,
    held: Fen = _NOTHING,
    effect: Effect | None = None,
) -> Calculation:
    """Return the amount in fen (per month; ``one_off``: once) with every term it was made of.

    ``held``: fen per month that another benefit gives; it lowers the amount only where ``effect`` says so, and for both
    effects to what exceeds it: the person then has the higher of the two. ``amount`` is what is left, ``less`` what was
    taken off. Raises FactMissing, and InvalidValue for a fact of the wrong kind, naming the fact.
    """
    terms: Terms = {}
    full = max(0, _CALCULATORS[rule.kind](rule, values, parameter, terms))
    less = min(full, max(0, held)) if effect else 0
    return Calculation(kind=rule.kind, inputs=terms, amount=Fen(full - less), less=Fen(less))


def facts_needed(rule: AmountRule) -> tuple[str, ...]:
    """Return the names of the facts that the amount is made of."""
    match rule.kind:
        case "top_up":
            return ("persons", "monthly_income", *(supplement.fact for supplement in rule.supplements))
        case "banded" | "flat_by_age" | "graded" | "one_off":
            return (rule.fact,)
        case "flat" | "none":
            return ()


def monthly_top_up(standard: Fen, persons: int, income: Fen) -> Fen:
    """Return standard × persons − household monthly income, in fen, never below zero (令649 art. 12)."""
    return Fen(max(0, standard * persons - income))


def _top_up(rule: AmountRule, values: Values, parameter: Parameter, terms: Terms) -> int:
    standard = _scaled(rule, parameter, terms)
    persons, income = _whole(values, "persons", terms), _whole(values, "monthly_income", terms)
    gap = monthly_top_up(Fen(standard), persons, Fen(income))
    return gap + _supplements(rule, values, standard, terms) if gap and rule.supplements else gap


def _supplements(rule: AmountRule, values: Values, standard: int, terms: Terms) -> int:
    """分类施保 is for those who receive the benefit (令649 art. 12), so it never opens one."""
    return sum(
        standard * _whole(values, supplement.fact, terms) * supplement.permille // 1000
        for supplement in rule.supplements
    )


def _banded(rule: AmountRule, values: Values, parameter: Parameter, terms: Terms) -> int:  # noqa: ARG001  calculators are called alike
    return _in_band(rule.bands, _whole(values, rule.fact, terms))


def _flat(rule: AmountRule, values: Values, parameter: Parameter, terms: Terms) -> int:  # noqa: ARG001  calculators are called alike
    return _scaled(rule, parameter, terms)


def _graded(rule: AmountRule, values: Values, parameter: Parameter, terms: Terms) -> int:
    grade = _found(values, rule.fact)
    if not isinstance(grade, str) or grade not in rule.grades:
        raise InvalidValue(f"facts.{rule.fact}")
    terms[f"{rule.fact}.{grade}"] = rule.grades[grade]
    return rule.grades[grade] + (_scaled(rule, parameter, terms) if rule.parameter else 0)


def _one_off(rule: AmountRule, values: Values, parameter: Parameter, terms: Terms) -> int:
    asked = _whole(values, rule.fact, terms)
    return min(asked, _scaled(rule, parameter, terms)) if rule.parameter else asked


def _none(rule: AmountRule, values: Values, parameter: Parameter, terms: Terms) -> int:  # noqa: ARG001  calculators are called alike
    return 0


_CALCULATORS: Mapping[Kind, _Calculator] = {
    "top_up": _top_up,
    "banded": _banded,
    "flat": _flat,
    "flat_by_age": _banded,
    "graded": _graded,
    "one_off": _one_off,
    "none": _none,
}


def _scaled(rule: AmountRule, parameter: Parameter, terms: Terms) -> int:
    """Parameter × permille / 1000, floor."""
    terms[rule.parameter] = parameter(rule.parameter)
    return terms[rule.parameter] * rule.permille // 1000


def _in_band(bands: tuple[Band, ...], value: int) -> int:
    reached = [band for band in bands if band.start <= value]
    return max(reached, key=lambda band: band.start).amount if reached else 0


def _whole(values: Values, fact: str, terms: Terms) -> int:
    """Return a whole number, kept among the terms. A flag is no number, although Python counts it as one."""
    value = _found(values, fact)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"facts.{fact}")
    terms[fact] = value
    return value


def _found(values: Values, fact: str) -> bool | int | str:
    if fact not in values:
        raise FactMissing(fact)
    return values[fact]
