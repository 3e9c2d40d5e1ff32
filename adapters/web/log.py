"""The transparency log for the auditor: heads, keys, witnesses, and verifying everything now."""

import threading
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from adapters.house import House
from adapters.postgres.connections import connect, reading
from adapters.transparency.checkpoints import parse_checkpoint
from adapters.transparency.standing import LogStanding, standing
from adapters.transparency.verifying.database import keys_in
from adapters.transparency.verifying.findings import WORDS, Finding, Verdict
from adapters.transparency.verifying.trust import KeySpan, Trust
from adapters.transparency.verifying.verify import verify_database
from adapters.web.desk import Desk
from adapters.web.texts import LANGUAGES
from domain.kernel import Value

MOST_VERIFIED = 2_000_000
"""A page waits for no longer log than this; the command line takes any."""
_MOST_HEADS = 20
_HEADS = """
SELECT p.size, p.note, p.signed_at,
       ARRAY(SELECT c.witness FROM tree.cosignatures AS c WHERE c.tree = p.tree AND c.size = p.size ORDER BY 1)
         AS witnesses
  FROM tree.checkpoints AS p WHERE p.tree = 'events' ORDER BY p.size DESC LIMIT %s
"""


class Wanted(Value):
    """The address: ``verify`` asks for everything to be computed again."""

    verify: str = ""
    lang: str = ""


class HeadLine(Value):
    """A published head."""

    size: int
    root: str
    signed_at: datetime
    signatures: int
    witnesses: tuple[str, ...]


class LogPages:
    """Answers for the transparency log."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house
        self._verifying = threading.Lock()

    def show(self, request: Request) -> Response:
        """Answer with how far the log is, and the verdict when it was asked for."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        far = standing(self._house)
        verdict = self._verdict(far) if wanted.verify else None
        return desk.page(
            "log.html",
            far=far,
            heads=[_line(row) for row in self._house.read(_HEADS, (_MOST_HEADS,))],
            keys=self._keys(),
            verdict=verdict,
            refused=bool(wanted.verify) and verdict is None,
            most=MOST_VERIFIED,
            words=lambda found: _words(desk, found),
        )

    def _keys(self) -> list[KeySpan]:
        with reading(self._house.readers) as connection:
            return keys_in(connection)

    def _verdict(self, far: LogStanding) -> Verdict | None:
        """Return the verdict; None for a log that is too long, or while another page waits for one."""
        if far.events > MOST_VERIFIED or not self._verifying.acquire(blocking=False):
            return None
        try:
            with connect(self._house.locate, "anjuan_reader") as connection:
                return verify_database(connection, Trust())
        finally:
            self._verifying.release()


def _line(row: dict[str, Any]) -> HeadLine:
    checkpoint = parse_checkpoint(row["note"])
    return HeadLine(
        size=row["size"],
        root=checkpoint.head.root.hex(),
        signed_at=row["signed_at"],
        signatures=len(checkpoint.note.lines),
        witnesses=tuple(row["witnesses"]),
    )


def _words(desk: Desk, found: Finding) -> str:
    return WORDS[found.code][LANGUAGES.index(desk.language)]
