"""Report comparison 核对报告: what the comparison centre found."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.inquiry import ComparisonReported
from domain.cases.facts import Facts
from domain.cases.guards import may, stated, today
from domain.cases.state import CaseState
from domain.kernel import Command


class ReportComparison(Command):
    """``hits`` name kinds of findings (vehicle, property …), never values or persons."""

    source: str
    hits: tuple[str, ...] = ()


def decide(case: CaseState, command: ReportComparison, facts: Facts) -> list[CaseEvent]:
    """Record the report; a later report of other findings replaces it."""
    reported_on = today(facts.act)
    last = case.comparison
    if last is not None and (last.reported_on, last.hits) == (reported_on, command.hits):
        return []
    may(case, "report_comparison", facts)
    return [
        ComparisonReported(reported_on=reported_on, source=stated("source", command.source), hits=command.hits),
    ]


ACTION = Action(
    name="report_comparison",
    command=ReportComparison,
    decide=decide,
    zh="核对报告",
    en="Report comparison",
    power="inquire",
)
