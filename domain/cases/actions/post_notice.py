"""Post the public notice 公示 of a proposed grant: name, village, family size and amount only."""

from msgspec.structs import replace

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.decision import NoticePosted
from domain.cases.facts import Facts
from domain.cases.guards import due, may, notice_exempt, stated, today
from domain.cases.state import CaseState
from domain.errors import NoticeForbidden, WrongOrder
from domain.kernel import Command


class PostNotice(Command):
    """``place``: where it hangs."""

    place: str


def decide(case: CaseState, command: PostNotice, facts: Facts) -> list[CaseEvent]:
    """Post for the time that the rule gives. A proposed refusal is not posted: it is told to the applicant alone."""
    if case.stage == "notice" and case.notice is not None and case.notice.place == command.place.strip():
        return []
    may(case, "post_notice", facts)
    if case.opinion is None or case.opinion.result != "grant":
        raise WrongOrder("post_notice: opinion")
    if notice_exempt(case, facts):
        raise NoticeForbidden(facts.rule.id, basis=facts.rule.notice.basis)
    posted_on = today(facts.act)
    running = due("close_notice", "notice", posted_on, facts)
    # It may be closed only when the last day is over, and offices work on working days alone.
    closing = replace(running, on=facts.calendar.add_working_days(running.on, 1))
    return [
        NoticePosted(posted_on=posted_on, until=running.on, place=stated("place", command.place), due=closing),
    ]


ACTION = Action(name="post_notice", command=PostNotice, decide=decide, zh="公示", en="Post notice", power="notice")
