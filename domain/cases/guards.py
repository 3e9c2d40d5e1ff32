"""Checks that many actions share. Each raises a subclass of Refused or returns."""

from datetime import date

from domain.authority.posts import covers
from domain.calendar import add_calendar_days, civil_day
from domain.cases.facts import Act, Facts
from domain.cases.parts import Due
from domain.cases.state import ENDED, CaseState
from domain.errors import CaseClosed, InvalidValue, NoAuthority, ReasonMissing, UnknownCase, WrongOrder
from domain.kernel import Fen, PostId

_FULL_CODE = 12
_MOST_FEN = 10**15
"""Ten trillion yuan: no household has it, and every 64-bit column takes it."""


def may(case: CaseState, action: str, facts: Facts) -> None:
    """Check that the case exists, the post may act here and is not kin, and the rule opens the step now.

    Raises UnknownCase, NoAuthority, CaseClosed or WrongOrder.
    """
    competent(case, action, facts)
    in_order(case, action, facts)


def competent(case: CaseState, action: str, facts: Facts) -> None:
    """Check that the case exists and the post may act on it at all. Raises UnknownCase or NoAuthority."""
    if case.stage == "none":
        raise UnknownCase
    authorised(case.division, action, facts)
    not_kin(case, (facts.act.post.id,))


def authorised(division: str, action: str, facts: Facts) -> None:
    """Check role and division of the acting post (法无授权不可为). Raises NoAuthority."""
    step = facts.rule.steps.get(action)
    post = facts.act.post
    if step is None or post.role not in step.by:
        raise NoAuthority(f"{post.role}: {action}", basis=step.basis if step else "")
    if not covers(post, division):
        raise NoAuthority("division")


def in_order(case: CaseState, action: str, facts: Facts) -> None:
    """Check stage and milestones by the rule version. Raises CaseClosed or WrongOrder, naming what is missing."""
    step = facts.rule.steps[action]
    if case.archived and step.stages:
        raise CaseClosed("archived")
    if step.stages and case.stage not in step.stages:
        if case.stage in ENDED:
            raise CaseClosed(case.stage)
        raise WrongOrder(f"{action}: {case.stage}", basis=step.basis)
    missing = [milestone for milestone in step.after if milestone not in case.done]
    if missing:
        raise WrongOrder(f"{action}: {', '.join(missing)}", basis=step.basis)


def not_kin(case: CaseState, posts: tuple[PostId, ...]) -> None:
    """Check that none of the posts is held by kin of the household (回避). Raises NoAuthority."""
    if not set(posts).isdisjoint(case.kin_posts):
        raise NoAuthority("kin")


def objection_open(case: CaseState) -> bool:
    """Tell whether an objection waits for a new inquiry, opinion and notice."""
    return case.notice is not None and case.notice.objections > 0 and "notice_posted" not in case.done


def known_posts(field: str, posts: tuple[PostId, ...], facts: Facts) -> tuple[PostId, ...]:
    """Return the posts, each once, in order. Raises InvalidValue for none at all and for one that does not exist."""
    if not posts or any(post not in facts.posts for post in posts):
        raise InvalidValue(field)
    return tuple(sorted(set(posts)))


def stated(field: str, text: str) -> str:
    """Return the text without surrounding space. Raises InvalidValue when nothing is left."""
    if not text.strip():
        raise InvalidValue(field)
    return text.strip()


def full_division(field: str, code: str) -> str:
    """Return the code of a village or community. Raises InvalidValue unless it has 12 digits."""
    if len(code) != _FULL_CODE or not (code.isascii() and code.isdigit()):
        raise InvalidValue(field)
    return code


def not_negative(field: str, amount: Fen) -> Fen:
    """Return the amount (fen). Raises InvalidValue below zero and above what the log can hold."""
    if not 0 <= amount <= _MOST_FEN:
        raise InvalidValue(field)
    return amount


def reasoned(reason: str) -> str:
    """Return the reason without surrounding space. Raises ReasonMissing when nothing is left (令649: 书面说明理由)."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()


def today(act: Act) -> date:
    """Return the civil date (Asia/Shanghai) on which the act happened."""
    return civil_day(act.occurred_at)


def due(what: str, limit: str, start: date, facts: Facts) -> Due:
    """Return the due date that the rule's limit gives, counted from the day after ``start``."""
    rule = facts.rule.limits[limit]
    count = facts.calendar.add_working_days if rule.unit == "wd" else add_calendar_days
    return Due(what=what, on=count(start, rule.days), basis=rule.basis)
