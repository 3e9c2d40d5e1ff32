"""One rule version: everything that holds for a matter, in one region, between two dates."""

from datetime import date
from typing import Literal

from domain.kernel import Fen, Value
from domain.rulebook.amounts import AmountRule
from domain.rulebook.criteria import Criterion, FactShape
from domain.rulebook.parts import (
    Appeal,
    DutyRule,
    FirstMonth,
    Limit,
    NoticeRule,
    Overlap,
    Paper,
    Step,
    Track,
    Validity,
)

SubjectKind = Literal["person", "household", "organisation", "station"]
"""Whose case it is: one person, a household, an organisation, or somebody at a rescue station, perhaps unnamed."""

Issuer = Literal["national", "province", "city", "county"]
Family = Literal["relief", "welfare", "governance"]
"""救助 / 福利 / 治理."""


class Matter(Value):
    """A matter 事项. ``code``: 基本编码 of GB/T 39554, where one is known."""

    id: str
    zh: str
    en: str
    family: Family
    subject: SubjectKind
    code: str = ""


class RuleVersion(Value):
    """A matter's rule, in a region (division prefix), from ``valid_from`` up to and without ``valid_to``.

    ``standard``: fen per person per month, also the parameter of that name. ``verified`` is false while a figure is not
    checked against the text. ``parameters``: whole numbers (fen, counts, permille). ``pilot``: only a pilot's divisions
    and dates. ``policy``: the policy whose publication made it; empty for norms of others, or older than this log.
    ``total``: the statutory limit from acceptance to decision; ``promise``: what the bureau promises, never longer.
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
    subject: SubjectKind = "household"
    issuer: Issuer = "city"
    parameters: dict[str, int] = {}
    tracks: tuple[Track, ...] = ()
    facts: dict[str, FactShape] = {}
    criteria: tuple[Criterion, ...] = ()
    amount: AmountRule = AmountRule()
    months: FirstMonth = FirstMonth()
    validity: Validity | None = None
    notice: NoticeRule = NoticeRule()
    papers: tuple[Paper, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    next_layers: tuple[str, ...] = ()
    duties: dict[str, DutyRule] = {}
    total: Limit | None = None
    promise: Limit | None = None
    appeal: Appeal = Appeal()
    pilot: str = ""
    policy: str = ""
    cites_pilot: str = ""
    collective: bool = False
    """Whether a decision is always collective (研究会办)."""


LIMITS = ("accept", "supply", "opinion", "post", "notice", "decide", "serve", "publish")
"""Limits that steps ask for by name: to accept, for the household to supply papers, to give the opinion, to post the
notice, for the notice to run, to decide, to serve, to publish. A rule gives those whose steps it has."""
