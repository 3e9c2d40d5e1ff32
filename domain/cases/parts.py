"""The things that a case's events and state are made of."""

from datetime import date, datetime
from typing import Literal

from domain.kernel import Fen, Personal, PostId, SubjectId, Value

Channel = Literal["self", "mandate", "village"]
Result = Literal["grant", "refuse"]


class Person(Value):
    """A person as the case knows them. The personal fields belong to ``subject``."""

    subject: SubjectId
    name: Personal[str]
    id_number: Personal[str]
    relation: str = "本人"
    phone: Personal[str] = ""


class Household(Value):
    """The family as assessed 共同生活的家庭成员, the applicant first. Income: fen per month, of all together."""

    members: tuple[Person, ...]
    monthly_income: Fen


class Mandate(Value):
    """A power of attorney 委托书."""

    agent_subject: SubjectId
    agent_name: Personal[str]
    relation: str
    document: str = ""


class Organisation(Value):
    """An organisation as the case knows it. ``uscc``: unified social credit code, empty before it is registered."""

    subject: SubjectId
    name: str
    uscc: str = ""


class Due(Value):
    """The next date on which somebody must have acted; ``at`` where the limit is one of hours (UTC)."""

    what: str
    on: date
    basis: str = ""
    at: datetime | None = None


DutyChange = Literal["started", "paused", "resumed", "met", "dropped"]


class DutyMove(Value):
    """What an act did to the clock of a statutory duty. ``due_at``: the moment after which it is breached (UTC).

    ``basis``: document and article; ``holder``: the role that owes it in the case's division. ``left``: of a paused
    duty, how much of its limit is left, in the limit's unit (hours for a limit of hours, else days).
    """

    what: str
    to: DutyChange
    due_at: datetime | None = None
    warn_at: datetime | None = None
    holder: str = ""
    basis: str = ""
    left: int = 0


class Duty(Value):
    """A statutory duty as it stands. ``left``: what was left of a paused one, in the unit of its limit."""

    what: str
    status: DutyChange
    due_at: datetime
    warn_at: datetime
    holder: str
    basis: str
    left: int = 0
    warned: bool = False
    breached: bool = False


class Comparison(Value):
    """The state of the information check 信息核对."""

    authorised_on: date
    reported_on: date | None = None
    hits: tuple[str, ...] = ()


class Opinion(Value):
    """The first opinion 初审意见, with the figures it rests on (fen per month)."""

    result: Result
    persons: int
    monthly_income: Fen
    reason: str = ""


class Notice(Value):
    """A public notice 公示. ``until`` is the last day of posting."""

    posted_on: date
    until: date
    place: str
    objections: int = 0
    closed_on: date | None = None


class Decision(Value):
    """What was decided. ``amount`` in fen per month; ``until``: last day of a status that expires."""

    result: Result
    on: date
    amount: Fen = Fen(0)
    reason: str = ""
    served_on: date | None = None
    published_on: date | None = None
    from_month: date | None = None
    until: date | None = None


GrantStatus = Literal["running", "suspended", "stopped"]


class Grant(Value):
    """Money that runs. ``amount`` in fen per month, from the first payable month (first day of it)."""

    status: GrantStatus
    amount: Fen
    from_month: date
    reason: str = ""


class Review(Value):
    """A periodic review 定期核查."""

    due_on: date
    completed_on: date | None = None
    outcome: str = ""


class Document(Value):
    """A document kept by the file store under its SHA-256 (hex). ``size`` in bytes."""

    sha256: str
    media_type: str
    size: int
    kind: str
    title: Personal[str] = ""


class Correction(Value):
    """A correction 更正: the event that was wrong stays; this says what is right."""

    seq: int
    field: str
    value: Personal[str]
    reason: str


_MOST_DIGITS = 15


def is_fen(text: str) -> bool:
    """Tell whether the text is an amount in fen: digits alone, at most 15."""
    return len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit()


class Visit(Value):
    """A home visit 入户调查."""

    at: datetime
    investigators: tuple[PostId, ...]
