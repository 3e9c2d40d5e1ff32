"""A case at one step as a form with cells, and its course as a list: what the templates print."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from adapters.web.layout import GLANCE, HEAD, IF_FILLED, LAYOUT, LEGACY, SAID, UNSHOWN, WIDE, ZERO_IS_EMPTY
from adapters.web.names import Names
from application.replay import Step
from domain.cases.events.legacy import LegacyCaseOpened
from domain.cases.parts import Person
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import Event, Recorded, Value

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
    """A part of the form. ``members`` only in the household's."""

    key: str
    cells: tuple[Cell, ...]
    members: tuple[Member, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is filled in yet."""
        return not self.members and not any(cell.value or cell.changed for cell in self.cells)


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


def sections(names: Names, steps: Sequence[Step], version: int) -> tuple[Section, ...]:
    """Return the parts of the form as they stood after that step."""
    state = steps[version - 1].state
    changed = roots(steps[version - 1])
    if state.matter == "legacy":
        cells = (*_cells(names, steps, version, LEGACY), *_attributes(steps[0].recorded.event))
        return (Section("legacy", cells),)
    return tuple(
        Section(key, _cells(names, steps, version, paths), _members(state, changed) if key == "household" else ())
        for key, paths in LAYOUT
    )


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
    if field.startswith("due."):
        return "due"
    head_of_list, bracket, _ = field.partition("]")
    return head_of_list + bracket


def _cells(names: Names, steps: Sequence[Step], version: int, paths: Iterable[str]) -> tuple[Cell, ...]:
    changed = roots(steps[version - 1])
    before, state = _state(steps, version - 1), _state(steps, version)
    cells = [(path, _cell(names, path, (before, state), changed=_touches(changed, path))) for path in paths]
    return tuple(cell for path, cell in cells if cell.value or cell.changed or path not in IF_FILLED)


def _cell(names: Names, path: str, states: tuple[CaseState, CaseState], *, changed: bool) -> Cell:
    was, now = (_word(names, path, find(state, path)) for state in states)
    return Cell(names.field(path), now, path in WIDE, changed, was if changed else "")


def _word(names: Names, path: str, value: Any) -> str:  # noqa: ANN401  a field of a case can be of any kind
    if path in ZERO_IS_EMPTY and not value:
        return ""
    return names.value(re.sub(r"\[\d+\]", "", path), value)


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
    changes = tuple(_cell(names, root, (before, after), changed=True) for root in roots(step))
    return Line(
        recorded=recorded,
        title=f"{title}: {activity}" if activity else title,
        who=names.post(meta.post) or names.post(meta.actor),
        rule=meta.rule if version == 1 or meta.rule != steps[version - 2].recorded.meta.rule else "",
        lag=_lag(names, recorded),
        changes=changes,
        said=_said(names, recorded.event, changes),
    )


def _said(names: Names, event: Event, changes: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return what somebody wrote, under the labels of the form it was written in."""
    shown = {change.value for change in changes}
    texts = ((name, getattr(event, name, "")) for name in SAID)
    return tuple(Cell(names.texts(f"input.{name}"), text) for name, text in texts if text and text not in shown)


def _lag(names: Names, recorded: Recorded) -> str:
    late = recorded.recorded_at - recorded.meta.occurred_at
    if late >= _A_DAY:
        return names.texts("case.lag_days", n=late // _A_DAY)
    return names.texts("case.lag_hours", n=late // _AN_HOUR) if late >= _AN_HOUR else ""
