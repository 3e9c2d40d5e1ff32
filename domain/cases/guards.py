"""Checks that many actions share. Each raises a subclass of Refused or returns."""

from datetime import date

from domain.authority.check import granted
from domain.authority.denied import KinExcluded, SameHandler
from domain.authority.posts import Post, covers
from domain.authority.powers import Grant
from domain.calendar import add_hours, civil_day, period_end
from domain.cases.assess import figures
from domain.cases.facts import Act, Facts
from domain.cases.parts import Due, Result
from domain.cases.state import ENDED, CaseState, Stage
from domain.errors import (
    CaseClosed,
    CollectiveNeeded,
    InvalidValue,
    NoAuthority,
    NoticeForbidden,
    ReasonMissing,
    StepNotForeseen,
    UnknownCase,
    WrongOrder,
)
from domain.kernel import Fen, PostId
from domain.rulebook.evaluate import evaluate, parameter_of, passed
from domain.rulebook.parts import Step

DECIDING = frozenset({"decide", "pay"})
"""Powers that nobody exercises on a case of kin, whether it was registered or not."""
_ON_RECORD = DECIDING | {"notice"}
"""Powers that are exercised at an office, on what the file holds by then."""
_HANDLES_NO_CASES = frozenset({"auditor", "operator", "system"})
_DECIDES_NOTHING = _HANDLES_NO_CASES | {"village_director"}
_FULL_CODE = 12
MOST_FEN = 10**15
"""Ten trillion yuan: no household has it, and every 64-bit column takes it."""


def may(case: CaseState, action: str, facts: Facts) -> Grant:
    """Check that the case exists, the post may act here and is not kin, and the rule opens the step now.

    Returns the grant it is done under. Raises UnknownCase, NoAuthority, StepNotForeseen, CaseClosed or WrongOrder.
    """
    grant = competent(case, action, facts)
    in_order(case, action, facts)
    return grant


def competent(case: CaseState, action: str, facts: Facts) -> Grant:
    """Check that the case exists and the post may act on it at all. Raises as ``may``, but for the order."""
    if case.stage == "none":
        raise UnknownCase
    if facts.grant is not None:
        return facts.grant
    grant = authorised(case.division, action, facts)
    kin = (*case.kin_posts, *facts.kin_posts) if _power(facts) in DECIDING else case.kin_posts
    if facts.act.post.id in kin:
        raise KinExcluded
    return grant


def authorised(division: str, action: str, facts: Facts) -> Grant:
    """Check role, division, power item, grant and ceiling of the acting post (法无授权不可为).

    Raises NoAuthority or one of its kinds, StepNotForeseen, NoticeForbidden.
    """
    if facts.grant is not None:
        return facts.grant
    step = foreseen(action, facts)
    post = facts.act.post
    if post.role not in step.by:
        raise NoAuthority(f"{post.role}: {action}", basis=step.basis)
    if not covers(post, division):
        raise NoAuthority("division")
    return granted(facts.register, post, facts.asked)


def foreseen(action: str, facts: Facts) -> Step:
    """Return the rule's step. Raises NoticeForbidden or StepNotForeseen."""
    rule = facts.rule
    step = rule.steps.get(action)
    if step is not None:
        return step
    if action == "post_notice" and rule.notice.kind == "forbidden":
        raise NoticeForbidden(rule.id, basis=rule.notice.basis)
    raise StepNotForeseen(f"{rule.id}: {action}")


def in_order(case: CaseState, action: str, facts: Facts) -> None:
    """Check stage and milestones by the rule version. Raises CaseClosed or WrongOrder, naming what is missing."""
    step = facts.rule.steps[action]
    if case.archived and step.stages:
        raise CaseClosed("archived")
    stage, done = _as_if_posted(case, facts)
    if step.stages and stage not in step.stages and case.stage not in step.stages:
        if case.stage in ENDED:
            raise CaseClosed(case.stage)
        raise WrongOrder(f"{action}: {case.stage}", basis=step.basis)
    missing = [milestone for milestone in step.after if milestone not in done]
    if missing:
        raise WrongOrder(f"{action}: {', '.join(missing)}", basis=step.basis)
    _not_before(case, action, facts)


def _not_before(case: CaseState, action: str, facts: Facts) -> None:
    """Nothing happens before the application is there; notice, decision and money not before what they rest on.

    Else an act told late could be dated back to a day with a friendlier grant.
    """
    known = [case.received_on]
    if _power(facts) in _ON_RECORD:
        notice, decision = case.notice, case.decision
        known += [case.accepted_on, notice.closed_on or notice.posted_on if notice else None]
        known.append(decision.on if decision else None)
    day = facts.asked.day
    if any(on is not None and day < on for on in known):
        raise WrongOrder(f"{action}: {day}", basis=facts.rule.steps[action].basis)


