"""Decision: public notice, confirmation or refusal, service and publication."""

from datetime import date
from typing import ClassVar

from domain.cases.events.clocked import Clocked
from domain.cases.parts import Due
from domain.kernel import Fen, Personal, PostId
from domain.rulebook.amounts import Calculation
from domain.rulebook.criteria import FactValue, Line


class NoticePosted(Clocked):
    """公示: name, village, family size and amount only. ``until`` is the last day."""

    TYPE: ClassVar = "case.notice_posted"
    posted_on: date
    until: date
    place: str
    due: Due


class NoticeObjected(Clocked):
    """公示异议: opens a new inquiry, a new opinion and a new notice."""

    TYPE: ClassVar = "case.notice_objected"
    objected_on: date
    content: Personal[str]
    due: Due


class NoticeClosed(Clocked):
    """公示期满, no objection open."""

    TYPE: ClassVar = "case.notice_closed"
    closed_on: date
    due: Due


class Confirmed(Clocked):
    """确认: amount in fen per month (once, for a one-off) with the figures that give it.

    ``values``: every fact the criteria and the amount used. ``until``: last day of a status that expires.
    ``with_posts``: who decided together with the acting post (研究会办).
    """

    TYPE: ClassVar = "case.confirmed"
    confirmed_on: date
    amount: Fen
    standard: Fen
    persons: int
    monthly_income: Fen
    rule: str
    from_month: date
    due: Due
    criteria: tuple[Line, ...] = ()
    calculation: Calculation | None = None
    values: Personal[dict[str, FactValue]] = {}
    until: date | None = None
    with_posts: tuple[PostId, ...] = ()


class CaseRefused(Clocked):
    """不予确认, with the written reason, the criteria as far as they could be judged, and who decided together."""

    TYPE: ClassVar = "case.refused"
    refused_on: date
    reason: str
    basis: str
    due: Due
    criteria: tuple[Line, ...] = ()
    values: Personal[dict[str, FactValue]] = {}
    with_posts: tuple[PostId, ...] = ()


class DecisionServed(Clocked):
    """送达回证."""

    TYPE: ClassVar = "case.decision_served"
    served_on: date
    manner: str


class ResultPublished(Clocked):
    """公布: long-term posting of name, family size and amount."""

    TYPE: ClassVar = "case.result_published"
    published_on: date
    place: str


DecisionEvent = (
    NoticePosted | NoticeObjected | NoticeClosed | Confirmed | CaseRefused | DecisionServed | ResultPublished
)
