"""Receiving a signal: what a department may tell, checked, as an event. Pure; what came before is the log's to know."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from domain.calendar import civil_day
from domain.identity import check_citizen_id
from domain.kernel import Command, Personal, SubjectId
from domain.personal import RESERVED
from domain.rulebook.criteria import FactValue
from domain.signals.events import SignalReceived
from domain.signals.kinds import KINDS, Kind, Lead, Shape
from domain.signals.refusals import BadSignal, WrongDepartment

SIGNAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
DIVISION_OR_NONE = re.compile(r"|[0-9]{2,12}")
SHORT_CODE = re.compile(r"[0-9]{2,12}")
_NUMBER = re.compile(r"(?=([0-9]{17}[0-9Xx]))")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_NAME = 100
MOST_FEN = 10**15
MOST_COUNT = 10_000


class SignalIn(Command):
    """What a department sends. ``id``: its own, for ever the same. ``division``: where the person lives, if known."""

    id: str
    kind: str
    happened_on: date
    name: Personal[str]
    id_number: Personal[str]
    verified_on: date | None = None
    division: str = ""
    facts: Personal[dict[str, FactValue]] = {}


def check_signal(department: str, signal: SignalIn, received_at: datetime) -> None:
    """Raise BadSignal with the JSON path of what is wrong, or WrongDepartment."""
    fault = _fault(signal, civil_day(received_at))
    if fault:
        raise BadSignal(f"$.{fault}")
    if department not in KINDS[signal.kind].sources:
        raise WrongDepartment(f"{department}: {signal.kind}")


def receive(department: str, signal: SignalIn, subject: SubjectId, received_at: datetime) -> SignalReceived:
    """Return the event of a signal that was checked."""
    kind = KINDS[signal.kind]
    return SignalReceived(
        source=department,
        id=signal.id,
        kind=signal.kind,
        subject=subject,
        happened_on=signal.happened_on,
        received_at=received_at,
        verified_on=signal.verified_on,
        division=signal.division,
        name=signal.name.strip(),
        id_number=signal.id_number,
        facts=signal.facts,
        leads=tuple(lead.matter for lead in kind.leads if _opens(lead, signal.facts)),
    )


def _opens(lead: Lead, facts: Mapping[str, FactValue]) -> bool:
    return not lead.grades or facts.get("grade") in lead.grades


def _fault(signal: SignalIn, today: date) -> str:
    """Return the field that is wrong, empty for none. A name of a fact that no kind has could name a person."""
    kind = KINDS.get(signal.kind)
    if kind is None:
        return "kind"
    verified = signal.verified_on or today
    wrong = {
        "id": not SIGNAL_ID.fullmatch(signal.id) or _holds_id_number(signal.id),
        "happened_on": signal.happened_on > today,
        "verified_on": not signal.happened_on <= verified <= today,
        "division": not DIVISION_OR_NONE.fullmatch(signal.division),
        "name": not _is_name(signal.name),
        "id_number": check_citizen_id(signal.id_number) is not None,
    }
    return next((field for field, is_wrong in wrong.items() if is_wrong), "") or _wrong_fact(kind, signal.facts)


def _holds_id_number(text: str) -> bool:
    """A department's own id stands in addresses and in the clear log: no citizen's number may be hidden in it."""
    return any(check_citizen_id(found.upper()) is None for found in _NUMBER.findall(text))


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= MOST_NAME and text.strip().isprintable() and not text.strip().startswith(RESERVED)


def _wrong_fact(kind: Kind, facts: Mapping[str, FactValue]) -> str:
    for name, value in facts.items():
        if name not in kind.facts:
            return "facts"
        if not _fits(value, kind.facts[name]):
            return f"facts.{name}"
    return ""


def _fits(value: FactValue, shape: Shape | tuple[str, ...]) -> bool:
    match shape:
        case "flag":
            return isinstance(value, bool)
        case "fen" | "count":
            most = MOST_FEN if shape == "fen" else MOST_COUNT
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
        case "date":
            return isinstance(value, str) and _is_day(value)
        case "code":
            return isinstance(value, str) and SHORT_CODE.fullmatch(value) is not None
        case _:
            return value in shape


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False
