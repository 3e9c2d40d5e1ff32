"""Given, when, then: what a case decides, as a sentence.

``given(*history)`` takes events and steps; ``when`` puts one command; ``then`` compares the events and puts the same
command again, which must write nothing. Where a second time is honest work, say ``repeats()`` before ``then``.
"""

from collections.abc import Sequence

import pytest

from domain.cases.events import CaseEvent
from domain.cases.evolve import evolve, fold
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.errors import Refused
from domain.kernel import Command, Event, Value
from tests.support.builders import Circumstance, facts


class Step(Value):
    """An action with its command, done by somebody on a day."""

    action: str
    command: Command
    circumstance: Circumstance


History = Event | Step


def given(*history: History | Sequence[History]) -> "Given":
    """A case with this history; none at all is no case yet."""
    flat: list[History] = []
    for item in history:
        if isinstance(item, Event | Step):
            flat.append(item)
        else:
            flat.extend(item)
    return Given(play(flat))


def play(history: Sequence[History]) -> list[CaseEvent]:
    """The events of a history; every step in it must be accepted and bring something."""
    events: list[CaseEvent] = []
    for item in history:
        new = decided(fold(events), item) if isinstance(item, Step) else [_case_event(item)]
        assert new, f"{item} brings nothing"
        events.extend(new)
    return events


def decided(state: CaseState, step: Step) -> list[CaseEvent]:
    """What the step decides in that state. Raises Refused."""
    amount = getattr(step.command, "amount", 0)
    told = facts(step.circumstance, step.action, amount, state.accepted_on)
    return ACTIONS[step.action].decide(state, step.command, told)


class Given:
    """A case before the command."""

    def __init__(self, events: list[CaseEvent]) -> None:
        self.events = events
        self.state = fold(events)

    def when(self, action: str, command: Command, circumstance: Circumstance) -> "When":
        return When(self.state, Step(action=action, command=command, circumstance=circumstance))


class When:
    """A command put to a case."""

    def __init__(self, state: CaseState, step: Step) -> None:
        self.state = state
        self._step = step
        self._repeats = False

    def repeats(self) -> "When":
        """Putting it again does the same again."""
        self._repeats = True
        return self

    def then(self, *expected: Event | type[Event]) -> CaseState:
        """The command brings these events (or events of these types). Returns the state after them."""
        events = decided(self.state, self._step)
        assert [_as(event, wanted) for event, wanted in zip(events, expected, strict=False)] == list(expected)
        assert len(events) == len(expected), events
        after = self.state
        for event in events:
            after = evolve(after, event)
        again = decided(after, self._step)
        assert again == (events if self._repeats else []), "the same command a second time"
        return after

    def then_nothing(self) -> None:
        """The wish is true already."""
        assert decided(self.state, self._step) == []

    def then_refused(self, code: str, detail: str | None = None) -> None:
        """The command is refused with this code, and with this detail where one is told."""
        with pytest.raises(Refused) as caught:
            decided(self.state, self._step)
        refused = caught.value
        assert (refused.code, refused.detail if detail is not None else None) == (code, detail)
        assert_impersonal(refused, self.state)


def assert_impersonal(refused: Refused, state: CaseState) -> None:
    """No sentence of a refusal names a person of the case."""
    for member in state.household.members if state.household else ():
        assert member.name not in str(refused)
        assert member.id_number not in str(refused)


def _case_event(event: Event) -> CaseEvent:
    assert isinstance(event, CaseEvent)
    return event


def _as(event: Event, wanted: Event | type[Event]) -> Event | type[Event]:
    return type(event) if isinstance(wanted, type) else event
