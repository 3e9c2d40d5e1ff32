"""What a rule version is made of: time limits, steps, duties, notice, papers, overlaps, appeal.

Every part is data with its legal basis (document and article); ``verified`` is false while a figure has not been
checked against the text.
"""

from datetime import date
from typing import Literal

from domain.authority.posts import Role
from domain.kernel import Fen, Value
from domain.rulebook.criteria import Criterion

Unit = Literal["wd", "cd", "h", "mo"]
"""Working days 工作日, calendar days 自然日, hours 小时, months 月."""


class Limit(Value):
    """A time limit: ``days`` (the stored name) of its ``unit``. Days and months count from the next day."""

    days: int
    unit: Unit
    basis: str
    verified: bool = True


class Step(Value):
    """When an action may be taken: by whom, in which stages, after which milestones."""

    by: tuple[Role, ...]
    stages: tuple[str, ...]
    after: tuple[str, ...] = ()
    basis: str = ""


class Pause(Value):
    """Time that does not count: from an event type until another (补正, 核对, 公示)."""

    begins: str
    ends: str


class DutyRule(Value):
    """A statutory duty 法定职责: which event starts its clock, which events meet it, who holds it.

    ``limit`` names one of the rule's limits. ``warn``: so many of the limit's unit before it is due, a warning.
    ``drops``: event types after which it is owed no more.
    """

    limit: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    holder: Role
    drops: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    warn: int = 1
    zh: str = ""
    en: str = ""


class NoticeRule(Value):
    """Whether a public notice 公示 is required, forbidden (children's privacy) or not foreseen.

    ``exempt``: a case that meets all of these criteria must not be posted although the matter is (特困 minors).
    """

    kind: Literal["required", "forbidden", "none"] = "required"
    basis: str = ""
    exempt: tuple[Criterion, ...] = ()
    verified: bool = True


class Paper(Value):
    """A paper to hand in. ``shared``: obtainable by sharing, so not asked for (免证); ``exempt``: 免交依据."""

    id: str
    zh: str
    en: str
    basis: str = ""
    shared: bool = False
    exempt: str = ""


class Overlap(Value):
    """What happens when a person of the case already has ``matter`` (重复享受).

    ``excludes``: refused. ``choose``: refused until the other one is given up. ``top_up``: the amount is less the
    other. ``higher``: only what exceeds the other. ``scope``: whether one member who has it is enough (household),
    or only the applicant counts.
    """

    matter: str
    effect: Literal["excludes", "choose", "top_up", "higher"]
    basis: str
    scope: Literal["any_member", "applicant"] = "any_member"
    verified: bool = True


class Track(Value):
    """A parameter that differs by urban and rural: only with a legal basis (no dual track, article §1 row 6)."""

    parameter: str
    urban: int
    rural: int
    basis: str = ""


class Appeal(Value):
    """复议 and 诉讼: days to apply, and who answers."""

    review_days: int = 60
    lawsuit_months: int = 6
    basis: str = "行政复议法；行政诉讼法"
    verified: bool = False


class FirstMonth(Value):
    """The first and the last payable month (DOMAIN §2.2), each with its basis.

    ``first``: month of the application, the month after the confirmation, the month the condition began (fact
    ``condition_from``, back-pay if applied for late), or once.
    ``last``: the month of the decision to stop (paid up to it), or the month in which the condition ended.
    """

    first: Literal["application", "after_confirmation", "condition", "once", "none"] = "after_confirmation"
    last: Literal["decision_month", "condition_month", "none"] = "decision_month"
    basis: str = ""
    verified: bool = True


class Validity(Value):
    """How long a certified status lasts (months from the confirmation); then it expires."""

    months: int
    basis: str
    verified: bool = True


class Ceiling(Value):
    """An amount (fen) that a figure must not exceed, with its basis."""

    amount: Fen
    basis: str
    from_day: date | None = None
