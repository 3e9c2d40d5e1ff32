"""A case at one step as a form with cells, and its course as a list: what the templates print."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from adapters.web.duty_lines import DutyLine, duty_lines
from adapters.web.figures import day, moment
from adapters.web.layout import (
    ALL_OPTIONAL,
    GLANCE,
    HEAD,
    IF_FILLED,
    LAYOUT,
    LEGACY,
    SAID,
    UNSHOWN,
    WIDE,
    ZERO_IS_EMPTY,
)
from adapters.web.names import Names
from application.replay import Step
from domain.cases.events.legacy import LegacyCaseOpened
from domain.cases.parts import Person
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import Event, Recorded, Value
from domain.personal import erased_by

_TOGETHER = frozenset({"due", "facts", "duties"})
"""Fields whose parts are shown as one thing."""
_AN_HOUR, _A_DAY = timedelta(hours=1), timedelta(days=1)


class Cell(Value):
    """One cell: label, value in words, whether this step changed it, and what it was before."""

    label: str
    value: str
    wide: bool = False
    changed: bool = False
    before: str = ""


class Member(Value):
    """A person of the household, and whether this step changed them."""

    person: Person
    changed: bool


class Section(Value):
    """A part of the form. ``members`` only in the household's, ``duties`` only in theirs."""

    key: str
    cells: tuple[Cell, ...]
    members: tuple[Member, ...] = ()
    duties: tuple[DutyLine, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is filled in yet."""
        return not self.members and not self.duties and not any(cell.value or cell.changed for cell in self.cells)


class Line(Value):
    """An event in the course of the case. ``lag``: recorded so long after it happened (text), if that is notable.

    ``rule``: the rule version, where it is another than before. ``said``: texts of the event that no change shows.
    """

    recorded: Recorded
    title: str
    who: str
    rule: str
    lag: str
    changes: tuple[Cell, ...]
    said: tuple[Cell, ...]


def roots(step: Step) -> tuple[str, ...]:
    """Return what a step changed, parts of one thing taken together: ``due``, ``documents[0]``, ``grant.amount``."""
    found = dict.fromkeys(_root(change.field) for change in step.changes)
    return tuple(root for root in found if root not in UNSHOWN)


def head(names: Names, steps: Sequence[Step], version: int) -> tuple[Cell, ...]:
    """Return the cells that always stand on top."""
    return _cells(names, steps, version, HEAD)


def glance(names: Names, steps: Sequence[Step], version: int) -> tuple[Cell, ...]:
    """Return stage and due date."""
    return _cells(names, steps, version, GLANCE)


def sections(names: Names, steps: Sequence[Step], version: int, now: datetime) -> tuple[Section, ...]:
    """Return the parts of the form as they stood after that step; ``now`` tells which duties are late."""
    state = steps[version - 1].state
    if state.matter == "legacy":
        cells = (*_cells(names, steps, version, LEGACY), *_attributes(steps[0].recorded.event))
        return (Section("legacy", cells),)
    found = [_section(names, steps, version, part) for part in LAYOUT]
    at = now if version == len(steps) else steps[version - 1].recorded.meta.occurred_at
    duties = duty_lines(names, (_state(steps, version - 1), state), at)
    found = [replace(each, duties=duties) if each.key == "duties" else each for each in found]
    return tuple(each for each in found if each.key not in ALL_OPTIONAL or not each.empty)


def _section(names: Names, steps: Sequence[Step], version: int, part: tuple[str, tuple[str, ...]]) -> Section:
    key, paths = part
    before, state = _state(steps, version - 1), steps[version - 1].state
    if key == "facts":
        changed = "facts" in roots(steps[version - 1])
        return Section(key, _facts(names, (before if changed else state, state), state.facts))
    members = _members(state, roots(steps[version - 1])) if key == "household" else ()
    return Section(key, _cells(names, steps, version, paths), members)


def _facts(names: Names, states: tuple[CaseState, CaseState], wanted: Iterable[str]) -> tuple[Cell, ...]:
    """Return the established facts in the words of the case's rule, marked where the two states differ."""
    was, now = states
    cells = []
    for name in wanted:
        old, new = was.facts.get(name), now.facts[name]
        before = "" if old is None or old == new else names.found(now.rule, name, old)
        label, value = names.fact(now.rule, name), names.found(now.rule, name, new)
        if erased_by(now.facts):
            before, value = "", ""  # nothing is there but by which event
        cells.append(Cell(label, value, changed=old != new, before=before))
    return tuple(cells)


def _attributes(opened: Event) -> tuple[Cell, ...]:
    """Return what the older system said of the case, under its own names."""
    said = opened.attributes if isinstance(opened, LegacyCaseOpened) else ()
    return tuple(Cell(each.key, each.value) for each in said if each.value)


def course(names: Names, steps: Sequence[Step]) -> tuple[Line, ...]:
    """Return every event, in the order of recording."""
    return tuple(_line(names, steps, version) for version in range(1, len(steps) + 1))


def find(state: CaseState, path: str) -> Any:  # noqa: ANN401  a field of a case can be of any kind
    """Return the value at a path, or None."""
    value: Any = state
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        value = getattr(value, name, None)
        if index:
            value = value[int(index)] if value and int(index) < len(value) else None
    return value


def _root(field: str) -> str:
    first, _, _ = field.partition(".")
    if first in _TOGETHER:
        return first
    head_of_list, bracket, _ = field.partition("]")
    return head_of_list + bracket


def _cells(names: Names, steps: Sequence[Step], version: int, paths: Iterable[str]) -> tuple[Cell, ...]:
    changed = roots(steps[version - 1])
    before, state = _state(steps, version - 1), _state(steps, version)
    cells = [(path, _cell(names, path, (before, state), changed=_touches(changed, path))) for path in paths]
    return tuple(cell for path, cell in cells if cell.value or cell.changed or path not in IF_FILLED)


def _cell(names: Names, path: str, states: tuple[CaseState, CaseState], *, changed: bool) -> Cell:
    if path == "due":
        was, now = (_due(names, state) for state in states)
    else:
        was, now = (_word(names, path, find(state, path)) for state in states)
    return Cell(names.field(path), now, path in WIDE, changed, was if changed else "")


def _word(names: Names, path: str, value: Any) -> str:  # noqa: ANN401  a field of a case can be of any kind
    if path in ZERO_IS_EMPTY and not value:
        return ""
    return names.value(re.sub(r"\[\d+\]", "", path), value)


def _due(names: Names, state: CaseState) -> str:
    if state.due is None:
        return ""
    return f"{names.duty(state.rule, state.due.what)} {moment(state.due.at) if state.due.at else day(state.due.on)}"


def _touches(changed: Iterable[str], path: str) -> bool:
    return any(root == path or root.startswith(f"{path}[") for root in changed)


def _members(state: CaseState, changed: Iterable[str]) -> tuple[Member, ...]:
    persons = state.household.members if state.household else ()
    return tuple(
        Member(person, f"household.members[{index}]" in tuple(changed)) for index, person in enumerate(persons)
    )


def _state(steps: Sequence[Step], version: int) -> CaseState:
    return steps[version - 1].state if version else NO_CASE


def _line(names: Names, steps: Sequence[Step], version: int) -> Line:
    step = steps[version - 1]
    recorded, meta = step.recorded, step.recorded.meta
    before, after = _state(steps, version - 1), step.state
    title = names.texts.word("event", recorded.type)
    activity = getattr(recorded.event, "activity", "")
    changes = tuple(cell for root in roots(step) for cell in _changed(names, root, (before, after)))
    return Line(
        recorded=recorded,
        title=f"{title}: {activity}" if activity else title,
        who=names.post(meta.post) or names.post(meta.actor),
        rule=meta.rule if version == 1 or meta.rule != steps[version - 2].recorded.meta.rule else "",
        lag=_lag(names, recorded),
        changes=changes,
        said=_said(names, recorded.event, changes),
    )


def _changed(names: Names, root: str, states: tuple[CaseState, CaseState]) -> tuple[Cell, ...]:
    if root != "facts":
        return (_cell(names, root, states, changed=True),)
    before, after = states
    new = [name for name, value in after.facts.items() if before.facts.get(name) != value]
    return _facts(names, states, new)


def _said(names: Names, event: Event, changes: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return what somebody wrote, under the labels of the form it was written in."""
    shown = {change.value for change in changes}
    texts = ((name, getattr(event, name, "")) for name in SAID)
    told = [Cell(names.texts(f"input.{name}"), text) for name, text in texts if text and text not in shown]
    with_posts = names.value("with_posts", getattr(event, "with_posts", ()))
    return (*told, Cell(names.texts("input.with_posts"), with_posts)) if with_posts else tuple(told)


def _lag(names: Names, recorded: Recorded) -> str:
    late = recorded.recorded_at - recorded.meta.occurred_at
    if late >= _A_DAY:
        return names.texts("case.lag_days", n=late // _A_DAY)
    return names.texts("case.lag_hours", n=late // _AN_HOUR) if late >= _AN_HOUR else ""
