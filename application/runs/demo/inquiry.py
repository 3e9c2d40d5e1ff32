"""What is looked into, what the town thinks of it, and the public notice: each as far as the rule has the step."""

from application.runs.demo import words
from application.runs.demo.circumstances import exempt, facts_asked
from application.runs.demo.endings import leave, note
from application.runs.demo.intake import authorise, starts_clock
from application.runs.demo.papers import VISIT
from application.runs.demo.story import Course, Need, Story
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.hold_appraisal import HoldAppraisal
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_interview import RecordInterview
from domain.cases.actions.record_objection import RecordObjection
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.transfer_case import TransferCase
from domain.divisions import is_within
from domain.kernel import PostId


def inquire(story: Story, need: Need, course: Course) -> None:
    """Comparison, visit, interviews, now and then an appraisal; the facts; then the opinion."""
    leave(story, course, "accepted")
    if story.over:
        return
    _hand_over(story, course)
    parts = [_compare] if story.compared else []
    if story.asks("home_visited") or (_has_home(story) and story.chance(0.3)):
        parts.append(_visit)
    story.rng.shuffle(parts)
    for part in parts:
        part(story)
    if story.asks("appraisal_held") or (story.can("hold_appraisal") and story.chance(0.1)):
        votes = HoldAppraisal(11, votes_for=story.rng.randint(6, 11), place=f"{story.place.name}会议室")
        story.later(1, story.who("hold_appraisal", "town_lead"), "hold_appraisal", votes)
    _establish(story, need)
    leave(story, course, "inquired")
    if not story.over:
        note(story, 0.25)
        opine(story, need, course)


def opine(story: Story, need: Need, course: Course) -> None:
    """The town's opinion, with the figures found, where the rule has one."""
    if not story.can("issue_opinion"):
        return
    refused = course.ending == "refused"
    opinion = IssueOpinion(
        result="refuse" if refused else "grant",
        persons=len(need.members),
        monthly_income=need.income,
        reason=words.refused(need.found.missed) if refused else "",
    )
    story.later(2.6, story.who("issue_opinion"), "issue_opinion", opinion)


def publicise(story: Story, need: Need, course: Course) -> None:
    """The notice hangs in the village, where there may be one; an objection sends the case back once."""
    if story.rule.notice.kind != "required" or exempt(story.norm, story.values(need)):
        return
    _post(story)
    if story.chance(0.04):
        objection = RecordObjection(story.one_of(words.OBJECTIONS))
        story.later(2, story.who("record_objection"), "record_objection", objection)
        go_there(story, _team(story))
        opine(story, need, course)
        _post(story)
    leave(story, course, "posted")
    if not story.over:
        story.pace.pass_limit(story.rule.limits["notice"])
        story.do(story.who("close_notice"), "close_notice", CloseNotice())


def go_there(story: Story, team: tuple[PostId, ...]) -> None:
    """They visit the household, and everybody signs, or says why not."""
    signed = story.chance(0.95)
    visit = RecordVisit(
        investigators=team,
        signatures=team,
        signed_by_household=signed,
        findings=story.one_of(words.FINDINGS),
        unsigned_reason="" if signed else story.one_of(words.UNSIGNED),
    )
    story.later(2.4, team[0], "record_visit", visit)


def _hand_over(story: Story, course: Course) -> None:
    """Some households move, within the rule's region; most cases get a handler of their own."""
    to = course.moves_to
    if to is not None and story.can("transfer_case") and is_within(to.village, story.rule.region):
        move = TransferCase(to_division=to.village, reason=story.one_of(words.MOVED))
        story.later(2, story.who("transfer_case", "town_lead"), "transfer_case", move)
        story.place = to
    lead = story.place.lead
    if story.may(lead, "assign_case") and story.chance(0.6):
        story.later(0.4, lead, "assign_case", AssignCase(to_post=story.place.inquirer))


def _post(story: Story) -> None:
    director = story.place.director
    poster = director if story.may(director, "post_notice") and story.chance(0.6) else story.who("post_notice")
    story.later(0.8, poster, "post_notice", PostNotice(place=f"{story.place.name}公示栏"))


def _compare(story: Story) -> None:
    means_tested = story.rule.subject == "household"
    hits = tuple(story.rng.sample(words.HITS, story.rng.randint(1, 2))) if means_tested and story.chance(0.25) else ()
    first = ("county_reviewer",) if story.chance(0.5) else ()
    report = ReportComparison(source=words.source(story.rule), hits=hits)
    clock = starts_clock(story)
    if clock:
        authorise(story)
    story.later(1 if clock else 2.2, story.who("report_comparison", *first), "report_comparison", report)


def _establish(story: Story, need: Need) -> None:
    facts = need.found.facts
    if facts and (facts_asked(story.rule) or story.chance(0.4)):
        post = story.who("establish_facts", "assessor")
        story.later(1, post, "establish_facts", EstablishFacts(facts, source=words.established(story.rule)))


def _visit(story: Story) -> None:
    go_there(story, _team(story))
    place = story.place
    if story.chance(0.5):
        story.then(place.inquirer, "attach_document", VISIT.attached())
    if story.chance(0.45):
        asked = RecordInterview(interviewers=(place.inquirer, place.lead), summary=story.one_of(words.SUMMARIES))
        story.then(place.inquirer, "record_interview", asked)


def _team(story: Story) -> tuple[PostId, ...]:
    """Two of the town; sometimes the village's director helps."""
    place = story.place
    return (place.inquirer, place.lead, *((place.director,) if story.chance(0.5) else ()))


def _has_home(story: Story) -> bool:
    return story.rule.subject in {"person", "household"} and story.can("record_visit")
