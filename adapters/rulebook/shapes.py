"""What is wrong with a marked value, told for every place, given the shape it should have."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from adapters.rulebook.marked import Marked, RuleDataFault, plain


def faults_of(marked: Marked, shape: Any, where: str = "") -> Iterator[RuleDataFault]:  # noqa: ANN401  any annotation
    """Yield a fault for every key that is unknown or missing and every value of a wrong type.

    msgspec alone tells the first one, and not the key of a mapping that it lies under.
    """
    shape = _chosen(shape, marked)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield from _of_struct(marked, shape, where)
    elif get_origin(shape) is dict and isinstance(marked.value, dict):
        for key, value in marked.value.items():
            yield from faults_of(value, get_args(shape)[1], below(where, key))
    elif get_origin(shape) is tuple and isinstance(marked.value, list):
        for index, item in enumerate(marked.value):
            yield from faults_of(item, get_args(shape)[0], f"{where}[{index}]")
    else:
        yield from _of_leaf(marked, shape, where)


def below(where: str, key: str) -> str:
    """Return the path of a key in the mapping at ``where``."""
    return f"{where}.{key}" if where else key


def _of_struct(marked: Marked, shape: type[msgspec.Struct], where: str) -> Iterator[RuleDataFault]:
    if not isinstance(marked.value, dict):
        yield RuleDataFault(marked.path, marked.line, where, "a mapping is expected")
        return
    fields = {field.name: field for field in msgspec.structs.fields(shape)}
    for name, field in fields.items():
        if field.required and name not in marked.value:
            yield RuleDataFault(marked.path, marked.line, below(where, name), "missing")
    for key, value in marked.value.items():
        if key in fields:
            yield from faults_of(value, fields[key].type, below(where, key))
        else:
            yield RuleDataFault(value.path, value.line, below(where, key), "unknown key")


def _of_leaf(marked: Marked, shape: Any, where: str) -> Iterator[RuleDataFault]:  # noqa: ANN401  any annotation
    try:
        msgspec.convert(plain(marked), shape)
    except msgspec.ValidationError as fault:
        yield RuleDataFault(marked.path, marked.line, where, str(fault))


def _chosen(shape: Any, marked: Marked) -> Any:  # noqa: ANN401  any annotation
    """Of ``Limit | None``, ``Limit``: unless there is nothing to look into."""
    members = [one for one in get_args(shape) if one is not NoneType] if get_origin(shape) in (Union, UnionType) else []
    return members[0] if len(members) == 1 and marked.value is not None else shape
