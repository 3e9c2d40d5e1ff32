"""Fields of a case that differ: then and now, or in the two orders; in words."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from adapters.web.figures import covered_value, last_moment
from adapters.web.names import Names
from application.knowledge import Difference, learned_since, order_matters
from application.replay import Moment
from application.two_times import state_on
from domain.kernel import Recorded, Value

_DUTY = re.compile(r"duties\.(?P<what>.+)\.(?P<part>[a-z_]+)")
_PARTS = {"status": "duties.standing", "due_at": "duties.due", "breached": "duties.recorded"}
"""Of the clock of a duty, what people read; the rest of it follows."""
_STANDING = {"started": "running", "resumed": "running"}
_UNREAD = re.compile(r"id|done|papers_when_told|due\.basis|.*subject")


class Row(Value):
    """One field in words. ``seq``: the step that brought what is known now; 0 where that is not asked."""

    label: str
    then: str
    now: str
    seq: int = 0
    recorded_at: datetime | None = None


def known_otherwise(names: Names, stored: Sequence[Recorded], at: Moment) -> tuple[Row, ...]:
    """Return what is known otherwise now of the day asked about."""
    return tuple(_rows(names, learned_since(stored, at), state_on(stored, at.on).rule))


def other_order(names: Names, stored: Sequence[Recorded], at: Moment) -> tuple[Row, ...]:
    """Return what would be otherwise in the order of recording."""
    return tuple(_rows(names, order_matters(stored, at), state_on(stored, at.on).rule))


def _rows(names: Names, found: Sequence[Difference], rule: str) -> Iterator[Row]:
    for each in found:
        label, step = _label(names, rule, each.field), each.learned
        then, now = (_word(names, rule, each.field, value) for value in (each.then, each.now))
        if label and then != now:
            yield Row(label, then, now, step.seq if step else 0, step.recorded_at if step else None)


def _label(names: Names, rule: str, field: str) -> str:
    """Return what a field is called; nothing for one that is kept for programs alone."""
    duty = _DUTY.fullmatch(field)
    first, _, last = field.partition(".")
    if duty:
        part = _PARTS.get(duty["part"])
        return f"{names.duty(rule, duty['what'])} · {names.texts(part)}" if part else ""
    if _UNREAD.fullmatch(field):
        return ""
    if first == "facts":
        return names.fact(rule, last)
    if field.startswith("household.members["):
        return f"{names.field(field)} · {names.texts.word('member', field.rpartition('.')[2])}"
    return names.field(field)


def _word(names: Names, rule: str, field: str, value: Any) -> str:  # noqa: ANN401  a field of a case can be of any kind
    duty = _DUTY.fullmatch(field)
    first, _, last = field.partition(".")
    if value is None or value == "" or value is False:
        return ""
    if duty and duty["part"] == "status":
        return names.texts(f"duty.{_STANDING.get(value, value)}")
    if duty and duty["part"] == "due_at":
        return last_moment(value)
    if first == "facts":
        return names.found(rule, last, value)
    if field == "due.what":
        return names.duty(rule, value)
    if field.startswith("household.members["):
        return covered_value(field, value)
    return names.value(field, value)
