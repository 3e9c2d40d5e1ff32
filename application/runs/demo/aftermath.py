"""The decision, and what happens from there on: service, money, publication, papers that follow, changes, reviews."""

from collections.abc import Callable
from typing import Literal

from application.runs.demo import words
from application.runs.demo.changes import increase, look_into, other_income, reduce
from application.runs.demo.circumstances import amount, meets
from application.runs.demo.endings import archive, note, screen, terminate
from application.runs.demo.inquiry import go_there
from application.runs.demo.story import Course, Need, Story
from domain.authority.posts import Role
from domain.calendar import add_months
from domain.cases.actions.backfill_papers import BackfillPapers
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.identify_subject import IdentifySubject
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.publish_result import PublishResult
from domain.cases.actions.refuse_case import RefuseCase
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.kernel import Fen, PostId
from domain.rulebook.months import first_month

_DECIDERS: tuple[Role, ...] = ("town_lead", "registrar", "station_officer", "county_decider")
_DONE, _BROUGHT, _LATE = 0.96, 0.85, 0.06
"""How often the public is told at all, papers are brought at all, and how often either is late."""


def decide(story: Story, need: Need, course: Course) -> None:
    """Whoever may confirms or refuses, and it is told."""
    if course.kin:
        go_there(story, (story.place.reviewer, story.place.handler))
    story.pace.wait(3.6)
    values, norm = story.values(need), story.norm
    if course.ending != "granted" or not meets(norm, values):
        _refuse(story, need)
        return
    story.amount = amount(norm, values)
    _overstep(story, course)
    post = _decider(story, course, story.amount)
    story.do(post, "confirm_case", ConfirmCase(amount=story.amount, with_posts=_together(story, post)))
    story.confirmed_on = story.pace.today
    _serve(story)
    if story.can("start_grant"):
        starts = story.who("start_grant", "town_lead", amount=story.amount)
        story.later(0.8, starts, "start_grant", StartGrant())
    _publish(story, need)
    _backfill(story)
    note(story, 0.08)
    _finish(story, need)


def live_on(story: Story, need: Need) -> None:
    """Something changes in the household, and the grant follows."""
    if not story.can("report_change") or not story.can("stop_grant") or not story.chance(0.16):
        return
    tops_up = story.rule.amount.kind == "top_up"
    kind = story.one_of(_KINDS) if tops_up else "other"
    story.pace.wait(7)
    change = ReportChange(changed_on=story.pace.today, kind=kind, description=story.one_of(words.CHANGES[kind]))
    story.do(story.who("report_change", "village_director"), "report_change", change)
    story.pace.wait(3)
    if kind == "property":
        _stop(story, need)
    else:
        story.one_of((_more, _more, _less, _less, _suspend, _stop) if tops_up else _ENDS)(story, need)


def review(story: Story, need: Need) -> None:
    """The periodic review falls due and is done."""
    rule = story.rule
    began = first_month(rule, story.received_on, story.confirmed_on, story.confirmed_on)
    story.pace.pass_date(add_months(began, rule.review_months))
    story.do(story.who("mark_review_due"), "mark_review_due", MarkReviewDue())
    outcome, follow = story.one_of(_OUTCOMES if rule.amount.kind == "top_up" else _UNCHANGED)
    if outcome in ("increase", "reduce"):
        income = other_income(story, need, more=outcome == "increase")
        outcome, follow = (outcome, follow) if income is not None else _UNCHANGED[0]
        story.income = story.income if income is None else income
    found = CompleteReview(outcome, monthly_income=Fen(int(story.values(need)["monthly_income"])))
    story.later(6, story.who("complete_review"), "complete_review", found)
    story.pace.wait(2)
    follow(story, need)


def _decider(story: Story, course: Course, paid: Fen) -> PostId:
    """Whoever is nearest and may, for so much. Kin of the town's people is left to the county."""
    first: tuple[Role, ...] = ("county_decider",) if course.kin else _DECIDERS
    return story.who("confirm_case", *first, amount=paid)


def _together(story: Story, post: PostId) -> tuple[PostId, ...]:
    """A town's head, who was there, does not decide alone; and where decisions are collective, nobody does."""
    place = story.place
    if post == place.lead:
        return (place.handler, place.reviewer)
    return (place.reviewer,) if story.rule.collective else ()


def _overstep(story: Story, course: Course) -> None:
    """The town's head tries what is over the ceiling; now and then somebody confirms who may not at all."""
    lead, director = story.place.lead, story.place.director
    within = story.may(lead, "confirm_case", story.amount)
    if not within and story.may(lead, "confirm_case"):
        story.overstep(lead, "confirm_case", ConfirmCase(amount=story.amount))
    elif course.oversteps:
        post = director if within or story.chance(0.5) else lead
        story.overstep(post, "confirm_case", ConfirmCase(amount=story.amount))


