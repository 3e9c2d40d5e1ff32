"""Queries of read models as values: text and parameters. Whoever has a connection runs them."""

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from domain.divisions import division_prefix


class Query(NamedTuple):
    """SQL with ``%s`` places. Run it as ``read(*query)``."""

    sql: str
    params: tuple[Any, ...] = ()


class BadCursor(ValueError):
    """A cursor that was not made here, or for another order."""


def cursor_text(order: str, key: Sequence[Any]) -> str:
    """Return an opaque cursor: the order, and the sort key of the last row shown."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order, *key])).decode().rstrip("=")


def cursor_key(order: str, text: str, types: "Sequence[type[Any]]") -> tuple[Any, ...]:
    """Return the sort key in a cursor. Raises BadCursor."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        shape: Any = tuple[(str, *types)]  # type: ignore[valid-type]  # built at run time
        made_for, *key = msgspec.json.decode(raw, type=shape)
    except (ValueError, msgspec.DecodeError) as error:
        raise BadCursor from error
    if made_for != order or any("\0" in part for part in key if isinstance(part, str)):
        raise BadCursor
    return tuple(key)


def starts_with(prefix: str) -> str:
    """Return the LIKE pattern of texts that start with the prefix, whatever characters it has."""
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


_COUNTY, _TOWN = 6, 9


def within(division: str) -> dict[str, str]:
    """Return the conditions (with their values) of lying in a division, in the expressions that indexes are made of."""
    prefix = division_prefix(division)
    limits = {'"left"(division, 6) = %s': prefix[:_COUNTY]} if len(prefix) >= _COUNTY else {}
    if len(prefix) >= _TOWN:
        limits = {'"left"(division, 9) = %s': prefix[:_TOWN]}
    return limits if len(prefix) in (_COUNTY, _TOWN) else {**limits, "division LIKE %s": starts_with(prefix)}
