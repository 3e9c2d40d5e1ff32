"""Conditions of coverage as SQL over the view's tables: each is a test of ``m``, a row of ``coverage_members``."""

from collections.abc import Iterable
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

_RUNS = "g.since <= %s AND (g.to_month IS NULL OR g.to_month > %s) AND (g.until IS NULL OR g.until >= %s)"
_HOLDS = f"EXISTS (SELECT FROM coverage_grants g WHERE g.subject = m.subject AND g.matter = %s AND {_RUNS})"
# What was established last up to the day, of each person once: the planner joins it as a whole.
_TOLD = """
m.subject IN (SELECT subject FROM (
    SELECT DISTINCT ON (subject) subject, number, word FROM coverage_facts
     WHERE matter = %s AND fact = %s AND since <= %s ORDER BY subject, since DESC, position DESC) AS told WHERE """


def holds(matter: str, day: date) -> Part:
    """Return the test whether the person has the matter on that day."""
    return _HOLDS, (matter, day, day, day)


def eligible(rule: CoverageRule, day: date) -> Part:
    """Return the test whether the person is eligible by the rule on that day."""
    groups: dict[str, list[Criterion]] = {}
    for number, condition in enumerate(rule.when):
        groups.setdefault(condition.group or f"#{number}", []).append(condition)
    wanted = [_any(_known(condition, day) for condition in group) for group in groups.values()]
    return all_of([*wanted, *(_not_known(condition, day) for condition in rule.unless)])


def all_of(parts: Iterable[Part]) -> Part:
    """Return the test that all of these pass."""
    return _joined(" AND ", parts)


def _any(parts: Iterable[Part]) -> Part:
    sql, params = _joined(" OR ", parts)
    return f"({sql})", params


def _joined(word: str, parts: Iterable[Part]) -> Part:
    known = list(parts)
    return word.join(sql for sql, _ in known), tuple(each for _, params in known for each in params)


def _known(condition: Criterion, day: date) -> Part:
    """The test that the condition is known to hold: of whom nothing is known, it does not."""
    matter, name = fact_of_matter(condition.fact)
    if matter:
        told, against = _told(condition)
        return f"{_TOLD}{told})", (matter, name, day, *against)
    if condition.fact == AGE:
        return _aged(condition, day)
    sql, params = holds(condition.fact.removeprefix(HOLDS), day)
    return (sql if (condition.op == "==") == condition.value else f"NOT {sql}"), params


def _not_known(condition: Criterion, day: date) -> Part:
    sql, params = _known(condition, day)
    # Only a birth date can be unknown to its test; elsewhere NOT lets the planner join instead of asking each row.
    return (f"({sql}) IS NOT TRUE" if condition.fact == AGE else f"NOT {sql}"), params


def _told(condition: Criterion) -> Part:
    value = condition.value
    if isinstance(value, tuple):
        several = "word = ANY(%s)" if condition.op == "in" else "word <> ALL(%s)"
        return several, (list(value),)
    column = "word" if isinstance(value, str) else "number"
    return f"{column} {_COMPARED[condition.op]} %s", (_stored(value),)


def _stored(value: FactValue | None) -> int | str | None:
    """As the table has it: flags are 0 and 1."""
    return int(value) if isinstance(value, bool) else value


def _aged(condition: Criterion, day: date) -> Part:
    age = condition.value
    if not isinstance(age, int):
        raise RuleFault(f"condition {condition.id}: an age is compared with a number of years")
    if condition.op in _BORN:
        bound, more = _BORN[condition.op]
        return f"m.born {bound} %s", (born_by(age + more, day),)
    exactly = "m.born <= %s AND m.born > %s"
    return (f"({exactly})" if condition.op == "==" else f"NOT ({exactly})"), (born_by(age, day), born_by(age + 1, day))
