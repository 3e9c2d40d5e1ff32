"""What a department says it holds: CSV as psql writes it, or a JSON list of the same fields."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from io import StringIO
from typing import Any

from domain.errors import InvalidValue
from domain.feeds.reconciling import Key, Sum

_FIELDS = ("day", "division", "count", "digest")
_SHAPES = {
    "day": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "division": re.compile(r"[0-9]{0,6}"),
    "count": re.compile(r"[1-9][0-9]{0,14}"),
    "digest": re.compile(r"[0-9a-fA-F]{64}"),
}


class BadHoldings(InvalidValue):
    """What they say they hold cannot be read; the detail names line (or item) and field, never what is there."""

    code = "BAD_HOLDINGS"
    zh = "对方持有量格式不正确（应为 day,division,count,digest）"
    en = "What the department holds cannot be read: day,division,count,digest are needed"


def read_holdings(given: bytes) -> dict[Key, Sum]:
    """Return what they hold, by day and division; JSON if it begins like a list. Raises BadHoldings."""
    try:
        text = given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadHoldings(f"line {_line_of(given, error.start)}: not UTF-8") from None
    return _collected(_of_json(text) if text.lstrip().startswith("[") else _of_csv(text))


def _line_of(given: bytes, place: int) -> int:
    return given.count(b"\n", 0, place) + 1


def _collected(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[Key, Sum]:
    found: dict[Key, Sum] = {}
    for place, row in rows:
        for name in _FIELDS:
            _check(place, name, row.get(name))
        key = row["day"], row["division"]
        if key in found:
            raise BadHoldings(f"{place}: day and division a second time")
        found[key] = Sum(int(row["count"]), row["digest"].lower())
    return found


def _check(place: str, name: str, value: object) -> None:
    if not isinstance(value, str) or not _SHAPES[name].fullmatch(value):
        raise BadHoldings(f"{place}: {name}")
    if name == "day":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise BadHoldings(f"{place}: {name}") from None


def _of_csv(text: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(lines, ())) != _FIELDS:
            raise BadHoldings("line 1: header")
        for row in filter(None, lines):
            if len(row) != len(_FIELDS):
                raise BadHoldings(f"line {lines.line_num}: fields")
            yield f"line {lines.line_num}", dict(zip(_FIELDS, row, strict=True))
    except csv.Error as error:
        raise BadHoldings(f"line {lines.line_num}: not CSV") from error


def _of_json(text: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    try:
        given: list[Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadHoldings(f"line {error.lineno}: not JSON") from None
    except (RecursionError, ValueError):  # nested, or a number, beyond all measure
        raise BadHoldings("line 1: not JSON") from None
    for number, item in enumerate(given, 1):
        if not isinstance(item, dict) or item.keys() != set(_FIELDS):
            raise BadHoldings(f"item {number}: fields")
        count = item["count"]
        yield f"item {number}", {**item, "count": str(count) if isinstance(count, int) else None}
