"""Whether the criteria and the amount of a rule can be evaluated: facts declared, parameters there, kinds that fit."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from domain.rulebook.calculate import facts_needed
from domain.rulebook.criteria import Criterion, FactKind, FactShape, FactValue
from domain.rulebook.faults import Fault
from domain.rulebook.rules import RuleVersion

KNOWN: dict[str, FactKind] = {
    "persons": "count",
    "monthly_income": "fen",
    "income_per_head": "fen",
    "age": "count",
    "received_on": "date",
}
"""Facts that every case has without somebody establishing them."""

_HOUSEHOLD = {
    "persons": FactShape(kind="count", zh="共同生活的家庭成员人数", en="Persons of the household"),
    "monthly_income": FactShape(kind="fen", zh="家庭月收入", en="Monthly income of the household"),
}
_OF_THE_HOUSEHOLD = frozenset({*_HOUSEHOLD, "income_per_head"})
_THOUSAND = 1000
_NUMBERS = ("fen", "count")
_RESIDENCE = ("residence", "hukou")
Path = tuple[str | int, ...]


def facts_to_establish(rule: RuleVersion, *, granted: bool) -> dict[str, FactShape]:
    """Return what may be established by name: what the rule declares, and, once there is a grant, its figures.

    Before that the opinion says how many persons there are and what they have; while money runs, changes of them are
    looked into as they are reported (社会救助暂行办法, 令649, art. 13), where criteria or amount depend on them.
    """
    used = {*(criterion.fact for criterion in rule.criteria), *facts_needed(rule.amount)}
    if not granted or used.isdisjoint(_OF_THE_HOUSEHOLD):
        return rule.facts
    return {**_HOUSEHOLD, **rule.facts}


def figure_faults(rule: RuleVersion) -> Iterator[Fault]:
    """Yield what keeps criteria, amount and first month from being evaluated."""
    for name, shape in rule.facts.items():
        if KNOWN.get(name, shape.kind) != shape.kind:
            yield Fault(rule.id, ("facts", name, "kind"), "COMPARISON_UNFIT", KNOWN[name])
    lists: tuple[tuple[Path, tuple[Criterion, ...]], ...] = (
        (("criteria",), rule.criteria),
        (("notice", "exempt"), rule.notice.exempt),
    )
    for path, criteria in lists:
        yield from _repeated(rule, path, [criterion.id for criterion in criteria])
        for index, criterion in enumerate(criteria):
            yield from _criterion_faults(rule, (*path, index), criterion)
    yield from _repeated(rule, ("papers",), [paper.id for paper in rule.papers])
    yield from _amount_faults(rule)


def dual_track_faults(rule: RuleVersion) -> Iterator[Fault]:
    """Yield where town and country, or where somebody is registered, make a difference without a cited basis.

    城乡统筹: one standard, one procedure (DOMAIN §1).
    """
    for index, track in enumerate(rule.tracks):
        if track.urban != track.rural and not track.basis.strip():
            yield Fault(rule.id, ("tracks", index), "DUAL_TRACK", track.parameter)
    for index, criterion in enumerate(rule.criteria):
        if _of_residence(criterion.fact) and not criterion.citation.strip():
            yield Fault(rule.id, ("criteria", index, "citation"), "DUAL_TRACK", criterion.fact)
    for fact in facts_needed(rule.amount):
        if _of_residence(fact) and not rule.amount.basis.strip():
            yield Fault(rule.id, ("amount", "basis"), "DUAL_TRACK", fact)


def _of_residence(fact: str) -> bool:
    return any(word in fact for word in _RESIDENCE)


def _repeated(rule: RuleVersion, path: Path, ids: list[str]) -> Iterator[Fault]:
    for id_, times in Counter(ids).items():
        if times > 1:
            yield Fault(rule.id, (*path, len(ids) - 1 - ids[::-1].index(id_)), "ID_REPEATED", id_)


def _criterion_faults(rule: RuleVersion, path: Path, criterion: Criterion) -> Iterator[Fault]:
    kind = _kind(rule, criterion.fact)
    if kind is None:
        yield Fault(rule.id, (*path, "fact"), "FACT_UNDECLARED", criterion.fact)
    elif not fits(criterion, kind, rule.facts.get(criterion.fact)):
        yield Fault(rule.id, path, "COMPARISON_UNFIT", f"{criterion.fact} {criterion.op}")
    if criterion.parameter:
        yield from _unknown_parameter(rule, (*path, "parameter"), criterion.parameter)


def _unknown_parameter(rule: RuleVersion, path: Path, name: str) -> Iterator[Fault]:
    if name != "standard" and name not in rule.parameters:
        yield Fault(rule.id, path, "UNKNOWN_PARAMETER", name)


def _kind(rule: RuleVersion, fact: str) -> FactKind | None:
    return rule.facts[fact].kind if fact in rule.facts else KNOWN.get(fact)


def fits(criterion: Criterion, kind: FactKind, shape: FactShape | None) -> bool:
    """Tell whether there is one side to compare with, and one that the kind can be compared with."""
    if criterion.parameter:
        return criterion.value is None and kind in _NUMBERS and criterion.op not in ("in", "not_in")
    if criterion.permille != _THOUSAND:
        return False
    value = criterion.value
    if criterion.op in ("in", "not_in"):
        choices = shape.choices if shape else {}
        return kind == "choice" and isinstance(value, tuple) and bool(value) and set(value) <= set(choices)
    return not isinstance(value, tuple) and value is not None and _is_of(value, kind, criterion.op, shape)


def _is_of(value: FactValue, kind: FactKind, op: str, shape: FactShape | None) -> bool:
    match kind:
        case "flag":
            return isinstance(value, bool) and op in ("==", "!=")
        case "choice":
            return shape is not None and value in shape.choices and op in ("==", "!=")
        case "date":
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, int) and not isinstance(value, bool)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _amount_faults(rule: RuleVersion) -> Iterator[Fault]:
    amount, path = rule.amount, ("amount",)
    for fact in facts_needed(amount):
        if not fact:
            yield Fault(rule.id, (*path, "fact"), "AMOUNT_INCOMPLETE", "fact")
        elif _kind(rule, fact) is None:
            yield Fault(rule.id, (*path, "fact"), "FACT_UNDECLARED", fact)
        elif (_kind(rule, fact) not in _NUMBERS) != (amount.kind == "graded"):
            yield Fault(rule.id, (*path, "fact"), "COMPARISON_UNFIT", fact)
    if amount.kind in ("banded", "flat_by_age"):
        starts = [band.start for band in amount.bands]
        if not starts or len(set(starts)) < len(starts):
            yield Fault(rule.id, (*path, "bands"), "AMOUNT_INCOMPLETE", "bands")
    if amount.kind == "graded":
        shape = rule.facts.get(amount.fact)
        if not amount.grades or (shape and set(shape.choices) != set(amount.grades)):
            yield Fault(rule.id, (*path, "grades"), "AMOUNT_INCOMPLETE", ", ".join(sorted(amount.grades)))
    yield from _parameter_faults(rule)


def _parameter_faults(rule: RuleVersion) -> Iterator[Fault]:
    kind, name = rule.amount.kind, rule.amount.parameter
    if kind in ("top_up", "flat") and not name:
        yield Fault(rule.id, ("amount", "parameter"), "AMOUNT_INCOMPLETE", "parameter")
    if name and kind not in ("banded", "flat_by_age", "none"):
        yield from _unknown_parameter(rule, ("amount", "parameter"), name)
    for index, track in enumerate(rule.tracks):
        yield from _unknown_parameter(rule, ("tracks", index, "parameter"), track.parameter)
    needs = rule.months.first == "condition" and kind != "flat_by_age"
    if needs and _kind(rule, "condition_from") != "date":
        yield Fault(rule.id, ("months", "first"), "FACT_UNDECLARED", "condition_from")
