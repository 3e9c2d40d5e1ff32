"""What an adverse decision may rest on: a signal of another department only once somebody has confirmed it."""

from domain.cases.facts import Facts
from domain.signals.kinds import warns
from domain.signals.refusals import VerdictMissing


def confirmed(named: str, facts: Facts) -> str:
    """Return the signal that the command names (``source:id``), empty for none. Raises VerdictMissing.

    It has to be about a person of the household, to speak against the matter, and to be confirmed for it, or for all.
    """
    if not named:
        return ""
    signal, matter = facts.signal, facts.rule.matter
    if signal is None or not warns(signal.kind, matter) or signal.verdict_for(matter) != "confirmed":
        raise VerdictMissing(matter)
    return named
