"""Reconciling: what we sent a department against what it holds, by count and digest per day and division.

A row is a day (the first ten characters of a message's ``time``) and a division (the first six digits of its case's).
Its digest is the SHA-256 of the lines ``id:record``, ordered by id bytewise and joined by line feeds: a department
computes the same with one query on its own table.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Literal

from domain.kernel import Value

DAY, COUNTY = 10, 6
"""How much of the time, and of the division, names a row."""
Verdict = Literal["equal", "missing", "extra", "differs"]
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "equal": ("一致", "equal"),
    "missing": ("对方缺失", "missing there"),
    "extra": ("对方多出", "extra there"),
    "differs": ("不一致", "differs"),
}
Key = tuple[str, str]
"""A day and a division."""


class Sum(Value, omit_defaults=False):
    """What one side has for a row. ``digest``: in hex."""

    count: int
    digest: str


class Ours(Value, omit_defaults=False):
    """What we sent for a row. ``first``: the lowest position of it."""

    sum: Sum
    first: int


class Line(Value, omit_defaults=False):
    """A row of the report. ``first``: the lowest position of ours, None where all is equal or nothing is ours."""

    day: str
    division: str
    ours: Sum | None
    theirs: Sum | None
    verdict: Verdict
    first: int | None


class Report(Value, omit_defaults=False):
    """All rows, by day and division. ``upto``: the last position that ours counts. ``ours``, ``theirs``: messages."""

    department: str
    upto: int
    ours: int
    theirs: int
    differing: int
    lines: tuple[Line, ...]


class Tally:
    """Counts messages into rows; one that comes again counts once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rows: dict[Key, dict[str, str]] = {}
        self._first: dict[Key, int] = {}

    def add(self, time: str, division: str, about: tuple[str, str], position: int) -> None:
        """Count a message. ``about``: its id, and the hash of its record."""
        key = time[:DAY], division[:COUNTY]
        self._rows.setdefault(key, {}).setdefault(*about)
        self._first[key] = min(position, self._first.get(key, position))

    def rows(self) -> dict[Key, Ours]:
        """Return what was counted."""
        return {key: Ours(summed(row.items()), self._first[key]) for key, row in self._rows.items()}


def summed(messages: Iterable[tuple[str, str]]) -> Sum:
    """Return the sum of messages, each an id and the hash of its record, in whatever order."""
    lines = [b"%b:%b" % pair for pair in sorted((each.encode(), record.encode()) for each, record in messages)]
    return Sum(len(lines), sha256(b"\n".join(lines)).hexdigest())


def compare(department: str, upto: int, ours: Mapping[Key, Ours], theirs: Mapping[Key, Sum]) -> Report:
    """Return the report: every row that either side has."""
    lines = tuple(_line(key, ours.get(key), theirs.get(key)) for key in sorted(ours.keys() | theirs.keys()))
    return Report(
        department,
        upto,
        ours=sum(row.sum.count for row in ours.values()),
        theirs=sum(row.count for row in theirs.values()),
        differing=sum(line.verdict != "equal" for line in lines),
        lines=lines,
    )


def _line(key: Key, ours: Ours | None, theirs: Sum | None) -> Line:
    verdict = _verdict(ours.sum if ours else None, theirs)
    first = ours.first if ours and verdict != "equal" else None
    return Line(*key, ours.sum if ours else None, theirs, verdict, first)


def _verdict(ours: Sum | None, theirs: Sum | None) -> Verdict:
    if ours == theirs:
        return "equal"
    if theirs is None:
        return "missing"
    return "extra" if ours is None else "differs"
