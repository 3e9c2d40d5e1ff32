"""What inquiries usually find: ranges of figures, and facts that follow from others. All of it is assumed."""

import random
from collections.abc import Callable, Mapping

from domain.rulebook.criteria import FactKind, FactShape, FactValue

Facts = dict[str, FactValue]

RANGES: Mapping[str, tuple[int, int, int]] = {
    "need_amount": (60_000, 1_100_000, 10_000),
    "grade": (1, 4, 1),
    "rigid_permille": (450, 950, 10),
    "individuals": (30, 140, 1),
    "units": (5, 60, 1),
    "funds": (2_000_000, 30_000_000, 100_000),
    "capital": (3_000_000, 60_000_000, 100_000),
    "care_score": (4, 88, 1),
    "assessors": (2, 3, 1),
    "contract_months": (3, 12, 1),
    "units_accepted": (10, 120, 1),
    "payable": (200_000, 3_000_000, 10_000),
}
"""Fact -> lowest, highest, step. Money in fen."""

_OF_KIND: Mapping[FactKind, tuple[int, int, int]] = {"count": (1, 6, 1), "fen": (50_000, 600_000, 10_000)}
_DRAWS = 12
_LOST_FROM, _ITEMS = 4, 6
_SHARES = (0.3, 0.2, 0.3)
"""Of the care score, what the first three of its four parts have."""


def candidates(rng: random.Random, name: str, shape: FactShape, near: int | None) -> list[FactValue]:
    """Return values that a fact may have, a usual one first. ``near``: a figure that something depends on."""
    if shape.kind == "flag":
        return [False, True]
    if shape.kind == "choice":
        choices: list[FactValue] = sorted(shape.choices, key=lambda code: (code != "none", rng.random()))
        return choices
    lowest, highest, step = RANGES.get(name, _OF_KIND.get(shape.kind, (0, 0, 1)))
    drawn: list[FactValue] = [rng.randrange(lowest, highest + 1, step) for _ in range(_DRAWS)]
    return drawn if near is None else [*drawn, near, near + 1, max(0, near - 1)]


def with_linked(rng: random.Random, facts: Facts) -> Facts:
    """Return the facts with those set that follow from others."""
    for name, link in _LINKS.items():
        if name in facts:
            facts[name] = link(rng, facts)
    if "care_score" in facts and "score_self_care" in facts:
        facts |= _scores(int(facts["care_score"]))
    return facts


def _scores(total: int) -> Facts:
    first, second, third = (int(total * share) for share in _SHARES)
    return {
        "score_self_care": first,
        "score_movement": second,
        "score_mind": third,
        "score_perception": total - first - second - third,
    }


def _failed(rng: random.Random, facts: Facts) -> int:
    found = {"full": 0, "partial": rng.randint(1, _LOST_FROM - 1), "lost": rng.randint(_LOST_FROM, _ITEMS)}
    return found.get(str(facts.get("self_care")), 0)


_LINKS: Mapping[str, Callable[[random.Random, Facts], FactValue]] = {
    "members": lambda _, facts: int(facts["individuals"]) + int(facts["units"]),
    "units_ordered": lambda rng, facts: int(facts["units_accepted"]) + rng.choice((0, 0, 0, 1, 2, 5)),
    "payable": lambda rng, facts: int(facts["units_accepted"]) * rng.randrange(3_000, 12_000, 500),
    "self_care_failed": _failed,
}
