"""The signal that a command on a case names, read for its decision: what an adverse decision may rest on."""

from typing import cast

from application.ports import EventLog, Guard
from domain.cases.state import CaseState
from domain.kernel import Command, Value
from domain.signals.events import SignalEvent, signals_stream
from domain.signals.state import Signal, fold_signals


class Ground(Value):
    """The signal, where it is about a person of the household; and the stream it was read from, at its version."""

    signal: Signal | None = None
    guards: tuple[Guard, ...] = ()


NO_GROUND = Ground()


def ground_of(log: EventLog, command: Command, case: CaseState) -> Ground:
    """Return what the command names (``source:id``); commands that name none, as nearly all, cost nothing."""
    named: str = getattr(command, "signal", "")
    if not named or case.household is None:
        return NO_GROUND
    for member in case.household.members:
        stream = signals_stream(member.subject)
        events = cast("list[SignalEvent]", log.events(stream))
        signal = fold_signals(events).get(named)
        if signal is not None:
            return Ground(signal, (Guard(stream, len(events)),))
    return NO_GROUND
