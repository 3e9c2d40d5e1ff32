"""Checks that many actions share. Each raises a subclass of Refused or returns."""

from datetime import date

from domain.authority.posts import covers
from domain.cases.facts import Act, Facts
from domain.cases.parts import Due
from domain.cases.state import ENDED, CaseState
from domain.errors import CaseClosed, NoAuthority, ReasonMissing, UnknownCase, WrongOrder
from domain.calendar import add_calendar_days, civil_day


def may(case: CaseState, action: str, facts: Facts) -> None:
    """Check that the case exists, the post may act here, and the rule opens the step now.

    Raises UnknownCase, NoAuthority, CaseClosed or WrongOrder.
    """
    if case.stage == "none":
        raise UnknownCase
    authorised(case.division, action, facts)
    in_order(case, action, facts)


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
    if step.stages and case.stage not in step.stages:
        if case.stage in ENDED or case.archived:
            raise CaseClosed(case.stage)
        raise WrongOrder(f"{action}: {case.stage}", basis=step.basis)
    missing = [milestone for milestone in step.after if milestone not in case.done]
    if missing:
        raise WrongOrder(f"{action}: {', '.join(missing)}", basis=step.basis)


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
