"""Request correction 一次性告知: all defects in one notice."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import CorrectionRequested
from domain.cases.facts import Facts
from domain.cases.guards import due, may, stated, today
from domain.cases.state import CaseState
from domain.errors import DefectKnownBefore, InvalidValue, WrongOrder
from domain.kernel import Command


class RequestCorrection(Command):
    """``papers``: in a later notice, the papers (SHA-256) supplied since the last one from which the defects arise."""

    defects: tuple[str, ...]
    papers: tuple[str, ...] = ()


def decide(case: CaseState, command: RequestCorrection, facts: Facts) -> list[CaseEvent]:
    """Tell all defects at once, within the limit; after it the application counts as accepted on the day received.

    A later notice may repeat defects told before. A new defect needs a paper that was not there before, since
    everything else could be seen the first time.
    """
    defects = tuple(stated("defects", defect) for defect in command.defects)
    if case.stage == "correcting" and defects == case.defects:
        return []
    may(case, "request_correction", facts)
    if not defects:
        raise InvalidValue("defects")
    told_on = today(facts.act)
    if case.stage == "correcting":
        _arise_from_new_papers(case, command, set(defects))
    elif case.due is not None and told_on > case.due.on:
        raise WrongOrder("request_correction: deemed", basis=facts.rule.limits["accept"].basis)
    return [
        CorrectionRequested(defects=defects, told_on=told_on, due=due("supply", "supply", told_on, facts)),
    ]


def _arise_from_new_papers(case: CaseState, command: RequestCorrection, defects: set[str]) -> None:
    if defects.issubset(case.defects):
        return
    since = {document.sha256 for document in case.documents[case.papers_when_told :]}
    if not command.papers or not since.issuperset(command.papers):
        raise DefectKnownBefore("papers")


ACTION = Action(
    name="request_correction",
    command=RequestCorrection,
    decide=decide,
    zh="一次性告知补正",
    en="Request correction",
    power="accept",
)
