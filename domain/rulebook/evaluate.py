"""Evaluating criteria: one line for each, with the value found and the value it was held against."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.errors import InvalidValue
from domain.rulebook.criteria import Comparison, Criterion, FactMissing, FactValue, Line, Values
from domain.rulebook.rules import RuleVersion

Parameter = Callable[[str], int]
"""Gives a rule's parameter by name. Raises RuleFault for one that the rule does not have."""

_THOUSAND = 1000
_ORDERED: Mapping[Comparison, Callable[[int | str, int | str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
"""Dates are ISO text, so their order is that of the text."""


class RuleFault(ValueError):
    """Rule data that cannot be evaluated: a fault of the data, never of a case. Names the criterion or parameter."""


def parameter_of(rule: RuleVersion, urban: bool | None) -> Parameter:  # noqa: FBT001  (the class of a division, as it is)
    """Return what gives the rule's parameters, in the unit of each.

    ``urban``: the class of the case's division, None when it is not known; a parameter with two tracks then has its
    undivided value, if there is one.
    """
    known = {"standard": int(rule.standard), **rule.parameters}
    if urban is not None:
        known |= {track.parameter: track.urban if urban else track.rural for track in rule.tracks}

    def parameter(name: str) -> int:
        if name not in known:
            raise RuleFault(f"rule {rule.id} has no parameter {name!r}")
        return known[name]

    return parameter


class Measure(NamedTuple):
    """A criterion with what it holds a value against, the same as text, and an integer times permille."""

    criterion: Criterion
    fact: str
    against: FactValue | tuple[str, ...]
    text: str
    scaled: int


def measures_of(criteria: Iterable[Criterion], parameter: Parameter) -> tuple[Measure, ...]:
    """Return what the criteria hold values against. Raises RuleFault."""
    return tuple(_measure(criterion, parameter) for criterion in criteria)


def evaluate(criteria: Iterable[Criterion], values: Values, parameter: Parameter) -> tuple[Line, ...]:
    """Return a line for each criterion, in their order. Raises as ``evaluate_measured``, and RuleFault."""
    return evaluate_measured(measures_of(criteria, parameter), values)


def evaluate_measured(measures: Iterable[Measure], values: Values) -> tuple[Line, ...]:
    """Return a line for each criterion, in their order.

    Raises FactMissing naming the facts that are needed and absent: in a group, only while no line of it passes.
    Raises InvalidValue for a fact of another kind than what it is compared with, naming the fact.
    """
    lines = tuple([_line(measure, values.get(measure.fact)) for measure in measures])
    unknown = [line for line in lines if line.fact not in values]
    if unknown:
        met = {line.group for line in lines if line.group and line.passed}
        missing = dict.fromkeys(line.fact for line in unknown if line.group not in met)
        if missing:
            raise FactMissing(", ".join(missing))
    return lines


def evaluate_known(criteria: Iterable[Criterion], values: Values, parameter: Parameter) -> tuple[Line, ...]:
    """Return a line for each criterion as far as it can be judged: without its fact it fails, with nothing found.

    For refusals, which may rest on one line while others were never looked into. Raises InvalidValue.
    """
    return tuple(_line(measure, values.get(measure.fact)) for measure in measures_of(criteria, parameter))


def passed(lines: Sequence[Line]) -> bool:
    """Tell whether every line without a group passes, and one line of every group."""
    failed = [line for line in lines if not line.passed]
    if not failed:
        return True
    met = {line.group for line in lines if line.passed}
    return all(line.group and line.group in met for line in failed)


def _line(measure: Measure, found: FactValue | None) -> Line:
    criterion, passes = measure.criterion, found is not None and _holds(measure, found)
    text = "" if found is None else _text(found)
    return Line(
        criterion.id, measure.fact, criterion.op, measure.text, passes, criterion.citation, text, criterion.group
    )


def _measure(criterion: Criterion, parameter: Parameter) -> Measure:
    against, permille = _against(criterion, parameter)
    scaled = against * permille if isinstance(against, int) else 0
    return Measure(criterion, criterion.fact, against, _text(against, permille), scaled)


def _against(criterion: Criterion, parameter: Parameter) -> tuple[FactValue | tuple[str, ...], int]:
    """The value and the permille of it. Raises RuleFault where the operator cannot take the value."""
    value, permille = criterion.value, _THOUSAND
    if value is None:
        value, permille = parameter(criterion.parameter), criterion.permille
    several = criterion.op in {"in", "not_in"}
    if isinstance(value, tuple) != several or (isinstance(value, bool) and criterion.op not in {"==", "!="}):
        raise RuleFault(f"criterion {criterion.id}: {criterion.op} cannot take its value")
    return value, permille


def _holds(measure: Measure, found: FactValue) -> bool:
    """Compare what is of one kind; ints exactly, without rounding the product. Raises InvalidValue."""
    criterion, against = measure.criterion, measure.against
    if isinstance(against, tuple):
        if not isinstance(found, str):
            raise InvalidValue(f"facts.{criterion.fact}")
        return (found in against) == (criterion.op == "in")
    if type(found) is not type(against):
        raise InvalidValue(f"facts.{criterion.fact}")
    compare = _ORDERED[criterion.op]
    return compare(found * _THOUSAND, measure.scaled) if isinstance(found, int) else compare(found, against)


def _text(value: FactValue | tuple[str, ...], permille: int = _THOUSAND) -> str:
    """The value in full, a parameter times permille / 1000 to its last digit."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str) or permille == _THOUSAND:
        return str(value)
    whole, rest = divmod(value * permille, _THOUSAND)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)
