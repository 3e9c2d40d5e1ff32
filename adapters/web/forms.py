"""Forms made from commands: which inputs a command needs, and what was typed as its fields."""

import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from adapters.web.figures import fen_of
from domain.cases.persons import PersonNamed
from domain.errors import InvalidValue
from domain.kernel import Command, Fen, PostId, Value
from domain.rulebook.criteria import FactValue

Kind = Literal[
    "text",
    "area",
    "lines",
    "yuan",
    "number",
    "date",
    "flag",
    "yesno",
    "choice",
    "codes",
    "post",
    "posts",
    "facts",
    "person",
]
"""``facts`` and ``person`` stand for several inputs, which the page lays out (``adapters/web/case_inputs.py``)."""

Typed = Mapping[str, Sequence[str]]
"""What a form sent: every value of every name."""

_LONG = frozenset({"text", "reason", "findings", "unsigned_reason", "summary", "content", "description"})
_SIMPLE: dict[Any, Kind] = {
    Fen: "yuan",
    PostId: "post",
    int: "number",
    bool: "flag",
    date: "date",
    dict[str, FactValue]: "facts",
    PersonNamed: "person",
}


YES, NO = "1", "0"


class Input(Value):
    """One input. ``choices``: the coded values of a ``choice``. A dot in the name: a part of a field (``facts.x``)."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()


def inputs_of(command: type[Command]) -> tuple[Input, ...]:
    """Return the inputs of a command. Raises TypeError for a field that no input can take."""
    hints = get_type_hints(command, include_extras=True)
    return tuple(_input(field, hints[field.name]) for field in msgspec.structs.fields(command))


def values_of(inputs: Iterable[Input], typed: Typed) -> dict[str, Any]:
    """Return what was typed, by field and part; empty inputs are left out. Raises InvalidValue naming the field."""
    values: dict[str, Any] = {}
    for each in inputs:
        field, dot, part = each.name.partition(".")
        if dot:
            values.setdefault(field, {})
        value = read(each, typed)
        if value is not None:
            (values[field] if dot else values)[part or field] = value
    return values


def read(wanted: Input, typed: Typed) -> Any:  # noqa: ANN401  as many kinds as there are inputs
    """Return what was typed, as the command takes it; None where nothing was. Raises InvalidValue."""
    given = [text.strip() for text in typed.get(wanted.name, ())]
    if wanted.kind in ("posts", "codes"):
        return [text for text in given if text]
    if wanted.kind == "flag":
        return bool(given)
    text = given[0] if given else ""
    if not text:
        return None if wanted.kind != "lines" else []
    return _value(wanted, text)


def _value(wanted: Input, text: str) -> Any:  # noqa: ANN401  as many kinds as there are inputs
    try:
        match wanted.kind:
            case "yuan":
                return fen_of(text)
            case "number":
                return int(text)
            case "yesno":
                return text == YES
            case "lines":
                return [line.strip() for line in text.splitlines() if line.strip()]
            case _:
                return text
    except ValueError as error:
        raise InvalidValue(wanted.name) from error


def _input(field: msgspec.structs.FieldInfo, hint: Any) -> Input:  # noqa: ANN401  a type can be anything
    hint = _bare(hint)
    if get_origin(hint) is Literal:
        return Input(field.name, "choice", field.required, get_args(hint))
    if hint is str:
        return Input(field.name, "area" if field.name in _LONG else "text", field.required)
    if get_origin(hint) is tuple:
        kind: Kind = "posts" if get_args(hint)[0] is PostId else "lines"
        return Input(field.name, kind, field.required)
    if hint not in _SIMPLE:
        raise TypeError(f"no input takes {field.name}: {hint}")
    return Input(field.name, _SIMPLE[hint], field.required)


def _bare(hint: Any) -> Any:  # noqa: ANN401  a type can be anything
    """Return a type without its marks and without None."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _bare(next(each for each in get_args(hint) if each is not type(None)))
    return hint
