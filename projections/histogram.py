"""Histograms of whole days: medians and percentiles are exact, and rows few."""

from collections.abc import Iterable
from typing import Protocol


class Bar(Protocol):
    """So many cases took so many days."""

    days: int
    cases: int


def percentile(bars: Iterable[Bar], total: int, percent: int) -> int:
    """Return the fewest days within which at least ``percent`` of ``total`` cases fall. Bars by days, ascending."""
    seen = days = 0
    for bar in bars:
        seen, days = seen + bar.cases, bar.days
        if seen * 100 >= total * percent:
            break
    return days
