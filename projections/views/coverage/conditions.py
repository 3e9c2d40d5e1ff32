"""Conditions of coverage as SQL over the view's tables: each is a test of ``m``, a row of ``coverage_members``."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from domain.rulebook.coverage import AGE, HOLDS, CoverageRule, born_by, fact_of_matter
from domain.rulebook.criteria import Criterion, FactValue
from domain.rulebook.evaluate import RuleFault

Part = tuple[str, tuple[Any, ...]]
"""SQL that is made of constant parts, and its parameters."""

_COMPARED = {"<": "<", "<=": "<=", "==": "=", "!=": "<>", ">=": ">=", ">": ">"}
_BORN: dict[str, tuple[str, int]] = {"<": (">", 0), "<=": (">", 1), ">=": ("<=", 0), ">": ("<=", 1)}
"""An age is a bound of birth dates the other way round; ``> 79`` is ``>= 80``."""

_HOLDS = """
EXISTS (SELECT FROM coverage_grants g WHERE g.subject = m.subject AND g.matter = %s AND g.since <= %s
           AND (g.to_month IS NULL OR g.to_month > %s) AND (g.until IS NULL OR g.until >= %s))"""
# Of what was established up to the day, the last of its kind counts. One test for all facts that are as good as each
# other: of several, the planner would ask each for every person.
_TOLD = """
EXISTS (SELECT FROM coverage_facts f WHERE f.subject = m.subject AND f.since <= %s AND ({told})
           AND NOT EXISTS (SELECT FROM coverage_facts n
                            WHERE n.subject = f.subject AND n.matter = f.matter AND n.fact = f.fact
                              AND n.since <= %s AND (n.since, n.position) > (f.since, f.position)))"""
_FACT = "(f.matter = %s AND f.fact = %s AND {value})"


def holds(matter: str, day: date) -> Part:
    """Return the test whether the person has the matter on that day."""
    return _HOLDS, (matter, day, day, day)


def eligible(rule: CoverageRule, day: date) -> Part:
    """Return the test whether the person is eligible by the rule on that day."""
    groups: dict[str, list[Criterion]] = {}
    for number, condition in enumerate(rule.when):
        groups.setdefault(condition.group or f"#{number}", []).append(condition)
    wanted = [_one_of(group, day) for group in groups.values()]
    against = [_not_known(condition, day) for condition in rule.unless if not _of_matter(condition)]
    told = [condition for condition in rule.unless if _of_matter(condition)]
    return all_of([*wanted, *against, *([_not(_told(told, day))] if told else [])])


def all_of(parts: Iterable[Part]) -> Part:
    """Return the test that all of these pass."""
    return _joined(" AND ", parts)


def _one_of(group: Sequence[Criterion], day: date) -> Part:
    """One of the conditions is known to hold."""
    told = [condition for condition in group if _of_matter(condition)]
    tests = [_test(condition, day) for condition in group if not _of_matter(condition)]
    sql, params = _joined(" OR ", [*tests, *([_told(told, day)] if told else [])])
    return (f"({sql})" if len(tests) + bool(told) > 1 else sql), params


def _not_known(condition: Criterion, day: date) -> Part:
    sql, params = _test(condition, day)
    return (f"({sql}) IS NOT TRUE", params) if condition.fact == AGE else _not((sql, params))


def _not(part: Part) -> Part:
    return f"NOT {part[0]}", part[1]


def _joined(word: str, parts: Iterable[Part]) -> Part:
    known = list(parts)
    return word.join(sql for sql, _ in known), tuple(each for _, params in known for each in params)


def _of_matter(condition: Criterion) -> bool:
    return bool(fact_of_matter(condition.fact)[0])


def _test(condition: Criterion, day: date) -> Part:
    if condition.fact == AGE:
        return _aged(condition, day)
    found = holds(condition.fact.removeprefix(HOLDS), day)
    return found if (condition.op == "==") == condition.value else _not(found)


def _told(conditions: Iterable[Criterion], day: date) -> Part:
    """The test that one of these was established last."""
    sql, params = _joined(" OR ", map(_fact, conditions))
    return _TOLD.format(told=sql), (day, *params, day)


def _fact(condition: Criterion) -> Part:
    sql, against = _value(condition)
    return _FACT.format(value=sql), (*fact_of_matter(condition.fact), *against)


def _value(condition: Criterion) -> Part:
    value = condition.value
    if isinstance(value, tuple):
        several = "f.word = ANY(%s)" if condition.op == "in" else "f.word <> ALL(%s)"
        return several, (list(value),)
    column = "word" if isinstance(value, str) else "number"
    return f"f.{column} {_COMPARED[condition.op]} %s", (_stored(value),)


def _stored(value: FactValue | None) -> int | str | None:
    """As the table has it: flags are 0 and 1."""
    return int(value) if isinstance(value, bool) else value


def _aged(condition: Criterion, day: date) -> Part:
    age = condition.value
    if not isinstance(age, int):
        raise RuleFault(f"condition {condition.id}: an age is compared with a number of years")
    if condition.op in _BORN:
        bound, more = _BORN[condition.op]
        return f"(m.born {bound} %s AND m.born <= %s)", (born_by(age + more, day), day)
    exactly = "m.born <= %s AND m.born > %s"
    test = exactly if condition.op == "==" else f"NOT ({exactly})"
    return f"({test} AND m.born <= %s)", (born_by(age, day), born_by(age + 1, day), day)
