"""What stands out at a step of a case: told late, out of order, corrected, dated by a broken clock. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from domain.cases.correcting import INCOME, corrected, value_shown
from domain.cases.events.closing import CorrectionAppended
from domain.cases.parts import Correction, is_fen
from domain.cases.state import CaseState
from domain.kernel import Event, Recorded, Value

_SECOND = timedelta(seconds=1)


class Corrected(Value):
    """A correction at its place. ``by``: the step that corrects; ``of``: the step from which on it applies.

    ``before``: what was there, None where that cannot be told. ``shown``: the state of the case takes ``after`` up;
    else the correction stands in the list alone: a decision, for one, does not change by it.
    """

    by: Recorded
    of: Recorded
    field: str
    before: Any
    after: Any
    shown: bool
    reason: str


class Marks(Value):
    """What stands out at a step; a plain step has none of it.

    ``late``: seconds between happening and recording, from the threshold on. ``ahead``: seconds by which it is dated
    after its own recording: a clock is broken. ``overtaken``: versions of steps recorded before it that happened after
    it. ``corrects``: what this step corrects; ``corrected``: what was corrected of it, in the order of recording.
    """

    late: int = 0
    ahead: int = 0
    overtaken: tuple[int, ...] = ()
    before_opening: bool = False
    moot: bool = False
    corrects: Corrected | None = None
    corrected: tuple[Corrected, ...] = ()


def counted(marks: Iterable[Marks]) -> dict[str, int]:
    """Return how many steps there are, and how many of them stand out by what."""
    given = list(marks)
    return {
        "steps": len(given),
        "late": sum(each.late > 0 for each in given),
        "out_of_order": sum(bool(each.overtaken) for each in given),
        "corrected": sum(bool(each.corrected) for each in given),
        "ahead": sum(each.ahead > 0 for each in given),
        "moot": sum(each.moot for each in given),
    }


def lateness(recorded: Recorded, late_after: timedelta) -> tuple[int, int]:
    """Return the seconds by which a step was recorded late, and those by which it is dated ahead of its recording."""
    lag = recorded.recorded_at - recorded.meta.occurred_at
    return (lag // _SECOND if lag >= max(late_after, _SECOND) else 0), max(0, -(lag // _SECOND))


def overtaken(recorded: Recorded, known: Iterable[Recorded]) -> tuple[int, ...]:
    """Return the versions of the steps that were recorded before this one and happened after it."""
    at, position = recorded.meta.occurred_at, recorded.position
    return tuple(sorted(each.seq for each in known if each.position < position and each.meta.occurred_at > at))


def targets(known: Sequence[Recorded]) -> dict[int, tuple[Recorded, ...]]:
    """Return the corrections by the version of the step that they are about.

    One that names no step before it, as the decision would not have let it, is about itself.
    """
    aims: dict[int, int] = {}
    found: dict[int, tuple[Recorded, ...]] = {}
    for recorded in known:
        if isinstance(recorded.event, CorrectionAppended):
            named = recorded.event.correction.seq
            aim = aims.get(named, named) if known[0].seq <= named < recorded.seq else recorded.seq
            aims[recorded.seq] = aim
            found[aim] = (*found.get(aim, ()), recorded)
    return found


def put_right(
    state: CaseState, about: Recorded, corrections: Sequence[Recorded]
) -> tuple[CaseState, tuple[Corrected, ...]]:
    """Return the state after a step with everything put right that was corrected of it, and what that was."""
    told: dict[str, Any] = {}
    found: list[Corrected] = []
    for by in corrections:
        correction: Correction = by.event.correction  # type: ignore[attr-defined]  # targets() lets no other through
        field, before = correction.field, value_shown(state, correction.field)
        if before is None:
            before = told.get(field, _said(about.event, field))
        state = corrected(state, correction)
        after = told[field] = _typed(field, before, correction.value)
        shown = value_shown(state, field) == after
        put = Corrected(by=by, of=about, field=field, before=before, after=after, shown=shown, reason=correction.reason)
        found.append(put)
    return state, tuple(found)


def _said(event: Event, field: str) -> Any:  # noqa: ANN401  a field of an event can be of any kind
    """Return what the event itself says in a field, None where that is no single value."""
    value: Any = event
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return value if isinstance(value, str | int) or hasattr(value, "isoformat") else None


def _typed(field: str, before: object, text: str) -> str | int:
    """An amount is one before and after."""
    amount = field == INCOME or (isinstance(before, int) and not isinstance(before, bool))
    return int(text) if amount and is_fen(text) else text
