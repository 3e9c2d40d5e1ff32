"""Histories in two times: each act happened when its step says, and was recorded when it is said here."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from domain.calendar import CIVIL_ZONE
from domain.cases.evolve import fold
from domain.cases.state import NO_CASE
from domain.kernel import Event, Meta, Recorded
from domain.rulebook.rules import RuleVersion
from tests.support.builders import RULE
from tests.support.clocks import clocked
from tests.support.scenario import Step

SOON = timedelta(minutes=1)


class Told(NamedTuple):
    """A step, and when it was recorded."""

    step: Step
    at: datetime


def told(step: Step, on: str, at: str = "18:40") -> Told:
    """The step was recorded on that civil day, at that time in Yancheng."""
    return Told(step, moment(on, at))


def moment(on: str, at: str = "18:40") -> datetime:
    """A time of a civil day in Yancheng, UTC."""
    return datetime.combine(date.fromisoformat(on), time.fromisoformat(at), CIVIL_ZONE).astimezone(UTC)


def history(*entries: Step | Told, rule: RuleVersion = RULE) -> list[Recorded]:
    """What the log has, decided as it came; a step without more was recorded a minute after it happened."""
    found: list[Recorded] = []
    state = NO_CASE
    for entry in entries:
        step, at = entry if isinstance(entry, Told) else (entry, entry.circumstance.on + SOON)
        assert not found or at >= found[-1].recorded_at, "the log's time never goes back"
        events = clocked(state, step, rule)
        assert events, f"{step} brings nothing"
        found += [
            recorded(event, len(found) + number, (step.circumstance.on, at)) for number, event in enumerate(events)
        ]
        state = fold(events, state)
    return found


def recorded(event: Event, before: int, times: tuple[datetime, datetime]) -> Recorded:
    """The event as the log gives it back, after so many others; ``times``: when it happened, when it was recorded."""
    happened, at = times
    return Recorded(
        position=100 + 2 * before,
        stream="case-1",
        seq=before + 1,
        type=event.TYPE,
        recorded_at=at,
        event=event,
        meta=Meta(event_id=str(before), occurred_at=happened, actor="a", command_id="c"),
    )
