"""What the rule gives a case today: every criterion met, the amount to the fen, less what another benefit gives."""

from datetime import date

from domain.cases.assess import NOTHING_HELD, Assessment, Held, assessed
from domain.cases.entitling import overlapping
from domain.cases.facts import Facts
from domain.cases.guards import not_negative
from domain.cases.state import CaseState
from domain.errors import AmountMismatch, NotEligible
from domain.kernel import Fen
from domain.rulebook.calculate import Effect


def reckoned(case: CaseState, facts: Facts, since: date, asked: Fen) -> Assessment:
    """Return the assessment that gives exactly the amount asked for (fen), paid from the month ``since``.

    Raises NotEligible naming the criteria that fail, or ``amount`` where the rule gives nothing; AmountMismatch naming
    what it gives; FactMissing, InvalidValue.
    """
    rule = facts.rule
    found = assessed(case, rule, facts.asked.day, urban=facts.urban, held=_held(case, facts, since))
    if not found.passed:
        failed = [line for line in found.lines if not line.passed]
        raise NotEligible(", ".join(line.id for line in failed), basis=failed[0].citation)
    amount = not_negative("amount", found.calculation.amount)
    if rule.amount.kind != "none" and amount == 0:
        raise NotEligible("amount", basis=rule.amount.basis)
    if asked != amount:
        raise AmountMismatch(f"{amount} fen", basis=rule.amount.basis)
    return found


def _held(case: CaseState, facts: Facts, since: date) -> Held:
    """Several benefits may count against this one: they are added, by the first effect (补差, 就高)."""
    met = overlapping(case, facts, since)
    counting = [(each, held) for each, held in met if each.effect in ("top_up", "higher")]
    if not counting:
        return NOTHING_HELD
    effect: Effect = "top_up" if counting[0][0].effect == "top_up" else "higher"
    return Held(amount=Fen(sum({held.case: held.amount for _, held in counting}.values())), effect=effect)
