"""What was known then and what is known now of one past day, and what the two orders of telling make of it. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from application.replay import Moment, as_known, changes
from application.two_times import state_on
from domain.cases.evolve import fold
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import Recorded, Value

_LISTS = ("visits", "documents", "corrections")
"""Lists in which a late entry pushes the others on: told by what is in them, not by place."""


class Difference(Value):
    """A field that differs. ``learned``: the step, recorded since, that brought what is known now.

    Of a list, ``then`` has what is only in the one, ``now`` what is only in the other. None: not there.
    """

    field: str
    then: Any
    now: Any
    learned: Recorded | None = None


def learned_since(history: Iterable[Recorded], at: Moment) -> list[Difference]:
    """Return where the case on the day ``at.on``, as known at that moment, differs from the same day as known now."""
    stored = list(history)
    count = len(as_known(stored, replace(at, on=None)))
    now = state_on(stored, at.on)
    if not count:
        return differences(NO_CASE, now)
    states = [state_on(stored[:known], at.on) for known in range(count, len(stored) + 1)]
    brought: dict[str, Recorded] = {}
    for since, (before, after) in zip(stored[count:], pairwise(states), strict=True):
        brought |= dict.fromkeys((each.field for each in differences(before, after)), since)
    return [replace(each, learned=brought.get(each.field)) for each in differences(states[0], now)]


def order_matters(history: Iterable[Recorded], at: Moment) -> list[Difference]:
    """Return where the same moment is another case when folded in the order of recording (``then``: in that order)."""
    stored = list(history)
    recorded = fold(each.event for each in as_known(stored, at))  # type: ignore[misc]  # a case stream has case events
    return differences(recorded, state_on(as_known(stored, replace(at, on=None)), at.on))


def differences(then: CaseState, now: CaseState) -> list[Difference]:
    """Return what differs between two states of a case, field by field."""
    told = changes(replace(then, **dict.fromkeys(_LISTS, ())), replace(now, **dict.fromkeys(_LISTS, ())))
    found = [Difference(field=change.field, then=change.before, now=change.after) for change in told]
    for name in _LISTS:
        old, new = _only(getattr(then, name), getattr(now, name)), _only(getattr(now, name), getattr(then, name))
        if old or new:
            found.append(Difference(field=name, then=old, now=new))
    return found


def _only(these: Sequence[Any], others: Sequence[Any]) -> tuple[Any, ...]:
    """Return what is in these and not in the others, as often as it is too many."""
    return tuple((Counter(these) - Counter(others)).elements())
