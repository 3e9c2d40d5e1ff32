"""Who has read what: for the auditor, and for whoever asks about themselves."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse, Response

from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery, NotFound
from adapters.postgres.connections import reading
from adapters.reads.listing import MOST_ROWS, About, reads_page
from adapters.transparency.proofs import proof_text
from adapters.transparency.proving import newest_head, proof_of
from adapters.transparency.tree import READS
from projections.query import BadCursor

_LAST = "SELECT position FROM reads.head"


class ReadsQuery(BaseModel, extra="forbid"):
    """Whose reads: of a case, of a person, or all."""

    case: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    subject: str = Field("", max_length=250, pattern=r"^[^\x00]*$")
    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)


def router(house: House) -> APIRouter:
    """Return the routes."""
    reads = APIRouter(tags=["audit"], prefix="/audit/reads")

    @reads.get("", summary="Who has read what 查阅留痕")
    def page(asked: Annotated[ReadsQuery, Query()]) -> Response:
        if asked.case and asked.subject:
            raise BadQuery("subject")
        about = About("case", asked.case) if asked.case else About("subject", asked.subject)
        try:
            found = reads_page(house, about, asked.limit, asked.cursor)
        except BadCursor:
            raise BadQuery("cursor") from None
        return json_response({"rows": found.rows, "next": found.next or None})

    @reads.get("/checkpoint", summary="Newest signed head of the reads 查阅留痕检查点")
    def checkpoint() -> Response:
        with reading(house.readers) as connection:
            return PlainTextResponse(newest_head(connection, READS).note.whole)

    @reads.get("/{position}/proof", summary="Proof that a read is on record 查阅留痕收录证明")
    def proof(position: int) -> Response:
        with reading(house.readers) as connection:
            if not 0 < position <= house.read(_LAST)[0]["position"]:
                raise NotFound
            return PlainTextResponse(proof_text(proof_of(connection, position, tree=READS)))

    return reads
