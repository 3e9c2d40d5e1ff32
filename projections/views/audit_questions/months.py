"""Counting months."""

from datetime import date

_MONTHS = 12


def months_between(since: date, until: date) -> int:
    """Return how many months lie from the month of the one day to that of the other; negative backwards."""
    return (until.year - since.year) * _MONTHS + until.month - since.month
