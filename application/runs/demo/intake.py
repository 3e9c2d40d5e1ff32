"""How a case comes in and is accepted, or not. The figures of chance and time are assumptions for the demonstration."""

from application.runs.demo import words
from application.runs.demo.endings import archive, leave
from application.runs.demo.papers import CONSENT, FORM, INCOME
from application.runs.demo.story import Course, Need, Story
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.open_case import MandateGiven, OpenCase
from domain.cases.actions.refuse_acceptance import RefuseAcceptance
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.persons import PersonNamed

_MOST_TO_TELL = 3
"""Working days within which defects are told: less than the limit, since the papers came in over some hours."""
_SPARE = 2


def apply(story: Story, need: Need, course: Course) -> None:
    """The application comes in with its papers; kin of a handler is registered."""
    opener = story.who("open_case", *(("village_director",) if course.channel == "village" else ()))
    application = OpenCase(
        matter=story.rule.matter,
        division=story.place.village,
        members=tuple(PersonNamed(name="", id_number="") for _ in need.members) if need.unknown else need.members,
        monthly_income=need.declared,
        channel=course.channel,
        mandate=MandateGiven(agent=need.agent) if course.channel == "mandate" else None,
        organisation=need.organisation,
    )
    story.do(opener, "open_case", application)
    story.then(opener, "attach_document", FORM.attached())
    story.compared = _is_compared(story, need)
    if story.compared and not starts_clock(story):
        authorise(story)
    if course.kin:
        story.then(story.place.handler, "register_separately", RegisterSeparately(reason=words.KIN))
    leave(story, course, "opened")


def accept(story: Story, need: Need, course: Course) -> None:
    """Defects are told and supplied; the case is accepted, sometimes by law alone; now and then it is not."""
    limit = story.rule.limits["accept"]
    if course.ending == "not_accepted":
        reason = story.one_of(words.not_accepted(story.rule))
        story.later(1.8, story.who("refuse_acceptance"), "refuse_acceptance", RefuseAcceptance(reason))
        archive(story, 0.6, "not_accepted")
        return
    if limit.unit == "wd" and story.chance(0.02):
        story.pace.pass_days(limit.days + story.rng.randint(1, 4))
        story.do(story.who("accept_case", "town_lead"), "accept_case", AcceptCase(deemed=True))
        story.accept(story.received_on)
        return
    if limit.unit == "wd" and limit.days > _SPARE and story.chance(0.24):
        _correct(story, limit.days - _SPARE)
    if need.declared and story.can("issue_opinion") and story.chance(0.04):
        right = str(need.declared + story.rng.randint(1, 20) * 1_000)
        wrong = AppendCorrection(1, "household.monthly_income", right, words.CORRECTED)
        story.then(story.who("append_correction"), "append_correction", wrong)
    story.later(1.1, story.who("accept_case"), "accept_case", AcceptCase())
    told = any(step.action == "request_correction" for step in story.steps)
    late = not told and story.pace.today > story.pace.last_day(limit, story.received_on)
    story.accept(story.received_on if late else story.pace.today)


def authorise(story: Story) -> None:
    """The household signs that its means may be compared."""
    asker, consent = story.who("authorise_comparison"), CONSENT.attached()
    story.then(asker, "attach_document", consent)
    story.then(asker, "authorise_comparison", AuthoriseComparison(document=consent.sha256))


def starts_clock(story: Story) -> bool:
    """Tell whether a report is owed from the authorisation on: people are then asked only when it can be made."""
    return any("case.comparison_authorised" in duty.starts for duty in story.rule.duties.values())


def _correct(story: Story, most: int) -> None:
    story.pace.wait(1.2, min(most, _MOST_TO_TELL))
    known = words.defects(story.rule)
    defects = tuple(story.rng.sample(known, story.rng.randint(1, 3)))
    story.do(story.who("request_correction"), "request_correction", RequestCorrection(defects=defects))
    story.later(4, story.who("attach_document"), "attach_document", INCOME.attached())


def _is_compared(story: Story, need: Need) -> bool:
    """An authorisation is asked for where the rule needs a report, or nobody knows who it is; else now and then."""
    if not story.can("authorise_comparison"):
        return False
    if story.rule.subject == "station":
        return need.unknown
    return story.asks("comparison_reported") or story.chance(0.5)
