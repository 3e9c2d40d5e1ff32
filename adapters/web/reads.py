"""The page of reads on record: who has read what of whom, all of it or of one case or person."""

from fastapi import Request, Response

from adapters.house import House
from adapters.reads.listing import About, ReadLine, reads_page
from adapters.web.desk import Desk
from domain.kernel import Value

PAGE_ROWS = 50


class Wanted(Value):
    """The address."""

    case: str = ""
    subject: str = ""
    after: str = ""
    lang: str = ""


class ReadsPages:
    """Answers for reads on record."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with a page of them, the newest first."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        about = About("case", wanted.case) if wanted.case else About("subject", wanted.subject)
        page = reads_page(self._house, about, PAGE_ROWS, wanted.after)
        return desk.page("reads.html", wanted=wanted, page=page, who=lambda row: _who(desk, row))


def _who(desk: Desk, row: ReadLine) -> str:
    if row.post:
        return desk.names.post(row.post)
    return row.actor or desk.t("reads.nobody")
