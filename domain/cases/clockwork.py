"""What the events of an act do to the clocks of statutory duties, by the rule's data (法定职责必须为)."""

from domain.cases.events import CaseEvent
from domain.cases.facts import Facts
from domain.cases.state import CaseState


def with_moves(case: CaseState, events: list[CaseEvent], facts: Facts) -> list[CaseEvent]:  # noqa: ARG001  filled in next
    """Return the events with the moves of duties laid on the one that causes them."""
    return events
