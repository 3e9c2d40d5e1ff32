"""A read on record: what is read, and the record of it, are one transaction. Nothing is shown without its record."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
import psycopg
from psycopg import Connection

from adapters.house import House
from adapters.postgres.pinned import pinned
from domain.errors import InvalidValue, Unavailable
from domain.kernel import Value

Door = Literal["http", "page", "cli"]
Kind = Literal["case", "history", "person", "list", "export", "bundle", "document", "expiry"]

HIDDEN = "…"
"""Stands for what was asked for and is not told: a name that was searched for, say."""
_RECORD = "SELECT reads.record(%s, %s, %s)"
_MOST_LETTERS = 200
_MOST_NAMED = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CODE = re.compile(r"[A-Za-z0-9._:+-]{1,60}")
_OF_PERSONS = re.compile(r"\d{15}|(?<!\d)1\d{10}(?!\d)")
"""ID numbers and telephone numbers, which somebody may have typed into any field."""
_NAMED_ONLY = frozenset({"name", "cursor", "after"})
"""Told to have been used, and nothing else: a cursor holds the row that it stands at."""
_encode = msgspec.json.Encoder(order="sorted").encode


class ReadNotRecorded(Unavailable):
    """The record of a read could not be kept: nothing was shown."""

    code = "READ_NOT_RECORDED"
    zh = "查阅无法留痕，未予显示"
    en = "The read could not be put on record, so nothing is shown"


class BadPurpose(InvalidValue):
    """The purpose or basis of a read is too long, or has characters that no text has."""

    code = "BAD_PURPOSE"
    zh = "查阅目的或依据填写不正确"
    en = "The purpose or basis of a read is malformed"


class Reader(Value, omit_defaults=False):
    """Who reads, by which door, to what purpose and on what basis. ``actor`` empty: nobody has signed in."""

    door: Door
    actor: str = ""
    post: str = ""
    purpose: str = ""
    basis: str = ""


class _Told(Value, omit_defaults=False):
    """What is recorded of a read. ``query``: names of what was asked for; no value of a search for a person."""

    reader: Reader
    kind: Kind
    query: dict[str, str]
    cases: tuple[str, ...]
    subjects: tuple[str, ...]


class Seen:
    """Takes down what is shown, while it is read."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.cases: dict[str, None] = {}
        self.subjects: dict[str, None] = {}

    def case(self, *ids: str) -> None:
        """Take down cases."""
        self.cases |= dict.fromkeys(ids)

    def subject(self, *ids: str) -> None:
        """Take down persons."""
        self.subjects |= dict.fromkeys(ids)


@contextmanager
def on_record(house: House, reader: Reader, kind: Kind, query: dict[str, str] | None = None) -> Iterator[Seen]:
    """Read in here: what the house reads in this thread is one transaction, and its record the last of it.

    An exception leaves no record, and must leave nothing shown. Raises ReadNotRecorded, BadPurpose.
    """
    _check(reader)
    seen = Seen()
    with pinned(house.readers) as connection:
        yield seen
        for cases, subjects in _parts([*seen.cases], [*seen.subjects]):
            _record(connection, _Told(reader, kind, query or {}, cases, subjects))


def _parts(cases: list[str], subjects: list[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield what one record tells of: an entry has no room for more, as a bundle of tlog-tiles has none."""
    for start in range(0, max(len(cases), len(subjects), 1), _MOST_NAMED):
        part = slice(start, start + _MOST_NAMED)
        yield tuple(cases[part]), tuple(subjects[part])


def _record(connection: "Connection[Any]", told: _Told) -> None:
    try:
        connection.execute(_RECORD, (_encode(told).decode(), list(told.cases), list(told.subjects)))
    except psycopg.Error as error:
        raise ReadNotRecorded(type(error).__name__) from error


def _check(reader: Reader) -> None:
    for text in (reader.purpose, reader.basis):
        if len(text) > _MOST_LETTERS or _CONTROL.search(text):
            raise BadPurpose


def asked_of(where: msgspec.Struct) -> dict[str, str]:
    """Return the conditions of a list as the record tells them: a value only where it is a code, never a person's."""
    return _told_of(msgspec.structs.asdict(where))


def asked_for(parameters: object) -> dict[str, str]:
    """Return the fields of a query in the same way."""
    return _told_of(vars(parameters))


def _told_of(fields: Mapping[str, object]) -> dict[str, str]:
    asked = {name: str(value) for name, value in fields.items() if value not in (None, "", False)}
    return {name: value if _is_code(name, value) else HIDDEN for name, value in asked.items()}


def _is_code(name: str, value: str) -> bool:
    return name not in _NAMED_ONLY and bool(_CODE.fullmatch(value)) and not _OF_PERSONS.search(value)
