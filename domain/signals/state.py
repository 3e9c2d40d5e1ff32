"""What is known of a person's signals: each by its source and id, with what people made of it."""

from collections.abc import Iterable
from datetime import date, datetime

from msgspec.structs import replace

from domain.kernel import SubjectId, Value
from domain.signals.events import SignalEvent, SignalJudged, SignalReceived, SignalVerified, Verdict


class Signal(Value):
    """One signal, without what is personal in it. ``verdicts``: by matter; under "" for all that it concerns."""

    source: str
    id: str
    kind: str
    subject: SubjectId
    happened_on: date
    received_at: datetime
    verified_on: date | None = None
    division: str = ""
    leads: tuple[str, ...] = ()
    verdicts: dict[str, Verdict] = {}

    def verdict_for(self, matter: str) -> Verdict | None:
        """Return what was judged for the matter, else for all."""
        return self.verdicts.get(matter) or self.verdicts.get("")


Signals = dict[str, Signal]
"""By ``source:id``."""


def reference(source: str, signal_id: str) -> str:
    """Return the one text that names a signal."""
    return f"{source}:{signal_id}"


def fold_signals(events: Iterable[SignalEvent]) -> Signals:
    """Return a person's signals after the events, in order."""
    signals: Signals = {}
    for event in events:
        key = reference(event.source, event.id)
        match event:
            case SignalReceived():
                signals[key] = _received(event)
            case SignalVerified() if key in signals:
                signals[key] = replace(signals[key], verified_on=event.verified_on)
            case SignalJudged() if key in signals:
                known = signals[key]
                signals[key] = replace(known, verdicts={**known.verdicts, event.matter: event.verdict})
            case _:
                continue
    return signals


def first_verified(events: Iterable[SignalEvent], kind: str) -> Signal | None:
    """Return the signal of a kind that was verified first, None while none is: not the one that came first.

    By the day of verification; of one day, the one that came first.
    """
    verified = [each for each in fold_signals(events).values() if each.kind == kind and each.verified_on]
    return min(verified, key=lambda each: each.verified_on or date.max, default=None)


def _received(event: SignalReceived) -> Signal:
    return Signal(
        source=event.source,
        id=event.id,
        kind=event.kind,
        subject=event.subject,
        happened_on=event.happened_on,
        received_at=event.received_at,
        verified_on=event.verified_on,
        division=event.division,
        leads=event.leads,
    )
