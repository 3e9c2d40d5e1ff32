"""Backfill papers 补办手续: relief first, its papers afterwards (先行救助)."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import PapersBackfilled
from domain.cases.facts import Facts
from domain.cases.guards import may, stated, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command


class BackfillPapers(Command):
    """``papers``: the ids, in the rule, of the papers that are there now."""

    papers: tuple[str, ...]


def decide(case: CaseState, command: BackfillPapers, facts: Facts) -> list[CaseEvent]:
    """Record them once all are there that the rule asks for; what can be shared or is exempt is not asked for."""
    if "backfilled" in case.done:
        return []
    may(case, "backfill_papers", facts)
    papers = {stated("papers", paper) for paper in command.papers}
    known = {paper.id for paper in facts.rule.papers}
    if not papers or (known and not papers <= known):
        raise InvalidValue("papers")
    missing = {paper.id for paper in facts.rule.papers if not (paper.shared or paper.exempt)} - papers
    if missing:
        raise InvalidValue(f"papers: {', '.join(sorted(missing))}")
    return [PapersBackfilled(backfilled_on=today(facts.act), papers=tuple(sorted(papers)))]


ACTION = Action(
    name="backfill_papers",
    command=BackfillPapers,
    decide=decide,
    zh="补办手续",
    en="Backfill papers",
    power="record",
)
