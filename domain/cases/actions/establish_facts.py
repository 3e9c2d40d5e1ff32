"""Establish facts 情况认定: what the rule asks for, by name, each of its kind, and where it comes from."""

from collections.abc import Mapping
from datetime import date

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import FactsEstablished
from domain.cases.facts import Facts
from domain.cases.guards import may, stated, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command, Personal
from domain.rulebook.criteria import FactShape, FactValue
from domain.rulebook.figures import facts_to_establish

_MOST = 10**15


class EstablishFacts(Command):
    """``facts``: money in fen, dates as ISO text, choices by their code. ``source``: whose word it is.

    While a grant runs, also its figures where they changed: ``persons``, ``monthly_income``.
    """

    facts: Personal[dict[str, FactValue]]
    source: str


def decide(case: CaseState, command: EstablishFacts, facts: Facts) -> list[CaseEvent]:
    """Establish them; a later establishing of the same fact replaces the one before."""
    known = {name: case.facts[name] for name in command.facts if name in case.facts}
    if command.facts and known == command.facts:
        return []
    may(case, "establish_facts", facts)
    _check(command.facts, facts_to_establish(facts.rule, granted=case.grant is not None))
    return [
        FactsEstablished(established_on=today(facts.act), source=stated("source", command.source), facts=command.facts)
    ]


def _check(given: Mapping[str, FactValue], shapes: Mapping[str, FactShape]) -> None:
    if not given:
        raise InvalidValue("facts")
    for name, value in given.items():
        if name not in shapes:  # the name is the caller's text: it is not repeated
            raise InvalidValue("facts")
        if not _fits(value, shapes[name]) or (name == "persons" and value == 0):
            raise InvalidValue(f"facts.{name}")


def _fits(value: FactValue, shape: FactShape) -> bool:
    match shape.kind:
        case "flag":
            return isinstance(value, bool)
        case "fen" | "count":
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST
        case "choice":
            return value in shape.choices
        case "date":
            return isinstance(value, str) and _is_date(value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


ACTION = Action(
    name="establish_facts",
    command=EstablishFacts,
    decide=decide,
    zh="情况认定",
    en="Establish facts",
    power="inquire",
)
