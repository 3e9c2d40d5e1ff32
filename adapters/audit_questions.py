"""Audit questions asked of this house, for the pages, the API and the command line: counts, findings, evidence."""

from datetime import date, datetime
from typing import Any

from adapters.house import House
from adapters.impersonal import impersonal
from domain.calendar import civil_day
from domain.kernel import Recorded, Value
from projections.findings import (
    Asked,
    Count,
    FindingPage,
    Ground,
    count_rows,
    counts,
    finding_of,
    finding_page,
    finding_rows,
    one_finding,
)
from projections.question import Finding, Question, UnknownFinding
from projections.question_registry import QUESTIONS


class Tallied(Value):
    """A question, and how much it finds. ``amount``: the sum, fen."""

    question: Question
    findings: int
    amount: int


class Proof(Value, omit_defaults=False):
    """An event that proves a finding. ``data``: its fields without those that belong to a person.

    ``case_id``: the case whose page shows it, at ``seq`` where it is an event of that case.
    """

    position: int
    stream: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    post: str
    organ: str
    rule: str
    power: str
    grant: str
    case_id: str
    data: dict[str, Any]


class Evidence(Value):
    """A finding, and the events that prove it, in the order of the log."""

    finding: Finding
    proofs: tuple[Proof, ...]


def ground_of(house: House) -> Ground:
    """Return what questions compare with besides the views."""
    return Ground(house.now(), house.cases.calendar)


def today(house: House) -> date:
    """Return the civil day."""
    return civil_day(house.now())


def tallied(house: House, asked: Asked) -> list[Tallied]:
    """Return every question with what it finds. Raises Unavailable."""
    found = []
    for question in QUESTIONS.values():
        each = counted(house, question, asked)
        findings, amount = sum(row.findings for row in each), sum(row.amount for row in each)
        found.append(Tallied(question, findings, amount))
    return found


def counted(house: House, question: Question, asked: Asked) -> list[Count]:
    """Return the counts per county, month and kind. Raises Unavailable."""
    return counts(house.read(*count_rows(question, asked, ground_of(house))))


def findings(house: House, question: Question, asked: Asked, limit: int = 50, after: str = "") -> FindingPage:
    """Return a page of findings, the newest events first. Raises BadCursor, Unavailable."""
    return finding_page(house.read(*finding_rows(question, asked, ground_of(house), limit, after)), limit)


def evidence(house: House, question: Question, asked: Asked, id_: str) -> Evidence:
    """Return a finding with the events that prove it. Raises UnknownFinding, Unavailable."""
    found = house.read(*one_finding(question, asked, ground_of(house), id_))
    if not found:
        raise UnknownFinding
    finding = finding_of(found[0])
    proofs = tuple(_proof(recorded) for recorded in house.log.at(finding.positions))
    return Evidence(finding=finding, proofs=proofs)


def _proof(recorded: Recorded) -> Proof:
    meta = recorded.meta
    return Proof(
        position=recorded.position,
        stream=recorded.stream,
        seq=recorded.seq,
        type=recorded.type,
        occurred_at=meta.occurred_at,
        recorded_at=recorded.recorded_at,
        actor=meta.actor,
        post=meta.post,
        organ=meta.organ,
        rule=meta.rule,
        power=meta.authority.power if meta.authority else "",
        grant=meta.authority.grant if meta.authority else "",
        case_id=_case_of(recorded),
        data=impersonal(recorded.event),
    )


def _case_of(recorded: Recorded) -> str:
    """An entitlement names the case that it comes from; rules, posts and kin belong to none."""
    if recorded.stream.startswith("case-"):
        return recorded.stream.removeprefix("case-")
    case: str = getattr(recorded.event, "case", "")
    return case
