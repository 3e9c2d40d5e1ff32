"""Personal fields of any struct: where they are, whose they are, and putting something in their place.

A field marked ``Personal`` belongs to the subject that its struct names, else to the one named around it, else to the
stream (a case's notes belong to the case). Its path is a JSON pointer (RFC 6901) from the event, or from the state.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import replace

T = TypeVar("T", bound=msgspec.Struct)

_NAMES_SUBJECT = ("subject", "agent_subject")
_ERASED = re.compile(r"〔已抹除(?: ([A-Za-z0-9-]{1,80}))?〕")
_ERASED_KEY = "〔已抹除〕"
WITHHELD = "〔未读〕"
"""Stands for a personal text that the reader of an event did not ask for."""
RESERVED = ("〔已抹除", WITHHELD)
"""No text that is told to us may begin like this."""


def erased(event_id: str) -> str:
    """Return what stands for ever for an erased text. ``event_id``: of the event by which it was erased."""
    return f"〔已抹除 {event_id}〕"


def erased_values(event_id: str) -> dict[str, str]:
    """Return what stands for erased facts: a mapping in which no fact is found."""
    return {_ERASED_KEY: event_id}


def erased_by(value: object) -> str | None:
    """Return the id of the event by which a value was erased, None for a value that is there."""
    if isinstance(value, str):
        found = _ERASED.fullmatch(value)
        return found[1] if found else None
    return value.get(_ERASED_KEY) if isinstance(value, dict) else None


def without_event(text: str, said: str) -> str:
    """Return a text that holds erased ones with what is said to people in their place."""
    return _ERASED.sub(said, text) if RESERVED[0] in text else text


class Field(NamedTuple):
    """A personal field that is set. ``mapping``: it holds facts by name, not a text."""

    path: str
    subject: str
    value: Any
    mapping: bool


class Plan(NamedTuple):
    """What a class of structs holds: its own personal fields (name, mapping), and fields that hold such structs."""

    own: tuple[tuple[str, bool], ...]
    within: tuple[str, ...]
    subject: str


@cache
def plan_of(cls: type[msgspec.Struct]) -> Plan | None:
    """Return the plan of a class, None if nothing in it is personal."""
    hints = _hints(cls)
    own = tuple((name, _is_mapping(hint)) for name, hint in hints.items() if _is_personal(hint))
    within = tuple(name for name, hint in hints.items() if any(map(_holds, _structs(hint))))
    subject = next((name for name in _NAMES_SUBJECT if name in hints), "")
    return Plan(own, within, subject) if own or within else None


def personal_fields(struct: msgspec.Struct, subject: str) -> list[Field]:
    """Return the personal fields that are set. ``subject``: whose those are that no struct claims."""
    found: list[Field] = []

    def keep(field: Field) -> Any:  # noqa: ANN401 the value as it is
        found.append(field)
        return field.value

    with_personal(struct, subject, keep)
    return found


def with_personal(struct: T, subject: str, change: Callable[[Field], Any]) -> T:
    """Return the struct with what ``change`` says in place of each personal field that is set."""
    plan = plan_of(type(struct))
    return struct if plan is None else _changed(struct, plan, "", subject, change)


def _changed(struct: T, plan: Plan, path: str, subject: str, change: Callable[[Field], Any]) -> T:
    if plan.subject:
        subject = getattr(struct, plan.subject) or subject
    changes: dict[str, Any] = {}
    for name, mapping in plan.own:
        value = getattr(struct, name)
        if value:  # nothing is said by an empty text
            new = change(Field(f"{path}/{name}", subject, value, mapping))
            if new is not value:
                changes[name] = new
    for name in plan.within:
        value = getattr(struct, name)
        new = _inner(value, f"{path}/{name}", subject, change)
        if new is not value:
            changes[name] = new
    return replace(struct, **changes) if changes else struct


def _inner(value: Any, path: str, subject: str, change: Callable[[Field], Any]) -> Any:  # noqa: ANN401 a field may be anything
    if isinstance(value, tuple):
        items = tuple(_inner(item, f"{path}/{index}", subject, change) for index, item in enumerate(value))
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    plan = plan_of(type(value)) if isinstance(value, msgspec.Struct) else None
    return value if plan is None else _changed(value, plan, path, subject, change)


def _is_personal(hint: Any) -> bool:  # noqa: ANN401 any annotation
    return get_origin(hint) is Annotated and any(
        isinstance(mark, msgspec.Meta) and (mark.extra or {}).get("personal") for mark in hint.__metadata__
    )


def _is_mapping(hint: Any) -> bool:  # noqa: ANN401 any annotation
    return get_origin(get_args(hint)[0]) is dict


@cache
def _hints(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 any annotation
    """Return the classes of structs that a field of this type may hold."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for part in get_args(hint):
        yield from _structs(part)


def _holds(cls: type[msgspec.Struct]) -> bool:
    """Tell whether something personal is in the class or within; classes may hold themselves."""
    waiting, seen = [cls], {cls}
    while waiting:
        for hint in _hints(waiting.pop()).values():
            if _is_personal(hint):
                return True
            new = set(_structs(hint)) - seen
            seen |= new
            waiting += new
    return False
