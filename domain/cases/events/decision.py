"""Decision: public notice, confirmation or refusal, service and publication."""

from datetime import date
from typing import ClassVar

from domain.cases.parts import Due
from domain.kernel import Event, Fen, Personal


class NoticePosted(Event):
    """公示: name, village, family size and amount only. ``until`` is the last day."""

    TYPE: ClassVar = "case.notice_posted"
    posted_on: date
    until: date
    place: str
    due: Due


class NoticeObjected(Event):
    """公示异议: opens a new inquiry, a new opinion and a new notice."""

    TYPE: ClassVar = "case.notice_objected"
    objected_on: date
    content: Personal[str]
    due: Due


class NoticeClosed(Event):
    """公示期满, no objection open."""

    TYPE: ClassVar = "case.notice_closed"
    closed_on: date
    due: Due


class Confirmed(Event):
    """确认: amount in fen per month with the figures that give it."""

    TYPE: ClassVar = "case.confirmed"
    confirmed_on: date
    amount: Fen
    standard: Fen
    persons: int
    monthly_income: Fen
    rule: str
    from_month: date
    due: Due


class CaseRefused(Event):
    """不予确认, with the written reason."""

    TYPE: ClassVar = "case.refused"
    refused_on: date
    reason: str
    basis: str
    due: Due


class DecisionServed(Event):
    """送达回证."""

    TYPE: ClassVar = "case.decision_served"
    served_on: date
    manner: str


class ResultPublished(Event):
    """公布: long-term posting of name, family size and amount."""

    TYPE: ClassVar = "case.result_published"
    published_on: date
    place: str


DecisionEvent = (
    NoticePosted | NoticeObjected | NoticeClosed | Confirmed | CaseRefused | DecisionServed | ResultPublished
)
