"""An event's fields without those that belong to a person: for reading why, not whom."""

from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec


def impersonal(value: msgspec.Struct) -> dict[str, Any]:
    """Return the fields as plain values, by name; personal ones, and those at their default, are left out."""
    kept: dict[str, Any] = {}
    for name, default in _fields(type(value)):
        found = getattr(value, name)
        if default is msgspec.NODEFAULT or found != default:
            kept[name] = _plain(found)
    return kept


@cache
def _fields(cls: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    found = msgspec.structs.fields(cls)
    return tuple((field.name, field.default) for field in found if not _is_personal(field.type))


def _is_personal(annotation: Any) -> bool:  # noqa: ANN401  (any annotation)
    """An optional personal field is personal as well."""
    if get_origin(annotation) is Annotated:
        metas = [each for each in annotation.__metadata__ if isinstance(each, msgspec.Meta)]
        return any((each.extra or {}).get("personal") for each in metas)
    return any(_is_personal(part) for part in get_args(annotation) if get_origin(part) is Annotated)


def _plain(value: Any) -> Any:  # noqa: ANN401  (a field of any kind)
    if isinstance(value, msgspec.Struct):
        return impersonal(value)
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value
