"""evolve: state + event -> state, pure, never raising. One file per group of events; fold runs over a whole history."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from domain.cases.events import CaseEvent
from domain.cases.events.benefit import BenefitEvent
from domain.cases.events.closing import ClosingEvent
from domain.cases.events.decision import DecisionEvent
from domain.cases.events.inquiry import InquiryEvent
from domain.cases.events.intake import IntakeEvent
from domain.cases.events.legacy import LegacyEvent
from domain.cases.evolve.benefit import evolve_benefit
from domain.cases.evolve.closing import evolve_closing
from domain.cases.evolve.decision import evolve_decision
from domain.cases.evolve.duties import evolve_duties
from domain.cases.evolve.inquiry import evolve_inquiry
from domain.cases.evolve.intake import evolve_intake
from domain.cases.evolve.legacy import evolve_legacy
from domain.cases.state import NO_CASE, CaseState

_GROUPS: tuple[tuple[Any, Callable[..., CaseState]], ...] = (
    (IntakeEvent, evolve_intake),
    (InquiryEvent, evolve_inquiry),
    (DecisionEvent, evolve_decision),
    (BenefitEvent, evolve_benefit),
    (ClosingEvent, evolve_closing),
    (LegacyEvent, evolve_legacy),
)
_EVOLVE: dict[type, Callable[..., CaseState]] = {cls: evolve for group, evolve in _GROUPS for cls in get_args(group)}


def evolve(state: CaseState, event: CaseEvent) -> CaseState:
    """Return the state after the event. Each group's match is exhaustive: the type checker names a missing arm."""
    after = _EVOLVE[type(event)](state, event)
    return evolve_duties(state, after, event.moves) if event.moves else after


def fold(events: Iterable[CaseEvent], state: CaseState = NO_CASE) -> CaseState:
    """Return the state after all the events, in order."""
    for event in events:
        state = evolve(state, event)
    return state
