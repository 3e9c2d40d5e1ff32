"""Events of the stream ``signals-<subject>``: what other departments told of a person, and what people made of it."""

from datetime import date, datetime
from typing import ClassVar, Literal

from domain.kernel import Event, Personal, SubjectId
from domain.rulebook.criteria import FactValue

Verdict = Literal["confirmed", "dismissed"]
"""属实 / 不属实."""


class SignalReceived(Event):
    """接收. Three times: when it happened, when we learned of it, when the source itself had verified it, if it had.

    ``source``: the department's slug; ``id``: its own. ``leads``: the matters that it may open by its facts, so that
    nobody needs to open the facts to tell.
    """

    TYPE: ClassVar = "signal.received"
    source: str
    id: str
    kind: str
    subject: SubjectId
    happened_on: date
    received_at: datetime
    verified_on: date | None = None
    division: str = ""
    name: Personal[str] = ""
    id_number: Personal[str] = ""
    facts: Personal[dict[str, FactValue]] = {}
    leads: tuple[str, ...] = ()


class SignalVerified(Event):
    """核实. ``by_source``: how, and by whom."""

    TYPE: ClassVar = "signal.verified"
    source: str
    id: str
    verified_on: date
    by_source: str


class SignalJudged(Event):
    """人工认定 by a post, before anything adverse is decided. ``matter``: for this one; empty: for all it concerns."""

    TYPE: ClassVar = "signal.judged"
    source: str
    id: str
    matter: str
    verdict: Verdict
    reason: str
    basis: str = ""


SignalEvent = SignalReceived | SignalVerified | SignalJudged
SIGNAL_EVENTS: dict[str, type[Event]] = {cls.TYPE: cls for cls in (SignalReceived, SignalVerified, SignalJudged)}


def signals_stream(subject: str) -> str:
    """Return the stream of a person's signals."""
    return f"signals-{subject}"
