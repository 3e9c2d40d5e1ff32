"""Assessing a case by its rule: the values it has on a day, the criteria they meet, the amount they give. Pure."""

from datetime import date

from domain.calendar import add_months
from domain.cases.parts import Person
from domain.cases.state import CaseState
from domain.identity import citizen_id_birth
from domain.kernel import Fen, Value
from domain.rulebook.amounts import Calculation
from domain.rulebook.calculate import Effect, calculate
from domain.rulebook.criteria import FactValue, Line
from domain.rulebook.evaluate import evaluate_known, evaluate_measured, passed
from domain.rulebook.rules import RuleVersion
from domain.rulebook.scheme import scheme_of

_MONTHS = 12
_ALL = ("age", "received_on")


class Held(Value):
    """What another benefit gives already, in fen per month, and what that does to this one (重复享受)."""

    amount: Fen = Fen(0)
    effect: Effect | None = None


NOTHING_HELD = Held()


class Assessment(Value):
    """How a case stands by its rule. ``values``: those that the criteria and the amount used, and no others.

    ``known``: all that is known of the case (age and day of receipt only where the rule asks for them).
    """

    values: dict[str, FactValue]
    lines: tuple[Line, ...]
    passed: bool
    calculation: Calculation
    known: dict[str, FactValue] = {}


def figures(case: CaseState, day: date, wanted: tuple[str, ...] = _ALL) -> dict[str, FactValue]:
    """Return every value that is known of the case on that day; age and day of receipt only where they are wanted.

    What has been established counts before what follows from the application: persons and monthly income (fen) by the
    opinion, else as declared; income per head, whole fen, the rest dropped; the applicant's age in full years on the
    day; the day of receipt. What is not known is not there.
    """
    known = _household(case)
    if "age" in wanted:
        known |= _applicant(case, day)
    if "received_on" in wanted and case.received_on:
        known["received_on"] = case.received_on.isoformat()
    known |= case.facts
    persons, income = known.get("persons"), known.get("monthly_income")
    if isinstance(persons, int) and isinstance(income, int) and persons > 0:
        known.setdefault("income_per_head", income // persons)
    return known


def assessed(
    case: CaseState, rule: RuleVersion, day: date, *, urban: bool | None = None, held: Held = NOTHING_HELD
) -> Assessment:
    """Return the assessment of the case by the rule on that day; without all criteria met, the amount is nothing.

    ``urban``: the class of the division. Raises FactMissing, and InvalidValue for a fact of the wrong kind.
    """
    scheme = scheme_of(rule, urban)
    known = figures(case, day, scheme.facts)
    lines = evaluate_measured(scheme.measures, known)
    met = passed(lines)
    if met:
        calculation = calculate(rule.amount, known, scheme.parameter, held.amount, held.effect)
    else:
        calculation = Calculation(kind=rule.amount.kind, inputs={}, amount=Fen(0))
    return Assessment(values=_used(scheme.facts, known), lines=lines, passed=met, calculation=calculation, known=known)


def assessed_for_refusal(case: CaseState, rule: RuleVersion, day: date, *, urban: bool | None = None) -> Assessment:
    """Return the assessment as far as it can be made: a refusal may come before every fact is established."""
    values, scheme = figures(case, day), scheme_of(rule, urban)
    lines = evaluate_known(rule.criteria, values, scheme.parameter)
    nothing = Calculation(kind=rule.amount.kind, inputs={}, amount=Fen(0))
    return Assessment(values=_used(scheme.facts, values), lines=lines, passed=passed(lines), calculation=nothing)


def condition_from(case: CaseState, rule: RuleVersion) -> date | None:
    """Return the day on which the condition of the benefit began.

    As established (``condition_from``), else, for an amount by age, the day on which the applicant reached the lowest
    age that is paid (尊老金: 80). None when neither is known.
    """
    told = case.facts.get("condition_from")
    if isinstance(told, str):
        return date.fromisoformat(told)
    by_age = rule.amount.kind == "flat_by_age" and rule.amount.bands
    birth = _birth(case) if by_age else None
    if birth is None:
        return None
    return add_months(birth, _MONTHS * min(band.start for band in rule.amount.bands))


def _used(facts: tuple[str, ...], known: dict[str, FactValue]) -> dict[str, FactValue]:
    return {name: known[name] for name in facts if name in known}


def _household(case: CaseState) -> dict[str, FactValue]:
    if case.opinion:
        return {"persons": case.opinion.persons, "monthly_income": case.opinion.monthly_income}
    if case.household:
        return {"persons": len(case.household.members), "monthly_income": case.household.monthly_income}
    return {}


def _applicant(case: CaseState, day: date) -> dict[str, FactValue]:
    birth = _birth(case)
    return {"age": age_on(birth, day)} if birth is not None and birth <= day else {}


def _birth(case: CaseState) -> date | None:
    """The applicant comes first; somebody whose identity is not known yet has no number."""
    members: tuple[Person, ...] = case.household.members if case.household else ()
    return citizen_id_birth(members[0].id_number) if members else None


def age_on(birth: date, day: date) -> int:
    """Return the age in full years 周岁 on a day not before birth; for 29 February from the 28th (民法典第202条)."""
    years = day.year - birth.year
    return years if add_months(birth, _MONTHS * years) <= day else years - 1
