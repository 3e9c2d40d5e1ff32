"""What happens to a case up to its decision. The figures of chance and time are assumptions for the demonstration."""

from application.runs.demo import words
from application.runs.demo.papers import CONSENT, FORM, INCOME, VISIT
from application.runs.demo.people import person
from application.runs.demo.story import Course, Moment, Need, Story
from domain.calendar import add_calendar_days
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.hold_appraisal import HoldAppraisal
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.open_case import MandateGiven, OpenCase
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_interview import RecordInterview
from domain.cases.actions.record_objection import RecordObjection
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.refuse_acceptance import RefuseAcceptance
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.actions.terminate_case import TerminateCase
from domain.cases.actions.transfer_case import TransferCase
from domain.cases.actions.withdraw_case import WithdrawCase

_MOST_TO_TELL = 3
"""Working days within which defects are told: less than the limit, since the papers came in over some hours."""


def apply(story: Story, need: Need, course: Course) -> None:
    """The application comes in with its papers; kin of a handler is registered."""
    place = story.place
    opener = place.director if course.channel == "village" else place.handler
    agent = MandateGiven(agent=person(story.rng, 45, story.pace.today, relation="亲属"))
    application = OpenCase(
        matter=story.rule.matter,
        division=place.village,
        members=need.members,
        monthly_income=need.declared,
        channel=course.channel,
        mandate=agent if course.channel == "mandate" else None,
    )
    story.do(opener, "open_case", application)
    story.then(opener, "attach_document", FORM.attached())
    story.then(place.handler, "attach_document", CONSENT.attached())
    story.then(place.handler, "authorise_comparison", AuthoriseComparison(document=CONSENT.attached().sha256))
    if course.kin:
        story.then(place.handler, "register_separately", RegisterSeparately(reason=words.KIN))
    _leave(story, course, "opened")


def accept(story: Story, need: Need, course: Course) -> None:
    """Defects are told and supplied; the case is accepted, sometimes by law alone; now and then it is not."""
    place, limit = story.place, story.rule.limits["accept"].days
    if course.ending == "not_accepted":
        story.later(1.8, place.handler, "refuse_acceptance", RefuseAcceptance(story.one_of(words.NOT_ACCEPTED)))
        archive(story, 0.6)
        return
    if story.chance(0.02):
        story.pace.pass_days(limit + story.rng.randint(1, 4))
        story.do(place.lead, "accept_case", AcceptCase(deemed=True))
        return
    if story.chance(0.24):
        story.pace.wait(1.2, _MOST_TO_TELL)
        defects = tuple(story.rng.sample(words.DEFECTS, story.rng.randint(1, 3)))
        story.do(place.handler, "request_correction", RequestCorrection(defects=defects))
        story.later(4, place.handler, "attach_document", INCOME.attached())
    if story.chance(0.04):
        right = str(need.declared + story.rng.randint(1, 20) * 1_000)
        wrong = AppendCorrection(1, "household.monthly_income", right, words.CORRECTED)
        story.then(place.handler, "append_correction", wrong)
    story.later(1.1, place.handler, "accept_case", AcceptCase())


def inquire(story: Story, need: Need, course: Course) -> None:
    """Comparison, visit, interviews, now and then an appraisal; then the opinion."""
    _leave(story, course, "accepted")
    if story.over:
        return
    if course.moves_to is not None:
        move = TransferCase(to_division=course.moves_to.village, reason=story.one_of(words.MOVED))
        story.later(2, story.place.lead, "transfer_case", move)
        story.place = course.moves_to
    if story.chance(0.6):
        story.later(0.4, story.place.lead, "assign_case", AssignCase(to_post=story.place.inquirer))
    parts = [_compare, _visit]
    story.rng.shuffle(parts)
    for part in parts:
        part(story)
    _leave(story, course, "inquired")
    if not story.over:
        note(story, 0.25)
        opine(story, need, course)


def opine(story: Story, need: Need, course: Course) -> None:
    """The town's opinion, with the figures found."""
    refused = course.ending == "refused"
    opinion = IssueOpinion(
        result="refuse" if refused else "grant",
        persons=len(need.members),
        monthly_income=need.found,
        reason=story.one_of(words.REFUSED) if refused else "",
    )
    story.later(2.6, story.place.handler, "issue_opinion", opinion)


def publicise(story: Story, need: Need, course: Course) -> None:
    """The notice hangs in the village; an objection sends the case back once."""
    _post(story)
    if story.chance(0.04):
        story.later(2, story.place.handler, "record_objection", RecordObjection(story.one_of(words.OBJECTIONS)))
        _go_there(story)
        opine(story, need, course)
        _post(story)
    _leave(story, course, "posted")
    if story.over:
        return
    until = add_calendar_days(story.pace.today, story.rule.limits["notice"].days)
    story.pace.pass_date(until)
    story.do(story.place.handler, "close_notice", CloseNotice())


def archive(story: Story, share: float) -> None:
    """Some ended cases are archived within weeks."""
    if story.chance(share):
        story.later(8, story.place.handler, "archive_case", ArchiveCase())


def note(story: Story, share: float) -> None:
    """Somebody writes a note."""
    if story.chance(share):
        story.then(story.place.handler, "add_note", AddNote(story.one_of(words.NOTES)))


def _post(story: Story) -> None:
    poster = story.place.director if story.chance(0.6) else story.place.handler
    story.later(0.8, poster, "post_notice", PostNotice(place=f"{story.place.name}公示栏"))


def _compare(story: Story) -> None:
    hits = tuple(story.rng.sample(words.HITS, story.rng.randint(1, 2))) if story.chance(0.25) else ()
    reporter = story.place.reviewer if story.chance(0.5) else story.place.handler
    story.later(2.2, reporter, "report_comparison", ReportComparison(source=words.CENTRE, hits=hits))


def _visit(story: Story) -> None:
    _go_there(story)
    place = story.place
    if story.chance(0.5):
        story.then(place.inquirer, "attach_document", VISIT.attached())
    if story.chance(0.45):
        asked = RecordInterview(interviewers=(place.inquirer, place.lead), summary=story.one_of(words.SUMMARIES))
        story.then(place.inquirer, "record_interview", asked)
    if story.chance(0.1):
        votes = HoldAppraisal(participants=11, votes_for=story.rng.randint(6, 11), place=f"{place.name}会议室")
        story.later(1, place.lead, "hold_appraisal", votes)


def _go_there(story: Story) -> None:
    place = story.place
    team = (place.inquirer, place.lead, *((place.director,) if story.chance(0.5) else ()))
    signed = story.chance(0.95)
    visit = RecordVisit(
        investigators=team,
        signatures=team,
        signed_by_household=signed,
        findings=story.one_of(words.FINDINGS),
        unsigned_reason="" if signed else story.one_of(words.UNSIGNED),
    )
    story.later(2.4, place.inquirer, "record_visit", visit)


def _leave(story: Story, course: Course, moment: Moment) -> None:
    """End the case here, if its course says so."""
    if story.over or course.leaves != moment or course.ending not in {"withdrawn", "terminated"}:
        return
    story.over = True
    place = story.place
    story.pace.wait(2)
    if course.ending == "withdrawn":
        story.do(place.handler, "withdraw_case", WithdrawCase(story.one_of(words.WITHDRAWN)))
    else:
        story.do(place.lead, "terminate_case", TerminateCase(story.one_of(words.TERMINATED)))
    archive(story, 0.5)
