"""Signals for tests, of the builders' impossible persons."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from adapters.house import House
from application.signal_acts import SignalAnswer, SignalName, judge_signal, verify_signal
from application.signals import Taken, receive_many
from domain.cases.facts import Act
from domain.signals.judging import JudgeSignal, VerifySignal
from domain.signals.receiving import SignalIn
from tests.support.builders import DECIDER, VILLAGE, Circumstance, by, id_number

RECEIVED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
HAPPENED = date(2026, 8, 20)


def signal(ident: str, kind: str = "death", number: int = 1, **changed: object) -> SignalIn:
    """A signal about an impossible person of this number, 1 to 9."""
    made = SignalIn(
        id=ident,
        kind=kind,
        happened_on=HAPPENED,
        name=f"样例{number}",
        id_number=id_number(number),
        division=VILLAGE,
    )
    return replace(made, **changed)


def send(house: House, *signals: SignalIn, department: str = "gongan") -> list[Taken]:
    """Send them at once."""
    return receive_many(house.cases, department, signals, RECEIVED)


def outcomes(taken: list[Taken]) -> list[str]:
    """Outcome of each, or the code of its refusal."""
    return [each.code or each.outcome for each in taken]


def act_of(circumstance: Circumstance, key: str) -> Act:
    """Somebody acts."""
    post, on = circumstance.post, circumstance.on
    return Act(command_id=key, actor=f"{post.id}:1", post=post, occurred_at=on, received_at=on)


WHEN = by(DECIDER, "2026-09-02")


def named(ident: str) -> SignalName:
    """``source:id``; the police's where no source is told."""
    source, colon, signal_id = ident.rpartition(":")
    return SignalName(source if colon else "gongan", signal_id)


def verified(house: House, ident: str, when: Circumstance = WHEN) -> SignalAnswer:
    """Somebody verifies it on the day before."""
    command = VerifySignal(verified_on=date(2026, 9, 1), by_source="与户籍窗口核对")
    return verify_signal(house.cases, named(ident), command, act_of(when, f"verify-{ident}"))


def judged(house: House, ident: str, command: JudgeSignal, when: Circumstance = WHEN, key: str = "") -> SignalAnswer:
    """Somebody judges it."""
    return judge_signal(house.cases, named(ident), command, act_of(when, key or f"judge-{ident}-{command.matter}"))


CONFIRM = JudgeSignal(verdict="confirmed", reason="户口已注销，入户核实")
