"""A decision, explained: what an explanation tells."""

from datetime import date, datetime
from typing import Literal

from domain.authority.powers import Grant, PowerItem
from domain.cases.parts import Duty, Result
from domain.kernel import Fen, PostId, Value
from domain.rulebook.amounts import Calculation
from domain.rulebook.criteria import FactValue, Line


class RuleTold(Value):
    """The rule version of a decision: where and when it holds, and on which documents it rests."""

    id: str
    title_zh: str
    title_en: str
    issuer: str
    region: str
    valid_from: date
    valid_to: date | None
    basis: tuple[str, ...]
    verified: bool


class LineTold(Value):
    """A criterion as it was judged, and as the stored values give it again. ``kept`` None: not kept at the time."""

    zh: str
    en: str
    verified: bool
    kept: Line | None
    again: Line | None
    same: bool


class AmountTold(Value):
    """The amount as it was calculated, and as the stored values give it again, to the fen."""

    basis: str
    kept: Calculation
    again: Calculation | None
    same: bool


class AuthorityTold(Value):
    """Whose power it was: the acting post, the power item and the grant, as the register has them."""

    post: PostId
    organ: str
    power: str
    grant: str
    in_name_of: str
    item: PowerItem | None = None
    granted: Grant | None = None


class DutyTold(Value):
    """A duty of the case as it stands now. ``ended_at``: when it was met or dropped (UTC)."""

    duty: Duty
    zh: str
    en: str
    ended_at: datetime | None = None


class CaseTold(Value):
    """Whose decision it is. ``division``: as it was when the case was decided."""

    id: str
    number: str
    matter: str
    division: str


class DecisionTold(Value):
    """What was decided. ``amount``: fen per month (once, for a one-off); ``basis``: of a refusal, as it was told."""

    seq: int
    result: Result
    on: date
    amount: Fen = Fen(0)
    reason: str = ""
    basis: str = ""
    from_month: date | None = None
    until: date | None = None
    with_posts: tuple[PostId, ...] = ()


class ChangeTold(Value):
    """A later change of the amount (fen per month), explained as the decision is. Older ones kept no calculation."""

    seq: int
    to: Literal["increased", "reduced"]
    on: date
    from_month: date
    before: Fen
    amount: Fen
    reason: str
    authority: AuthorityTold
    values: dict[str, FactValue]
    criteria: tuple[LineTold, ...]
    calculation: AmountTold | None
    same: bool


class Remark(Value):
    """What is remarkable about a decision: a stable code, and the words."""

    code: str
    zh: str
    en: str


REFUSED_THOUGH_ELIGIBLE = Remark(
    "REFUSED_THOUGH_ELIGIBLE",
    "各项条件均符合，仍不予确认：只能以所述理由为据",
    "Every criterion was met, and yet it was refused: it rests on the reason told alone",
)


class Explanation(Value):
    """A decision, explained. ``same``: every line, and each amount to the fen, come out as they were kept."""

    case: CaseTold
    decision: DecisionTold
    rule: RuleTold
    authority: AuthorityTold
    values: dict[str, FactValue]
    criteria: tuple[LineTold, ...]
    calculation: AmountTold | None
    duties: tuple[DutyTold, ...]
    same: bool
    changes: tuple[ChangeTold, ...] = ()
    remarks: tuple[Remark, ...] = ()
