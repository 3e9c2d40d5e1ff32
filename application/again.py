"""What an event kept of criteria and amount, computed again from the values it kept, by the rule version it names."""

from contextlib import suppress
from typing import NamedTuple

from application.explanation import AmountTold, LineTold
from domain.errors import InvalidValue
from domain.kernel import Fen
from domain.rulebook.amounts import Calculation
from domain.rulebook.calculate import calculate
from domain.rulebook.criteria import Criterion, FactMissing, FactValue, Line
from domain.rulebook.evaluate import Parameter, RuleFault, evaluate_known
from domain.rulebook.rules import RuleVersion

_CANNOT = (FactMissing, InvalidValue, RuleFault)
"""What was stored does not fit the rule version as it is published now: then nothing can be said to be the same."""


class Kept(NamedTuple):
    """What an event kept: the values it used, the criteria as judged, the amount (fen) as made."""

    values: dict[str, FactValue]
    criteria: tuple[Line, ...]
    calculation: Calculation | None = None
    amount: Fen = Fen(0)


class Measured(NamedTuple):
    """A rule version with its parameters where the case is."""

    rule: RuleVersion
    parameter: Parameter


def lines_again(kept: Kept, by: Measured) -> tuple[LineTold, ...]:
    """Every criterion that was kept, and what the rule would add to them; an event that kept none has none."""
    if not kept.criteria:
        return ()
    lines = {line.id: line for line in kept.criteria}
    asked = {criterion.id: criterion for criterion in by.rule.criteria}
    names = dict.fromkeys((*lines, *asked))
    return tuple(_line(asked.get(name), lines.get(name), kept.values, by.parameter) for name in names)


def amount_again(kept: Kept, by: Measured) -> AmountTold | None:
    """What another benefit took off is taken as it was kept: what the person held then is not computed again."""
    if kept.calculation is None:
        return None
    again: Calculation | None = None
    less = kept.calculation.less
    with suppress(*_CANNOT):
        again = calculate(by.rule.amount, kept.values, by.parameter, less, "top_up" if less else None)
    same = again == kept.calculation and again.amount == kept.amount
    return AmountTold(basis=by.rule.amount.basis, kept=kept.calculation, again=again, same=same)


def would_give(kept: Kept, by: Measured) -> Fen | None:
    """Return what the kept values give (fen), None where they do not suffice."""
    with suppress(*_CANNOT):
        return calculate(by.rule.amount, kept.values, by.parameter).amount
    return None


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
