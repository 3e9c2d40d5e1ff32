"""Record an interview 邻里访问: neighbours tell what they know of the household."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import NeighbourInterviewed
from domain.cases.facts import Facts
from domain.cases.guards import investigating, may, today
from domain.cases.state import CaseState
from domain.kernel import Command, Personal, PostId


class RecordInterview(Command):
    """``interviewers``: the posts that asked."""

    interviewers: tuple[PostId, ...]
    summary: Personal[str] = ""


def decide(case: CaseState, command: RecordInterview, facts: Facts) -> list[CaseEvent]:
    """Record one interview; every further one stands by itself."""
    may(case, "record_interview", facts)
    interviewers = investigating("interviewers", command.interviewers, case, facts)
    return [
        NeighbourInterviewed(interviewed_on=today(facts.act), interviewers=interviewers, summary=command.summary),
    ]


ACTION = Action(
    name="record_interview",
    command=RecordInterview,
    decide=decide,
    zh="邻里访问",
    en="Record interview",
    power="inquire",
)
