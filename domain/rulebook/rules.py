"""One rule version: order of steps, who acts, limits and amount of a matter, in one region, between two dates."""

from datetime import date
from typing import Literal

from domain.authority.posts import Role
from domain.divisions import is_within
from domain.kernel import Fen, Value


class Limit(Value):
    """A time limit. ``wd`` working days 工作日, ``cd`` calendar days 自然日, counted from the next day."""

    days: int
    unit: Literal["wd", "cd"]
    basis: str
    verified: bool = True


LIMITS = ("accept", "supply", "opinion", "post", "notice", "decide", "serve", "publish")
"""The limits that every rule version must give: to accept, for the household to supply papers, to give the opinion,
to post the notice, for the notice to run, to decide, to serve, to publish."""


class Step(Value):
    """When an action may be taken: by whom, in which stages, after which milestones."""

    by: tuple[Role, ...]
    stages: tuple[str, ...]
    after: tuple[str, ...] = ()
    basis: str = ""


class RuleVersion(Value):
    """A matter's rule, in a region (division prefix), from ``valid_from`` up to and without ``valid_to``.

    ``standard``: fen per person per month. ``verified`` is false while a figure is not checked against the text.
    """

    id: str
    matter: str
    title_zh: str
    title_en: str
    region: str
    valid_from: date
    basis: tuple[str, ...]
    verified: bool
    standard: Fen
    limits: dict[str, Limit]
    steps: dict[str, Step]
    valid_to: date | None = None
    min_investigators: int = 2
    review_months: int = 12


def in_force(versions: tuple[RuleVersion, ...], matter: str, division: str, day: date) -> RuleVersion | None:
    """Return the version in force, the most specific region winning; None when there is none."""
    fits = [
        v
        for v in versions
        if v.matter == matter
        and is_within(division, v.region)
        and v.valid_from <= day
        and (v.valid_to is None or day < v.valid_to)
    ]
    return max(fits, key=lambda v: len(v.region), default=None)


def monthly_top_up(standard: Fen, persons: int, income: Fen) -> Fen:
    """Return standard × persons − household monthly income, in fen, never below zero (令649 art. 12)."""
    return Fen(max(0, standard * persons - income))
