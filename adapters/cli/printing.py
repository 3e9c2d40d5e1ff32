"""Printing values: JSON for programs, text for people."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import click
import msgspec

from domain.calendar import CIVIL_ZONE
from domain.divisions import CODE_LENGTH
from domain.errors import InvalidValue


def print_json(value: Any) -> None:  # noqa: ANN401  (any value of ours)
    """Print a value as indented JSON in UTF-8, whatever the terminal's encoding."""
    text = msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2)
    sys.stdout.flush()
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()


def text_of(value: Any) -> str:  # noqa: ANN401  (any value of a state)
    """Return a value as people read it: times in Shanghai, nothing as a dash."""
    match value:
        case None | "" | () | []:
            return "—"
        case bool():
            return "是 yes" if value else "否 no"
        case datetime():
            return f"{value.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
        case tuple() | list():
            return ", ".join(text_of(item) for item in value)
        case _:
            return str(value)


def print_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one line for each row, whole in any terminal: an id, a day or a basis that is cut off tells nothing."""
    click.echo(" | ".join(heads))
    for row in rows:
        click.echo(" | ".join(map(text_of, row)))


def checked_region(text: str) -> str:
    """Return a division's code, or the beginning of one. Raises InvalidValue."""
    if not (text.isascii() and text.isdigit() and len(text) <= CODE_LENGTH):
        raise InvalidValue("region")
    return text


class IsoTime(click.ParamType[datetime]):
    """A point in time with offset, as in 2026-03-02T09:00:00+08:00; a bare date is its end in Shanghai."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fail("BAD_TIME: 不是时间 not a time: 2026-03-02T09:00:00+08:00", param, ctx)
        if len(text) <= len("2026-03-02"):
            found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
        return found if found.tzinfo else found.replace(tzinfo=CIVIL_ZONE)


class IsoDay(click.ParamType[date]):
    """A civil day, as in 2026-03-02."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail("BAD_DAY: 不是日期 not a date: 2026-03-02", param, ctx)
