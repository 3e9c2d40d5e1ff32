"""A case's history step by step: after each event, what changed and how the case then stood. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any

import msgspec
from msgspec.structs import replace

from domain.calendar import civil_day
from domain.cases.evolve import evolve
from domain.cases.state import NO_CASE, CaseState
from domain.errors import InvalidValue
from domain.kernel import Recorded, Value


class Change(Value):
    """One field that an event changed: ``grant.amount``, ``household.members[1].name``, ``facts.cause``.

    None: not there.
    """

    field: str
    before: Any
    after: Any


class Step(Value):
    """An event, the fields that it changed, and the case after it."""

    recorded: Recorded
    changes: tuple[Change, ...]
    state: CaseState


class Moment(Value):
    """The point to look from; what is None does not limit.

    ``as_of``: as known then, by recorded time. ``on``: what had happened up to the end of that civil day
    (Asia/Shanghai), by the time the actor told. Both together: as it stood on X, as known on Y.
    """

    version: int | None = None
    position: int | None = None
    as_of: datetime | None = None
    on: date | None = None


NOW = Moment()


class MomentInFuture(InvalidValue):
    """A day that has not begun: what will be known, or will have happened, nobody can tell."""

    code = "MOMENT_IN_FUTURE"
    zh = "所问的日期尚未到来"
    en = "The day asked about has not come yet"


def askable(at: Moment, now: datetime) -> Moment:
    """Return the moment, its time in UTC. Today is askable to its end: it is as far as it has come.

    Raises MomentInFuture, and InvalidValue for a time that UTC does not have.
    """
    if at.on is not None and at.on > civil_day(now):
        raise MomentInFuture("on")
    if at.as_of is None:
        return at
    if at.as_of > now and civil_day(at.as_of) > civil_day(now):
        raise MomentInFuture("as_of")
    try:
        return replace(at, as_of=at.as_of.astimezone(UTC))
    except OverflowError:
        raise InvalidValue("as_of") from None


def as_known(history: Iterable[Recorded], at: Moment = NOW) -> list[Recorded]:
    """Return the events that count at the moment, in the order in which they were recorded."""
    return [recorded for recorded in history if _counts(recorded, at)]


def replay(history: Iterable[Recorded]) -> list[Step]:
    """Fold a case's events one by one, telling what each changed."""
    steps: list[Step] = []
    state = NO_CASE
    for recorded in history:
        after = evolve(state, recorded.event)  # type: ignore[arg-type]  # a case stream has case events
        steps.append(Step(recorded=recorded, changes=changes(state, after), state=after))
        state = after
    return steps


def changes(before: CaseState, after: CaseState) -> tuple[Change, ...]:
    """Return what differs between two states, field by field, in the order of the fields."""
    return tuple(_differences("", before, after))


def _counts(recorded: Recorded, at: Moment) -> bool:
    return (
        (at.version is None or recorded.seq <= at.version)
        and (at.position is None or recorded.position <= at.position)
        and (at.as_of is None or recorded.recorded_at <= at.as_of)
        and (at.on is None or civil_day(recorded.meta.occurred_at) <= at.on)
    )


_BLANK: tuple[Any, ...] = (None, "", (), frozenset())
"""Not there, or there and empty: for a reader the same."""


def _differences(path: str, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401  (a state's parts)
    if before == after or (before in _BLANK and after in _BLANK):
        return
    if isinstance(before, msgspec.Struct) or isinstance(after, msgspec.Struct):
        yield from _in_struct(path, before, after)
    elif isinstance(before, dict) or isinstance(after, dict):
        old, new = before or {}, after or {}
        for name in sorted({*old, *new}):
            yield from _differences(f"{path}.{name}", old.get(name), new.get(name))
    elif _has_structs(before) or _has_structs(after):
        for index, (old, new) in enumerate(zip_longest(before or (), after or ())):
            yield from _differences(f"{path}[{index}]", old, new)
    else:
        yield Change(field=path, before=_plain(before), after=_plain(after))


def _in_struct(path: str, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401  (a state's parts)
    fields = (before if before is not None else after).__struct_fields__
    for field in fields:
        inner = f"{path}.{field}" if path else field
        yield from _differences(inner, getattr(before, field, None), getattr(after, field, None))


def _has_structs(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, msgspec.Struct) for item in value)


def _plain(value: Any) -> Any:  # noqa: ANN401  (a state's parts)
    """Sets sorted, so that the same change always reads the same."""
    return sorted(value) if isinstance(value, frozenset) else value
