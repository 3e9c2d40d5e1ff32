"""hypothesis strategies made from the types of events and commands."""

from datetime import UTC, date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import settings
from hypothesis import strategies as st

# A busy machine is no fault, and a run leaves no data base of examples behind.
settings.register_profile("anjuan", database=None, deadline=None)
settings.load_profile("anjuan")

_DEEPEST = 4
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(codec="utf-8"), max_size=20),
    int: st.integers(min_value=-(2**63), max_value=2**63 - 1),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    NoneType: st.none(),
}


@cache
def structs(cls: type[msgspec.Struct], depth: int = 0) -> st.SearchStrategy[Any]:
    """Any value of the Struct, each field of any value of its type."""
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{name: values(hints[name], depth + 1) for name in cls.__struct_fields__})


def values(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:  # noqa: ANN401  a type hint has no type
    """Any value of the type."""
    if isinstance(hint, NewType):
        return values(hint.__supertype__, depth)
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return values(args[0], depth)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in {Union, UnionType}:
        return st.one_of(*(values(arg, depth) for arg in args))
    if origin is dict:
        return st.dictionaries(values(args[0], depth), values(args[1], depth), max_size=3)
    if origin is tuple:
        return st.just(()) if depth > _DEEPEST else st.lists(values(args[0], depth), max_size=3).map(tuple)
    return structs(hint, depth)
