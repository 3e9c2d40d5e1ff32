"""Computing the amount of a confirmation again, from what its event kept and the rule version it names."""

from domain.cases.events.decision import Confirmed
from domain.kernel import Fen
from domain.rulebook.amounts import Calculation
from domain.rulebook.calculate import calculate
from domain.rulebook.criteria import FactValue
from domain.rulebook.evaluate import parameter_of
from domain.rulebook.rules import RuleVersion


def recomputed(event: Confirmed, rule: RuleVersion, *, urban: bool | None) -> Calculation:
    """Return the amount (fen) as the kept values give it. ``urban``: the class of the case's division.

    What another benefit took off is taken as it was kept: what the person held then is not computed again.
    Raises FactMissing, InvalidValue, RuleFault where the values do not fit the rule.
    """
    less = event.calculation.less if event.calculation else Fen(0)
    return calculate(rule.amount, _values(event), parameter_of(rule, urban), less, "top_up" if less else None)


def kept(event: Confirmed) -> Calculation:
    """Return the calculation that the event kept. The first decisions kept no more than the figures of a top-up."""
    terms = {"standard": event.standard, "persons": event.persons, "monthly_income": event.monthly_income}
    return event.calculation or Calculation(kind="top_up", inputs=terms, amount=event.amount)


def _values(event: Confirmed) -> dict[str, FactValue]:
    if event.calculation:
        return event.values
    return {"persons": event.persons, "monthly_income": event.monthly_income}
