"""Report a change 变动报告 of population, income or property (社会救助暂行办法, 令649, art. 13)."""

from datetime import date
from typing import Literal

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import ChangeReported
from domain.cases.facts import Facts
from domain.cases.guards import may, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command, Personal


class ReportChange(Command):
    """``changed_on``: the day it changed, which may lie long before the report."""

    changed_on: date
    kind: Literal["population", "income", "property", "other"]
    description: Personal[str] = ""


def decide(case: CaseState, command: ReportChange, facts: Facts) -> list[CaseEvent]:
    """Take every report as it comes; what follows from it is decided by other actions."""
    may(case, "report_change", facts)
    if command.changed_on > today(facts.act):
        raise InvalidValue("changed_on")
    return [
        ChangeReported(changed_on=command.changed_on, kind=command.kind, description=command.description),
    ]


ACTION = Action(
    name="report_change", command=ReportChange, decide=decide, zh="变动报告", en="Report change", power="record"
)
