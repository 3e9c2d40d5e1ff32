"""Close the notice 公示期满: its full time has run and no objection is open."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.decision import NoticeClosed
from domain.cases.facts import Facts
from domain.cases.guards import competent, due, in_order, objection_open, today
from domain.cases.state import CaseState
from domain.errors import NoticeTooShort, ObjectionOpen
from domain.kernel import Command


class CloseNotice(Command):
    """Nothing more to say."""


def decide(case: CaseState, command: CloseNotice, facts: Facts) -> list[CaseEvent]:  # noqa: ARG001  every decision is called alike
    """Close on the day after the last day of posting, or later."""
    if case.stage == "noticed":
        return []
    competent(case, "close_notice", facts)
    if objection_open(case):
        raise ObjectionOpen(basis=facts.rule.steps["record_objection"].basis)
    in_order(case, "close_notice", facts)
    closed_on = today(facts.act)
    if case.notice is not None and closed_on <= case.notice.until:
        raise NoticeTooShort(case.notice.until.isoformat(), basis=facts.rule.limits["notice"].basis)
    return [NoticeClosed(closed_on=closed_on, due=due("decide", "decide", closed_on, facts))]


ACTION = Action(
    name="close_notice", command=CloseNotice, decide=decide, zh="公示期满", en="Close notice", power="notice"
)
