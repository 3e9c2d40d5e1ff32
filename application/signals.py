"""Signals in: many at once, each exactly once whatever is sent again; and what posts make of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Literal, NamedTuple

from application.asking import CaseHouse
from application.fingerprint import fingerprint
from application.handle import MOST_TRIES
from application.ports import Append, Appended, Conflict, Write
from domain.errors import KeyReused, Refused, SubjectErased, Unavailable
from domain.kernel import Fact, Meta, PostId, Value
from domain.signals.events import SignalReceived, signals_stream
from domain.signals.receiving import SignalIn, check_signal, receive
from domain.signals.refusals import SignalChanged


class Taken(Value, omit_defaults=False):
    """What became of one signal. ``code`` and ``detail``: why it was refused. ``position``: where in the log it is."""

    id: str
    outcome: Literal["taken", "repeated", "refused"]
    code: str = ""
    detail: str = ""
    position: int = 0


class _Incoming(NamedTuple):
    """A signal on its way. ``place``: in what was sent."""

    place: int
    command_id: str
    mark: str
    event: SignalReceived


_Outcome = Appended | Refused


def receive_many(
    house: CaseHouse, department: str, signals: Sequence[SignalIn], received_at: datetime | None = None
) -> list[Taken]:
    """Take in the signals of a department, in one transaction; return what became of each, in order.

    A signal that is refused is refused alone. ``received_at``: UTC, None for now. Raises Unavailable, KeyLost.
    """
    outcomes = _outcomes(house, department, signals, received_at or datetime.now(UTC))
    return [_taken(signal.id, outcome) for signal, outcome in zip(signals, outcomes, strict=True)]


def receive_one(house: CaseHouse, department: str, signal: SignalIn, received_at: datetime) -> Taken:
    """Take in one signal. Raises what it is refused for: BadSignal, WrongDepartment, SignalChanged, SubjectErased."""
    (outcome,) = _outcomes(house, department, [signal], received_at)
    if isinstance(outcome, Refused):
        raise outcome
    return _taken(signal.id, outcome)


def _outcomes(house: CaseHouse, department: str, signals: Sequence[SignalIn], at: datetime) -> list[_Outcome]:
    found: dict[int, _Outcome] = {}
    for place, signal in enumerate(signals):
        try:
            check_signal(department, signal, at)
        except Refused as refused:
            found[place] = refused
    good = {place: signal for place, signal in enumerate(signals) if place not in found}
    subjects = house.subjects.subjects_for([*{signal.id_number for signal in good.values()}])
    waiting = [
        _Incoming(
            place,
            command_id_of(department, signal.id),
            fingerprint(house.key, "receive_signal", None, PostId(department), signal),
            receive(department, signal, subjects[signal.id_number], at),
        )
        for place, signal in good.items()
    ]
    return [outcome for _, outcome in sorted((found | _written(house, waiting)).items(), key=itemgetter(0))]


def command_id_of(source: str, signal_id: str) -> str:
    """Return the command id of a signal's reception: the same signal is received once for ever."""
    return f"signal:{source}:{signal_id}"


def _written(house: CaseHouse, waiting: list[_Incoming]) -> dict[int, _Outcome]:
    """Append until nobody else was faster. Raises Unavailable where that never ends."""
    found: dict[int, _Outcome] = {}
    for _ in range(MOST_TRIES):
        if not waiting:
            return found
        lost = []
        for incoming, outcome in zip(waiting, _tried(house, waiting), strict=True):
            if isinstance(outcome, Conflict):
                lost.append(incoming)
            else:
                found[incoming.place] = SignalChanged() if isinstance(outcome, KeyReused) else outcome
        waiting = lost
    raise Unavailable("too many concurrent changes")


def _tried(house: CaseHouse, batch: list[_Incoming]) -> list[_Outcome | Conflict]:
    """Append once, on the versions as they are. Somebody erased meanwhile is parted from the others by halving."""
    try:
        return [*house.log.append_each(_chained(house, batch))]
    except SubjectErased as erased:
        if len(batch) == 1:
            return [erased]
        middle = len(batch) // 2
        return [*_tried(house, batch[:middle]), *_tried(house, batch[middle:])]


def _chained(house: CaseHouse, batch: list[_Incoming]) -> list[Append]:
    """Several signals of one person follow each other; the same signal again in one batch moves nothing."""
    versions = house.log.versions([*{signals_stream(each.event.subject) for each in batch}])
    seen: set[str] = set()
    appends = []
    for each in batch:
        stream = signals_stream(each.event.subject)
        write = Write(stream, versions[stream], (Fact(each.event, _meta(each)),))
        appends.append(Append(each.command_id, each.mark, (write,)))
        versions[stream] += each.command_id not in seen
        seen.add(each.command_id)
    return appends


def _meta(incoming: _Incoming) -> Meta:
    return Meta(
        event_id=f"{incoming.command_id}.1",
        occurred_at=incoming.event.received_at,
        actor=f"department:{incoming.event.source}",
        command_id=incoming.command_id,
        organ=incoming.event.source,
    )


def _taken(signal_id: str, outcome: _Outcome) -> Taken:
    """An id that is none is not repeated: it could hold anything."""
    if isinstance(outcome, Refused):
        return Taken("" if outcome.detail == "$.id" else signal_id, "refused", outcome.code, outcome.detail)
    return Taken(signal_id, "repeated" if outcome.repeated else "taken", position=outcome.first)
