"""Record an objection 公示异议: it is answered by a new inquiry, a new opinion and a new notice."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.decision import NoticeObjected
from domain.cases.facts import Facts
from domain.cases.guards import due, may, objection_open, stated, today
from domain.cases.state import CaseState
from domain.errors import WrongOrder
from domain.kernel import Command, Personal


class RecordObjection(Command):
    """``content``: what was objected. Who objected stays out of the case file."""

    content: Personal[str]


def decide(case: CaseState, command: RecordObjection, facts: Facts) -> list[CaseEvent]:
    """Send the case back to the inquiry. A further objection joins the open one and does not move its limit."""
    may(case, "record_objection", facts)
    again = objection_open(case)
    if case.stage != "notice" and not again:
        raise WrongOrder(f"record_objection: {case.stage}")
    objected_on = today(facts.act)
    limit = due("opinion", "opinion", objected_on, facts)
    return [
        NoticeObjected(
            objected_on=objected_on,
            content=stated("content", command.content),
            due=case.due if again and case.due else limit,
        )
    ]


ACTION = Action(
    name="record_objection",
    command=RecordObjection,
    decide=decide,
    zh="公示异议",
    en="Record objection",
    power="notice",
)
