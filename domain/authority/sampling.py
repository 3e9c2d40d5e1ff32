"""Sampling after delegation (放 with 管, DOMAIN §1 row 14): a draw that anybody can make again from its seed."""

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple, Protocol

from domain.authority.powers import Grant
from domain.calendar import add_months
from domain.kernel import CaseId

_QUARTER = 3
_WHOLE = 100


class Quarter(NamedTuple):
    """A quarter of a year, from its first day up to and without the first of the next."""

    since: date
    until: date


def draw(cases: Sequence[CaseId], seed: str, percent: int) -> tuple[CaseId, ...]:
    """Return the sample: of the cases ordered by SHA-256 of seed, colon and case id, the first ``percent``, rounded up.

    The order of ``cases`` does not matter; a case named twice counts once.
    """
    order = sorted(set(cases), key=lambda case: sha256(f"{seed}:{case}".encode()).hexdigest())
    return tuple(order[: (percent * len(order) + _WHOLE - 1) // _WHOLE])


class Period(Protocol):
    """From its first day up to and without another."""

    @property
    def since(self) -> date: ...

    @property
    def until(self) -> date: ...


def overlap(one: Period, other: Period) -> bool:
    """Tell whether two periods share a day."""
    return one.since < other.until and other.since < one.until


def digest(cases: Iterable[CaseId]) -> str:
    """Return the SHA-256 (hex) of the sorted case ids, one per line: which decisions a draw was made from."""
    return sha256("".join(f"{case}\n" for case in sorted(set(cases))).encode()).hexdigest()


def quarter_of(day: date) -> Quarter:
    """Return the quarter that the day lies in."""
    first = day.replace(month=day.month - (day.month - 1) % _QUARTER, day=1)
    return Quarter(first, add_months(first, _QUARTER))


def quarters_owed(grant: Grant, today: date) -> tuple[Quarter, ...]:
    """Return the finished quarters of which the grant's decisions must be sampled, the oldest first."""
    if not grant.sample_percent:
        return ()
    last = min(today, grant.valid_to or today)
    found, quarter = [], quarter_of(grant.valid_from)
    while quarter.until <= today and quarter.since < last:
        found.append(quarter)
        quarter = quarter_of(quarter.until)
    return tuple(found)
