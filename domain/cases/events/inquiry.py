"""Inquiry 调查核对: comparison, visits, appraisal, opinion."""

from datetime import date, datetime
from typing import ClassVar

from domain.cases.parts import Due, Result
from domain.kernel import Event, Fen, Personal, PostId


class ComparisonAuthorised(Event):
    """核对授权书: the household allows the information check."""

    TYPE: ClassVar = "case.comparison_authorised"
    authorised_on: date
    document: str = ""


class ComparisonReported(Event):
    """核对报告. ``hits`` name kinds of findings (vehicle, property …), no values."""

    TYPE: ClassVar = "case.comparison_reported"
    reported_on: date
    source: str
    hits: tuple[str, ...] = ()


class HomeVisited(Event):
    """入户调查表: the investigators have signed; the household has signed, or it is told why not."""

    TYPE: ClassVar = "case.home_visited"
    visited_at: datetime
    investigators: tuple[PostId, ...]
    signed_by_household: bool
    findings: Personal[str] = ""
    unsigned_reason: Personal[str] = ""


class NeighbourInterviewed(Event):
    """邻里访问."""

    TYPE: ClassVar = "case.neighbour_interviewed"
    interviewed_on: date
    interviewers: tuple[PostId, ...]
    summary: Personal[str] = ""


class AppraisalHeld(Event):
    """民主评议记录."""

    TYPE: ClassVar = "case.appraisal_held"
    held_on: date
    participants: int
    votes_for: int
    place: str = ""


class OpinionIssued(Event):
    """初审意见, with the figures it rests on (fen per month)."""

    TYPE: ClassVar = "case.opinion_issued"
    issued_on: date
    result: Result
    persons: int
    monthly_income: Fen
    due: Due
    reason: str = ""


InquiryEvent = (
    ComparisonAuthorised | ComparisonReported | HomeVisited | NeighbourInterviewed | AppraisalHeld | OpinionIssued
)
