"""Amount rules as named calculators; each explains what it used and what it gave, in fen."""

from typing import Literal

from domain.kernel import Fen, Value

Kind = Literal["top_up", "banded", "flat", "flat_by_age", "graded", "one_off", "none"]


class Band(Value):
    """From ``from_`` (fen of income per head, years of age …) on, so much; the highest band that fits counts."""

    start: int
    amount: Fen


class Supplement(Value):
    """分类施保: so many permille of the standard more for each person counted by a fact."""

    fact: str
    permille: int
    basis: str = ""
    verified: bool = True


class AmountRule(Value):
    """How the amount is found.

    ``top_up`` 补差: parameter ``standard`` × persons − monthly income, plus supplements. ``banded`` 分档 and
    ``flat_by_age``: the band of ``fact``. ``flat``: ``parameter``. ``graded``: ``grades`` by the choice in ``fact``,
    plus ``parameter`` if named. ``one_off``: the fact ``fact`` (fen), at most ``parameter`` × permille / 1000.
    ``none``: no money (a status, a registration, a service).
    """

    kind: Kind = "top_up"
    basis: str = ""
    parameter: str = "standard"
    permille: int = 1000
    fact: str = ""
    bands: tuple[Band, ...] = ()
    grades: dict[str, Fen] = {}
    supplements: tuple[Supplement, ...] = ()
    verified: bool = True


class Calculation(Value):
    """An amount with what it was made of. ``steps``: one readable line for each term."""

    kind: Kind
    inputs: dict[str, int]
    amount: Fen
    less: Fen = Fen(0)
    """What another benefit already gives (top-up, higher-of), in fen per month."""
