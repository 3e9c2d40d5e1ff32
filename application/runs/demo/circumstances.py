"""The circumstances of a case: such that it meets the rule's criteria, or misses one of them, by the rule alone."""

import random
from datetime import date
from typing import NamedTuple

from application.runs.demo.likely import Facts, candidates, with_linked
from domain.calendar import add_months
from domain.kernel import Fen, Value
from domain.rulebook.calculate import calculate, facts_needed
from domain.rulebook.criteria import Criterion, FactValue, Values
from domain.rulebook.evaluate import Parameter, evaluate_known, parameter_of, passed
from domain.rulebook.rules import RuleVersion

_TRIES, _USUAL = 30, 0.6
_OLDEST, _OLDER = 95, 5
"""A person is up to four years older than was asked for, and grows older while the case runs."""
_YUAN = 100
_STEP = 10 * _YUAN
_MONTHS = 12
_UNKNOWN_AGE = 40


class Aim(Value):
    """Criteria to meet, and those to miss."""

    meet: tuple[Criterion, ...]
    miss: tuple[Criterion, ...] = ()


class Circumstances(Value):
    """What is so. ``age``: about, of the applicant; None where nobody asks. ``income``: fen per head and month."""

    income: Fen
    facts: Facts
    age: int | None = None
    missed: tuple[Criterion, ...] = ()


class Norm(NamedTuple):
    """A rule version, with its parameters where the case is."""

    rule: RuleVersion
    parameter: Parameter


def norm_of(rule: RuleVersion, *, urban: bool | None) -> Norm:
    """Return the rule with the parameters of town or country."""
    return Norm(rule, parameter_of(rule, urban))


def circumstances(rng: random.Random, norm: Norm, *, granted: bool) -> Circumstances:
    """Return circumstances in which the rule grants, or does not. Raises ValueError when its data know none."""
    for _ in range(_TRIES):
        found = _drawn(rng, norm, _aim(rng, norm.rule, granted=granted))
        if found is not None and meets(norm, _values(found)) == granted:
            return found
    raise ValueError(f"{norm.rule.id}: no circumstances to be {'granted' if granted else 'refused'} in")


def meets(norm: Norm, values: Values) -> bool:
    """Tell whether every criterion is met and, where money is paid, there is some."""
    if not passed(evaluate_known(norm.rule.criteria, values, norm.parameter)):
        return False
    return norm.rule.amount.kind == "none" or amount(norm, values) > 0


def amount(norm: Norm, values: Values) -> Fen:
    """Return what the rule gives (fen)."""
    return calculate(norm.rule.amount, values, norm.parameter).amount


def exempt(norm: Norm, values: Values) -> bool:
    """Tell whether the case must not be posted although its matter is."""
    criteria = norm.rule.notice.exempt
    return bool(criteria) and passed(evaluate_known(criteria, values, norm.parameter))


def facts_asked(rule: RuleVersion) -> bool:
    """Tell whether criteria or amount need facts that somebody must establish."""
    needed = {*(criterion.fact for criterion in rule.criteria), *facts_needed(rule.amount)}
    return not needed.isdisjoint(rule.facts)


def reached(rule: RuleVersion, birth: date) -> date | None:
    """Return the birthday on which the lowest age that is paid is reached, where the amount goes by age."""
    if rule.amount.kind != "flat_by_age":
        return None
    return add_months(birth, _MONTHS * min(band.start for band in rule.amount.bands))


def _aim(rng: random.Random, rule: RuleVersion, *, granted: bool) -> Aim:
    """One line of each group is enough to meet it; to miss it, all must fail. Nobody applies who is not of the age."""
    groups: dict[str, list[Criterion]] = {}
    for criterion in rule.criteria:
        groups.setdefault(criterion.group or f"#{criterion.id}", []).append(criterion)
    can_miss = [name for name, lines in groups.items() if all(line.fact != "age" for line in lines)]
    missed = rng.choice(can_miss) if can_miss and not granted else ""
    meet = tuple(rng.choice(lines) for name, lines in groups.items() if name != missed)
    return Aim(meet=meet, miss=tuple(groups.get(missed, ())))


def _drawn(rng: random.Random, norm: Norm, aim: Aim) -> Circumstances | None:
    facts: Facts = {}
    for name, shape in norm.rule.facts.items():
        if shape.kind == "date":
            continue  # follows from the birthday, or is not asked for
        near = next((_line(norm, each) for each in (*aim.meet, *aim.miss) if each.fact == name), None)
        likely = candidates(rng, name, shape, near)
        fitting = [value for value in likely if _fits(norm, aim, name, value)]
        if not fitting:
            return None
        usual = shape.kind == "flag" or rng.random() < _USUAL
        facts[name] = fitting[0] if usual else rng.choice(fitting)
    return Circumstances(
        income=_income(rng, norm, aim),
        facts=with_linked(rng, facts),
        age=_age(rng, norm, aim),
        missed=aim.miss,
    )


def _fits(norm: Norm, aim: Aim, fact: str, value: FactValue) -> bool:
    def holds(criterion: Criterion) -> bool:
        return evaluate_known((criterion,), {fact: value}, norm.parameter)[0].passed

    met = all(holds(criterion) for criterion in aim.meet if criterion.fact == fact)
    return met and not any(holds(criterion) for criterion in aim.miss if criterion.fact == fact)


def _line(norm: Norm, criterion: Criterion) -> int | None:
    """The figure that a criterion holds its fact against."""
    if criterion.parameter:
        return norm.parameter(criterion.parameter) * criterion.permille // 1000
    return criterion.value if type(criterion.value) is int else None


def _income(rng: random.Random, norm: Norm, aim: Aim) -> Fen:
    missed = [line for line in aim.miss if line.fact == "income_per_head"]
    lines = missed or [line for line in aim.meet if line.fact == "income_per_head"]
    limits = [limit for line in lines if (limit := _line(norm, line)) is not None]
    if not limits:
        return Fen(0)
    if missed:
        share = rng.uniform(1.05, 2.2)
    else:
        share = rng.betavariate(2, 2.2) if norm.rule.amount.kind == "top_up" else rng.uniform(0.55, 0.95)
    return Fen(round(min(limits) * share) // _STEP * _STEP)


def _age(rng: random.Random, norm: Norm, aim: Aim) -> int | None:
    if all(criterion.fact != "age" for criterion in aim.meet):
        return None
    fitting = [age for age in range(_OLDEST + 1) if all(_fits(norm, aim, "age", age + more) for more in (0, _OLDER))]
    if not fitting:
        return None
    if fitting[-1] < _OLDEST:
        return rng.choice(fitting)
    return min(_OLDEST, fitting[0] + int(rng.expovariate(1 / 6)))


def _values(found: Circumstances) -> Values:
    age = _UNKNOWN_AGE if found.age is None else found.age
    head = {"persons": 1, "monthly_income": found.income, "income_per_head": found.income}
    return {**head, "age": age, **found.facts}
