"""The transparency log under ``/log/`` as static tiles (C2SP tlog-tiles), and proofs of single events."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from adapters.house import House
from adapters.http.problems import NotFound
from adapters.postgres.connections import reading
from adapters.transparency.exporting import entries_of
from adapters.transparency.proofs import proof_text
from adapters.transparency.proving import newest_head, proof_of
from adapters.transparency.tiles import WIDTH, BadTile, tile_at
from adapters.transparency.tree import size_of, tile_of

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_BRIEFLY = {"Cache-Control": "public, max-age=1"}


def router(house: House) -> APIRouter:
    """Return the routes."""
    log = APIRouter(prefix="/log", tags=["log"])

    @log.get("/checkpoint", summary="Newest signed head 最新检查点")
    def checkpoint() -> Response:
        with reading(house.readers) as connection:
            return PlainTextResponse(newest_head(connection).note.whole, headers=_BRIEFLY)

    @log.get("/tile/{path:path}", summary="Hashes of the tree, and records 哈希瓦片与记录")
    def tile(path: str) -> Response:
        return Response(_tile(house, path), media_type="application/octet-stream", headers=_FOR_EVER)

    @log.get("/proof/{position}", summary="Proof that an event is in the log 收录证明")
    def proof(position: int) -> Response:
        with reading(house.readers) as connection:
            if not 0 < position <= house.log.head().position:
                raise NotFound
            return PlainTextResponse(proof_text(proof_of(connection, position)), headers=_BRIEFLY)

    return log


def _tile(house: House, path: str) -> bytes:
    """Return the hashes of a tile, or the records of a bundle. Raises NotFound."""
    try:
        wanted = tile_at(path)
        with reading(house.readers) as connection:
            if wanted.level >= 0:
                return tile_of(connection, wanted.level, wanted.number, wanted.width)
            if wanted.number * WIDTH + wanted.width <= size_of(connection):
                return entries_of(connection, wanted.number, wanted.width)
    except BadTile:
        pass
    raise NotFound
