"""What happens from the decision on: the money that runs, changes, reviews."""

from collections.abc import Callable
from typing import Literal

from application.runs.demo import words
from application.runs.demo.chapters import archive, note
from application.runs.demo.story import Course, Need, Story
from domain.calendar import add_months, next_month
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.publish_result import PublishResult
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.cases.actions.refuse_case import RefuseCase
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.kernel import Fen
from domain.rulebook.calculate import monthly_top_up

_STEP, _FEWEST_STEPS = 1_000, 3
"""A reduced grant is a multiple of ten yuan (in fen) and not zero: to pay nothing is to stop."""


def decide(story: Story, need: Need, course: Course) -> None:
    """The county confirms or refuses, and the household is told."""
    place = story.place
    if course.kin:
        team = (place.reviewer, place.handler)
        visit = RecordVisit(team, team, signed_by_household=True, findings=story.one_of(words.FINDINGS))
        story.later(1.5, place.reviewer, "record_visit", visit)
    if course.ending in {"refused", "refused_late"}:
        _refuse(story, course)
        return
    story.amount = monthly_top_up(story.rule.standard, len(need.members), need.found)
    story.later(3.6, place.decider, "confirm_case", ConfirmCase(amount=story.amount))
    story.confirmed_on = story.pace.today
    _serve(story)
    story.later(0.8, place.decider, "start_grant", StartGrant())
    story.later(1.2, place.handler, "publish_result", PublishResult(place=f"{place.name}公示栏"))
    note(story, 0.08)


def live_on(story: Story) -> None:
    """Something changes in the household, and the grant follows."""
    if not story.chance(0.16):
        return
    kind = story.one_of(_KINDS)
    story.pace.wait(7)
    change = ReportChange(changed_on=story.pace.today, kind=kind, description=story.one_of(words.CHANGES[kind]))
    story.do(story.place.director, "report_change", change)
    story.pace.wait(3)
    if kind == "property":
        _stop(story)
    else:
        story.one_of((_increase, _increase, _reduce, _reduce, _suspend, _stop))(story)


def review(story: Story) -> None:
    """The yearly review falls due and is done."""
    due_on = add_months(next_month(story.confirmed_on), story.rule.review_months)
    story.pace.pass_date(due_on)
    story.do(story.place.handler, "mark_review_due", MarkReviewDue())
    outcome, follow = story.one_of(_OUTCOMES)
    income = Fen(story.rng.randrange(0, story.rule.standard, 1_000))
    story.later(6, story.place.handler, "complete_review", CompleteReview(outcome, monthly_income=income))
    story.pace.wait(2)
    follow(story)


def _refuse(story: Story, course: Course) -> None:
    reasons = words.REFUSED if course.ending == "refused" else words.REFUSED_LATE
    refusal = RefuseCase(reason=story.one_of(reasons), basis=words.REFUSED_BASIS)
    story.later(2.8, story.place.decider, "refuse_case", refusal)
    _serve(story)
    archive(story, 0.5)


def _serve(story: Story) -> None:
    story.later(0.9, story.place.handler, "serve_decision", ServeDecision(manner=story.one_of(words.MANNERS)))


def _increase(story: Story) -> None:
    story.amount = Fen(story.amount + story.rng.randint(5, 60) * 1_000)
    change = IncreaseGrant(amount=story.amount, reason=story.one_of(words.INCREASED))
    story.do(story.place.decider, "increase_grant", change)


def _reduce(story: Story) -> None:
    whole = story.amount // _STEP
    if whole < _FEWEST_STEPS:
        _stop(story)
        return
    story.amount = Fen(story.rng.randrange(whole // 3, whole) * _STEP)
    story.do(story.place.decider, "reduce_grant", ReduceGrant(story.amount, story.one_of(words.REDUCED)))


def _suspend(story: Story) -> None:
    story.do(story.place.decider, "suspend_grant", SuspendGrant(story.one_of(words.SUSPENDED)))
    if story.chance(0.5):
        story.later(8, story.place.decider, "start_grant", StartGrant())


def _stop(story: Story) -> None:
    story.do(story.place.decider, "stop_grant", StopGrant(story.one_of(words.STOPPED)))
    archive(story, 0.3)


def _keep(_: Story) -> None:
    """Nothing follows from a review that found nothing new."""


_KINDS: tuple[Literal["population", "income", "property"], ...] = ("population", "income", "income", "property")
_Follow = Callable[[Story], None]
_Outcome = Literal["unchanged", "increase", "reduce", "suspend", "stop"]
_OUTCOMES: tuple[tuple[_Outcome, _Follow], ...] = (
    *(("unchanged", _keep),) * 6,
    ("increase", _increase),
    ("increase", _increase),
    ("reduce", _reduce),
    ("reduce", _reduce),
    ("suspend", _suspend),
    ("stop", _stop),
)
