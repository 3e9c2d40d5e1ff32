"""Reconciling a feed: what was sent against what the department says it holds; each run is on record, in numbers."""

from collections.abc import Mapping
from datetime import datetime

from adapters.feeds.sent import Progress, count_sent, stretches
from adapters.house import House
from adapters.postgres.connections import reading
from domain.feeds.reconciling import Key, Report, Sum, compare
from domain.kernel import Value

_KEEP = """
INSERT INTO feeds.reconciled (department, at, upto, rows, differing, ours, theirs)
VALUES (%s, clock_timestamp(), %s, %s, %s, %s, %s)
"""
_OF_ONE = """
SELECT department, at, upto, rows, differing, ours, theirs FROM feeds.reconciled
 WHERE department = %s ORDER BY at DESC LIMIT 200
"""
_LAST = """
SELECT DISTINCT ON (department) department, at, upto, rows, differing, ours, theirs FROM feeds.reconciled
 ORDER BY department, at DESC
"""


class Reconciled(Value, omit_defaults=False):
    """A run that was made. ``rows``: of the report; ``ours``, ``theirs``: messages."""

    department: str
    at: datetime
    upto: int
    rows: int
    differing: int
    ours: int
    theirs: int


def reconcile(
    house: House,
    department: str,
    theirs: Mapping[Key, Sum],
    until: int | None = None,
    progress: Progress = lambda *_: None,
) -> Report:
    """Return the report, and keep its numbers. ``until``: count ours up to this position only.

    Raises UnknownFeed, LogBroken, Unavailable.
    """
    parts = stretches(house, department, until)
    tally = count_sent(house, department, parts, progress)
    upto = max((part.last for part in parts), default=0)
    report = compare(department, upto, tally.rows(), theirs)
    told = department, upto, len(report.lines), report.differing, report.ours, report.theirs
    with reading(house.writers) as connection:
        connection.execute(_KEEP, told)
    return report


def last_reconciled(house: House) -> dict[str, Reconciled]:
    """Return the last run of each department that has one. Raises Unavailable."""
    return {row["department"]: Reconciled(**row) for row in house.read(_LAST)}


def reconciles(house: House, department: str) -> list[Reconciled]:
    """Return the runs of a department, at most 200, the last one first. Raises Unavailable."""
    return [Reconciled(**row) for row in house.read(_OF_ONE, (department,))]
