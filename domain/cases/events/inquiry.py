"""Inquiry 调查核对: comparison, visits, appraisal, opinion."""

from datetime import date, datetime
from typing import ClassVar

from domain.cases.events.clocked import Clocked
from domain.cases.parts import Due, Result
from domain.kernel import Fen, Personal, PostId
from domain.rulebook.criteria import FactValue


class ComparisonAuthorised(Clocked):
    """核对授权书: the household allows the information check."""

    TYPE: ClassVar = "case.comparison_authorised"
    authorised_on: date
    document: str = ""


class ComparisonReported(Clocked):
    """核对报告. ``hits`` name kinds of findings (vehicle, property …), no values."""

    TYPE: ClassVar = "case.comparison_reported"
    reported_on: date
    source: str
    hits: tuple[str, ...] = ()


class HomeVisited(Clocked):
    """入户调查表: the investigators have signed; the household has signed, or it is told why not."""

    TYPE: ClassVar = "case.home_visited"
    visited_at: datetime
    investigators: tuple[PostId, ...]
    signed_by_household: bool
    findings: Personal[str] = ""
    unsigned_reason: Personal[str] = ""


class NeighbourInterviewed(Clocked):
    """邻里访问."""

    TYPE: ClassVar = "case.neighbour_interviewed"
    interviewed_on: date
    interviewers: tuple[PostId, ...]
    summary: Personal[str] = ""


class AppraisalHeld(Clocked):
    """民主评议记录."""

    TYPE: ClassVar = "case.appraisal_held"
    held_on: date
    participants: int
    votes_for: int
    place: str = ""


class OpinionIssued(Clocked):
    """初审意见, with the figures it rests on (fen per month)."""

    TYPE: ClassVar = "case.opinion_issued"
    issued_on: date
    result: Result
    persons: int
    monthly_income: Fen
    due: Due
    reason: str = ""


class FactsEstablished(Clocked):
    """情况认定: facts that the rule asks for, by name, and where they come from."""

    TYPE: ClassVar = "case.facts_established"
    established_on: date
    source: str
    facts: Personal[dict[str, FactValue]]


InquiryEvent = (
    ComparisonAuthorised
    | ComparisonReported
    | HomeVisited
    | NeighbourInterviewed
    | AppraisalHeld
    | OpinionIssued
    | FactsEstablished
)
