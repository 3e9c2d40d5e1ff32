"""Append a correction 更正: the event that was wrong stays, and this says what is right."""

import re

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CorrectionAppended
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned, stated
from domain.cases.parts import Correction, is_fen
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command, Personal

_FIELD = re.compile(r"[a-z_]+(\.[a-z_]+)*")


class AppendCorrection(Command):
    """``seq``: the version of the wrong event in its case. ``field``: its dotted name. ``value``: what is right."""

    seq: int
    field: str
    value: Personal[str]
    reason: str


def decide(case: CaseState, command: AppendCorrection, facts: Facts) -> list[CaseEvent]:
    """Add the correction. A decision that was taken does not change by it."""
    correction = Correction(
        seq=command.seq, field=command.field, value=command.value.strip(), reason=command.reason.strip()
    )
    if correction in case.corrections:
        return []
    may(case, "append_correction", facts)
    if facts.version and correction.seq > facts.version:
        raise InvalidValue("seq")
    _check(correction)
    return [CorrectionAppended(correction=correction)]


def _check(correction: Correction) -> None:
    if correction.seq < 1:
        raise InvalidValue("seq")
    if not _FIELD.fullmatch(correction.field):
        raise InvalidValue("field")
    stated("value", correction.value)
    if correction.field == "household.monthly_income" and not is_fen(correction.value):
        raise InvalidValue("value")
    reasoned(correction.reason)


ACTION = Action(
    name="append_correction", command=AppendCorrection, decide=decide, zh="更正", en="Append correction", power="record"
)
