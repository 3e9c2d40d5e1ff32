"""What a policy is made of: research, consultation, comments, review, decision, pilots."""

from datetime import date
from typing import Literal, NewType

from domain.kernel import Personal, PostId, Value

PolicyId = NewType("PolicyId", str)

Direction = Literal["down", "up"]
"""Whom a consultation asks: the grass roots 向基层, or the superior organ 向上级 (上下通气)."""

DIRECTIONS: tuple[Direction, ...] = ("down", "up")

Method = Literal["visit", "meeting", "survey", "data"]
"""实地走访 / 座谈 / 问卷 / 数据分析."""

Verdict = Literal["approved", "rejected"]
Recommendation = Literal["promote", "close"]
FigureUnit = Literal["count", "days", "fen"]


class Research(Value):
    """调研: one piece of it."""

    method: Method
    places: tuple[str, ...]
    findings: str


class Consultation(Value):
    """征求意见 in one direction; ``until`` is its last day."""

    direction: Direction
    audience: str
    until: date


class Reply(Value):
    """What became of a comment, and why."""

    adopted: bool
    reason: str


class Comment(Value):
    """意见. ``number`` counts from 1. ``of``: the organ that spoke, where its words were entered by another's post."""

    number: int
    direction: Direction
    post: PostId
    text: Personal[str]
    of: str = ""
    reply: Reply | None = None


class LegalityReview(Value):
    """合法性审核."""

    passed: bool
    opinion: str


class CollectiveDecision(Value):
    """集体讨论决定."""

    meeting: str
    held_on: date
    participants: int
    result: Verdict


class Figure(Value):
    """One measure of a pilot: a count, whole days (a median, say) or fen, before and after."""

    name: str
    unit: FigureUnit
    before: int
    after: int


class Measurement(Value):
    """What a pilot showed from ``since`` to ``until``, both included."""

    since: date
    until: date
    figures: tuple[Figure, ...]


class Evaluation(Value):
    """试点评估."""

    recommendation: Recommendation
    summary: str


class Pilot(Value):
    """试点: the draft's rules in named divisions, from ``valid_from`` up to and without ``valid_to``."""

    id: str
    divisions: tuple[str, ...]
    valid_from: date
    valid_to: date
    hypothesis: str
    versions: tuple[str, ...]
    """Ids of the rule versions that it put into force."""
    measurements: tuple[Measurement, ...] = ()
    evaluation: Evaluation | None = None
    end: Literal["", "promoted", "closed"] = ""
    reason: str = ""
