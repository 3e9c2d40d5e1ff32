"""The page of erasures: who was erased when and on what basis, what was destroyed, and the events that prove it."""

from fastapi import Request, Response

from adapters.erasing.listing import MOST_ROWS, certificates
from adapters.house import House
from adapters.web.desk import Desk


class ErasurePages:
    """Answers for erasures."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the newest erasures."""
        desk = Desk(request, self._house)
        return desk.page("erasures.html", erasures=certificates(self._house.log, self._house.locate), most=MOST_ROWS)