def _as_if_posted(case: CaseState, facts: Facts) -> tuple[Stage, frozenset[str]]:
    """A case that must not be posted goes on after the opinion as others do after their notice."""
    if case.stage == "opinion" and notice_exempt(case, facts):
        return "noticed", case.done | {"notice_posted", "notice_closed"}
    return case.stage, case.done


def notice_exempt(case: CaseState, facts: Facts) -> bool:
    """Tell whether this case must not be posted although its matter is (特困 minors)."""
    exempt = facts.rule.notice.exempt
    if not exempt:
        return False
    lines = evaluate(exempt, figures(case, facts.asked.day), parameter_of(facts.rule, facts.urban))
    return passed(lines)


def not_alone(case: CaseState, with_posts: tuple[PostId, ...], facts: Facts) -> tuple[PostId, ...]:
    """Return who decides together with the acting post. Raises SameHandler, CollectiveNeeded, InvalidValue.

    Who visited the household cannot be the only one who decides; some rules ask for a meeting (研究会办). Only posts
    that answer for the case's division and take part in decisions count: anybody's name would not be a meeting.
    """
    others: tuple[PostId, ...] = ()
    if with_posts:
        others = tuple(post for post in known_posts("with_posts", with_posts, facts) if post != facts.act.post.id)
        if not all(_may_take_part(facts.posts[post], case.division) for post in others):
            raise InvalidValue("with_posts")
    investigators = {post for visit in case.visits for post in visit.investigators}
    if facts.act.post.id in investigators and investigators.issuperset(others):
        raise SameHandler
    if facts.rule.collective and not others:
        raise CollectiveNeeded(facts.rule.id)
    if others and set(others) & {*case.kin_posts, *facts.kin_posts}:
        raise KinExcluded("with_posts")
    return others


def _may_take_part(post: Post, division: str) -> bool:
    return post.role not in _DECIDES_NOTHING and covers(post, division)


def not_kin(case: CaseState, posts: tuple[PostId, ...]) -> None:
    """Check that none of the posts is held by kin of the household (回避). Raises KinExcluded."""
    if not set(posts).isdisjoint(case.kin_posts):
        raise KinExcluded


def _power(facts: Facts) -> str:
    return facts.asked.item.rpartition(".")[2]


def objection_open(case: CaseState) -> bool:
    """Tell whether an objection waits for a new inquiry, opinion and notice."""
    return case.notice is not None and case.notice.objections > 0 and "notice_posted" not in case.done


def known_posts(field: str, posts: tuple[PostId, ...], facts: Facts) -> tuple[PostId, ...]:
    """Return the posts, each once, in order. Raises InvalidValue for none at all and for one that does not exist."""
    if not posts or any(post not in facts.posts for post in posts):
        raise InvalidValue(field)
    return tuple(sorted(set(posts)))


def investigating(field: str, posts: tuple[PostId, ...], case: CaseState, facts: Facts) -> tuple[PostId, ...]:
    """Return the posts that inquire, each once, in order.

    Raises InvalidValue as ``known_posts``, and for posts of elsewhere or that handle no cases; KinExcluded.
    """
    found = known_posts(field, posts, facts)
    not_kin(case, found)
    for post in map(facts.posts.__getitem__, found):
        if post.role in _HANDLES_NO_CASES or not covers(post, case.division):
            raise InvalidValue(field)
    return found


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
    if not 0 <= amount <= MOST_FEN:
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
    """Return the due date that the rule's limit gives, counted from the day (or, in hours, the moment) of ``start``."""
    rule = facts.rule.limits[limit]
    if rule.unit == "h":
        at = add_hours(facts.act.occurred_at, rule.days)
        return Due(what=what, on=civil_day(at), basis=rule.basis, at=at)
    return Due(what=what, on=period_end(rule.unit, rule.days, start, facts.calendar), basis=rule.basis)


def after_acceptance(start: date, facts: Facts) -> Due:
    """Return what is due next: the opinion, where the rule has one, else the decision."""
    what = "opinion" if "issue_opinion" in facts.rule.steps else "decide"
    return due(what, what, start, facts)


def after_opinion(case: CaseState, result: Result, start: date, facts: Facts) -> Due:
    """Return what is due next: the notice of a proposed grant, where there may be one, else the decision."""
    posted = result == "grant" and "post_notice" in facts.rule.steps and not notice_exempt(case, facts)
    what = "post" if posted else "decide"
    return due(what, what, start, facts)
