"""Whether conditions of coverage can be asked: matters and facts that there are, comparisons, dates, regions."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from domain.divisions import division_prefix
from domain.rulebook.book import Rulebook
from domain.rulebook.check import is_region
from domain.rulebook.coverage import AGE, HOLDS, OLDEST, CoverageRule, fact_of_matter
from domain.rulebook.criteria import Criterion, FactShape
from domain.rulebook.faults import Fault
from domain.rulebook.figures import Path, fits

_FLAG = FactShape(kind="flag", zh="", en="")
_COUNT = FactShape(kind="count", zh="", en="")


def coverage_faults(rules: Iterable[CoverageRule], book: Rulebook) -> Iterator[Fault]:
    """Yield every fault of the rules, given the matters and the facts that there are."""
    listed = tuple(rules)
    for rule in listed:
        yield from _rule_faults(rule, book)
    for one, other in combinations(sorted(listed, key=lambda rule: rule.valid_from), 2):
        same = one.matter == other.matter and division_prefix(one.region) == division_prefix(other.region)
        if same and (one.valid_to is None or one.valid_to > other.valid_from):
            yield Fault(other.id, ("valid_from",), "DATES_OVERLAP", one.id)


def _rule_faults(rule: CoverageRule, book: Rulebook) -> Iterator[Fault]:
    if rule.matter not in book.matters:
        yield Fault(rule.id, ("matter",), "UNKNOWN_MATTER", rule.matter)
    if rule.valid_to is not None and rule.valid_to <= rule.valid_from:
        yield Fault(rule.id, ("valid_to",), "DATES_REVERSED", rule.valid_to.isoformat())
    if not is_region(rule.region):
        yield Fault(rule.id, ("region",), "BAD_REGION", rule.region)
    if not rule.when:
        yield Fault(rule.id, ("when",), "CONDITION_MISSING", "when")
    for key, conditions in (("when", rule.when), ("unless", rule.unless)):
        times = Counter(condition.id for condition in conditions)
        for index, condition in enumerate(conditions):
            if times[condition.id] > 1:
                yield Fault(rule.id, (key, index, "id"), "ID_REPEATED", condition.id)
            yield from _condition_faults(rule.id, (key, index), condition, book)
    for index, condition in enumerate(rule.unless):
        if condition.group:  # one that holds is enough to leave somebody out
            yield Fault(rule.id, ("unless", index, "group"), "GROUP_UNUSED", condition.group)


def _condition_faults(of: str, path: Path, condition: Criterion, book: Rulebook) -> Iterator[Fault]:
    shapes = _shapes(condition.fact, book)
    if condition.parameter:
        yield Fault(of, (*path, "parameter"), "UNKNOWN_PARAMETER", condition.parameter)
    elif not shapes:
        yield Fault(of, (*path, "fact"), "FACT_UNDECLARED", condition.fact)
    elif not all(fits(condition, shape.kind, shape) for shape in shapes) or not _is_age(condition):
        yield Fault(of, path, "COMPARISON_UNFIT", f"{condition.fact} {condition.op}")


def _shapes(fact: str, book: Rulebook) -> list[FactShape]:
    """What the fact is in every version of its matter that declares it: older cases are asked too."""
    if fact == AGE:
        return [_COUNT]
    if fact.startswith(HOLDS):
        return [_FLAG] if fact.removeprefix(HOLDS) in book.matters else []
    matter, name = fact_of_matter(fact)
    return [version.facts[name] for version in book.versions_of(matter) if name in version.facts]


def _is_age(condition: Criterion) -> bool:
    return condition.fact != AGE or (isinstance(condition.value, int) and 0 <= condition.value < OLDEST)