def _refuse(story: Story, need: Need) -> None:
    post = story.who("refuse_case", *_DECIDERS)
    missed = need.found.missed
    basis = missed[0].citation if missed else story.rule.basis[0]
    refusal = RefuseCase(reason=words.refused(missed), basis=basis, with_posts=_together(story, post))
    story.do(post, "refuse_case", refusal)
    _serve(story)
    screen(story, "refused")
    archive(story, 0.5, "refused")


def _serve(story: Story) -> None:
    manner = story.one_of(words.MANNERS)
    story.later(0.9, story.who("serve_decision"), "serve_decision", ServeDecision(manner=manner))


def _publish(story: Story, need: Need) -> None:
    """Where somebody is owed it: the public, or the family that looks for a person whose name nobody knows."""
    rule = story.rule
    owed = any("case.result_published" in duty.ends for duty in rule.duties.values())
    if owed and story.can("publish_result") and (rule.subject != "station" or need.unknown):
        place = PublishResult(place=f"{story.place.name}公示栏")
        if _in_the_end(story, "publish"):
            story.later(1.2, story.who("publish_result"), "publish_result", place)


def _backfill(story: Story) -> None:
    """The papers that did not stop the relief are brought afterwards."""
    if not story.can("backfill_papers") or not _in_the_end(story, "backfill", _BROUGHT):
        return
    papers = story.rule.papers
    brought = tuple(paper.id for paper in papers if not (paper.shared or paper.exempt)) or (papers[0].id,)
    story.pace.pass_days(story.rng.randint(0, 3))
    story.do(story.who("backfill_papers"), "backfill_papers", BackfillPapers(brought))


def _in_the_end(story: Story, limit: str, at_all: float = _DONE) -> bool:
    """Tell whether it is done at all; if late, the limit has passed."""
    drawn = story.rng.random()
    if at_all - _LATE <= drawn < at_all:
        story.pace.pass_limit(story.rule.limits[limit])
    return drawn < at_all


def _finish(story: Story, need: Need) -> None:
    """Who had no name is found out; who stayed leaves; what is given once, or is no money, ends with the file."""
    if need.unknown and story.chance(0.65):
        story.pace.pass_days(story.rng.randint(1, 6))
        found = IdentifySubject(person=need.members[0], source=words.source(story.rule))
        story.do(story.who("identify_subject"), "identify_subject", found)
    duties = story.rule.duties.values()
    if any("case.confirmed" in duty.starts and "case.terminated" in duty.ends for duty in duties):
        story.pace.pass_days(story.rng.randint(1, 9))
        if story.chance(0.85):
            terminate(story, story.one_of(words.LEFT_STATION))
    elif story.can("start_grant"):
        archive(story, 0.4, "granted")
    else:
        archive(story, 0.3, "confirmed")


def _more(story: Story, need: Need) -> None:
    if look_into(story, need, more=True):
        increase(story, need)


def _less(story: Story, need: Need) -> None:
    if look_into(story, need, more=False):
        reduce(story, need)
    else:
        _stop(story, need)


def _suspend(story: Story, _: Need) -> None:
    story.do(story.who("suspend_grant"), "suspend_grant", SuspendGrant(story.one_of(words.SUSPENDED)))
    if story.chance(0.5):
        story.later(8, story.who("start_grant"), "start_grant", StartGrant())


def _stop(story: Story, _: Need) -> None:
    story.do(story.who("stop_grant"), "stop_grant", StopGrant(story.one_of(words.stopped(story.rule))))
    screen(story, "stopped")
    archive(story, 0.3, "stopped")


def _keep(_: Story, __: Need) -> None:
    """Nothing follows from a review that found nothing new."""


_Kind = Literal["population", "income", "property", "other"]
_KINDS: tuple[_Kind, ...] = ("population", "income", "income", "property")
_Follow = Callable[[Story, Need], None]
_ENDS: tuple[_Follow, ...] = (_suspend, _stop)
_Outcome = Literal["unchanged", "increase", "reduce", "suspend", "stop"]
_UNCHANGED: tuple[tuple[_Outcome, _Follow], ...] = (("unchanged", _keep),) * 6
_OUTCOMES: tuple[tuple[_Outcome, _Follow], ...] = (
    *_UNCHANGED,
    ("increase", increase),
    ("increase", increase),
    ("reduce", reduce),
    ("reduce", reduce),
    ("suspend", _suspend),
    ("stop", _stop),
)
