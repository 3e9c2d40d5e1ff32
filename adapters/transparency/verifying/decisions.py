"""Judging every act again by the rule version of its day, and computing every decision again from what it kept."""

from collections.abc import Iterator
from typing import NamedTuple

from adapters.house import House
from adapters.transparency.verifying.findings import Finding
from application.bureau import Bureau
from application.explain import DecisionErased, NotDecided, explain
from application.judge import judge
from domain.errors import NoRule
from domain.kernel import Recorded

_CASES = "SELECT DISTINCT stream FROM log.events WHERE stream > %s AND stream LIKE 'case-%%' ORDER BY stream LIMIT %s"
_PAGE = 500


class Judged(NamedTuple):
    """How many acts were judged, and what is wrong with some."""

    acts: int
    findings: list[Finding]


def judge_all(house: House) -> Judged:
    """Judge all cases, one after the other. Raises Unavailable, LogBroken."""
    bureau = house.cases.bureau.refresh()
    acts, findings = 0, []
    for stream in _streams(house):
        history = house.log.stream(stream)
        verdicts = judge(history, bureau)
        acts += len(verdicts)
        positions = {each.seq: each.position for each in history}
        findings += [
            Finding(code="DECISION_FAULTY", position=positions[each.seq], detail=f"{stream}: {each.fault}")
            for each in verdicts
            if each.fault
        ]
        if not _comes_out_again(history, bureau):
            findings.append(Finding(code="DECISION_FAULTY", position=history[-1].position, detail=f"{stream}: amounts"))
    return Judged(acts, findings)


def _streams(house: House) -> Iterator[str]:
    last = ""
    while rows := house.read(_CASES, (last, _PAGE)):
        for row in rows:
            yield row["stream"]
        last = rows[-1]["stream"]


def _comes_out_again(history: list[Recorded], bureau: Bureau) -> bool:
    try:
        return explain(history, bureau).same
    except (NotDecided, DecisionErased, NoRule):
        return True
