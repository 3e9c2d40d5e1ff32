"""Audit questions over HTTP: the list with counts, the findings of one, and the events that prove a finding."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from adapters.audit_questions import counted, evidence, findings, tallied, today
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery
from adapters.http.reader import over_http
from adapters.http.reads import Code, Text
from adapters.http.viewing import After, wait_for
from adapters.reads.recording import on_record
from adapters.web.question_words import Teller
from projections.findings import MOST_ROWS, Asked
from projections.query import BadCursor
from projections.question import Question
from projections.question_registry import QUESTIONS, question_of
from projections.question_waiting import WAITING


class QuestionsQuery(BaseModel, extra="forbid"):
    """Which findings count. ``on``: as things stood at the end of that day, today if left out."""

    on: date | None = None
    since: Annotated[date | None, Field(description="The day that a finding is about, from")] = None
    until: Annotated[date | None, Field(description="… up to and without")] = None
    division: Code = ""
    matter: Text = ""
    kind: Text = ""
    after: After = None


class FindingsQuery(QuestionsQuery, extra="forbid"):
    """Which findings, and how many on a page."""

    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)


def router(house: House) -> APIRouter:
    """Return the routes of audit questions."""
    audit = APIRouter(tags=["audit"], prefix="/audit/questions")

    @audit.get("", summary="Audit questions and how much each finds 审计问题")
    def listed(asked: Annotated[QuestionsQuery, Query()]) -> Response:
        _wait(house, QUESTIONS.values(), asked.after)
        rows = tallied(house, _asked(house, asked))
        found = [{**_about(row.question), "findings": row.findings, "amount": row.amount} for row in rows]
        return json_response({"questions": found, "waiting": WAITING})

    @audit.get("/{number}", summary="What a question finds 审计疑点")
    def one(number: int, asked: Annotated[FindingsQuery, Query()]) -> Response:
        question = question_of(number)
        _wait(house, (question,), asked.after)
        return json_response({**_about(question), **_found(house, question, asked)})

    @audit.get("/{number}/findings/{finding}", summary="The events that prove a finding 疑点依据")
    def proofs(request: Request, number: int, finding: str, asked: Annotated[QuestionsQuery, Query()]) -> Response:
        question = question_of(number)
        _wait(house, (question,), asked.after)
        with on_record(house, over_http(house, request), "history", {"question": str(number)}) as record:
            found = evidence(house, question, _asked(house, asked), finding)
            record.case(*({found.finding.case_id} - {""}))
        told = Teller(question, house.cases.bureau.refresh()).tell(found.finding)
        return json_response({"told": told, "proofs": found.proofs})

    return audit


def _wait(house: House, questions: Iterable[Question], position: int | None) -> None:
    wait_for(house, position, *sorted({view for question in questions for view in question.views}))


def _found(house: House, question: Question, asked: FindingsQuery) -> dict[str, object]:
    where = _asked(house, asked)
    try:
        page = findings(house, question, where, asked.limit, asked.cursor)
    except BadCursor:
        raise BadQuery("cursor") from None
    teller = Teller(question, house.cases.bureau.refresh())
    rows, counts = list(map(teller.tell, page.rows)), counted(house, question, where)
    return {"counts": counts, "rows": rows, "next": page.next or None}


def _asked(house: House, asked: QuestionsQuery) -> Asked:
    return Asked(
        on=asked.on or today(house),
        since=asked.since,
        until=asked.until,
        division=asked.division,
        matter=asked.matter,
        kind=asked.kind,
    )


def _about(question: Question) -> dict[str, object]:
    return {
        "number": question.number,
        "title": question.title,
        "asks": question.asks,
        "basis": question.basis,
        "limits": question.limits,
    }
