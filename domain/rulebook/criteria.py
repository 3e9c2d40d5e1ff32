"""Criteria 条件: a typed list, each line a fact, a comparison and a parameter, that says why it passed or failed."""

from collections.abc import Mapping
from typing import Literal

from domain.errors import Refused
from domain.kernel import Personal, Value

FactValue = bool | int | str
"""Money in fen, counts and ages as integers, dates as ISO text, choices as their code."""

FactKind = Literal["fen", "count", "date", "flag", "choice"]
Comparison = Literal["<", "<=", "==", "!=", ">=", ">", "in", "not_in"]


class FactShape(Value):
    """A fact that the rule asks for: its kind, its words, and where it comes from."""

    kind: FactKind
    zh: str
    en: str
    choices: dict[str, str] = {}
    """Code -> Chinese words, for ``choice``."""
    source: Literal["declared", "investigated", "shared"] = "investigated"


class Criterion(Value):
    """``fact`` compared with ``value``, or with the rule's parameter times ``permille`` / 1000.

    ``group``: of the criteria with the same group, one that passes is enough.
    """

    id: str
    fact: str
    op: Comparison
    zh: str
    en: str
    citation: str
    value: FactValue | tuple[str, ...] | None = None
    parameter: str = ""
    permille: int = 1000
    group: str = ""
    verified: bool = True


class Line(Value):
    """One evaluated criterion, as it is kept in the decision event. ``found`` and ``against`` are texts of values."""

    id: str
    fact: str
    op: Comparison
    against: str
    passed: bool
    citation: str
    found: Personal[str]
    group: str = ""


class FactMissing(Refused):
    """A fact that the criteria or the amount need has not been established."""

    code = "FACT_MISSING"
    zh = "尚有情况未认定"
    en = "A fact that the rule needs has not been established"


Values = Mapping[str, FactValue]
