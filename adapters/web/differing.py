"""Fields of a case that differ: then and now, or in the two orders; in words."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from adapters.web.desk import Desk
from adapters.web.figures import covered, last_moment
from application.knowledge import Difference, learned_since, order_matters
from application.two_times import Account
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


def known_otherwise(desk: Desk, stored: Sequence[Recorded], told: Account) -> tuple[Row, ...]:
    """Return what is known otherwise now."""
    return tuple(_rows(desk, learned_since(stored, told.at), told))


def other_order(desk: Desk, stored: Sequence[Recorded], told: Account) -> tuple[Row, ...]:
    """Return what would be otherwise in the order of recording."""
    return tuple(_rows(desk, order_matters(stored, told.at), told))


def _rows(desk: Desk, found: Sequence[Difference], told: Account) -> Iterator[Row]:
    rule = told.state.rule if told.state else ""
    for each in found:
        label = _label(desk, rule, each.field)
        if label:
            then, now = (_word(desk, rule, each.field, value) for value in (each.then, each.now))
            step = each.learned
            yield Row(label, then, now, step.seq if step else 0, step.recorded_at if step else None)


def _label(desk: Desk, rule: str, field: str) -> str:
    """Return what a field is called; nothing for one that is kept for programs alone."""
    names, duty = desk.names, _DUTY.fullmatch(field)
    first, _, last = field.partition(".")
    if duty:
        part = _PARTS.get(duty["part"])
        return f"{names.duty(rule, duty['what'])} · {desk.t(part)}" if part else ""
    if _UNREAD.fullmatch(field):
        return ""
    if first == "facts":
        return names.fact(rule, last)
    if field.startswith("household.members["):
        return f"{names.field(field)} · {desk.t.word('member', field.rpartition('.')[2])}"
    return names.field(field)


def _word(desk: Desk, rule: str, field: str, value: Any) -> str:  # noqa: ANN401  a field of a case can be of any kind
    names, duty = desk.names, _DUTY.fullmatch(field)
    first, _, last = field.partition(".")
    if value is None or value == "":
        return ""
    if duty and duty["part"] == "status":
        return desk.t(f"duty.{_STANDING.get(value, value)}")
    if duty and duty["part"] == "due_at":
        return last_moment(value)
    if first == "facts":
        return names.found(rule, last, value)
    if field == "due.what":
        return names.duty(rule, value)
    if field.startswith("household.members["):
        return covered(field, value)
    return names.value(field, value)
