"""Registering an application: a form of its own, with a row for each member of the household."""

from typing import Any, get_args

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from adapters.commands import read_wish
from adapters.house import House
from adapters.web import fields
from adapters.web.acting import Submitted
from adapters.web.desk import Desk
from adapters.web.figures import fen_of
from adapters.web.forms import Typed
from adapters.web.sign_in import own_form
from adapters.web.submissions import (
    FORBIDDEN,
    SEE_OTHER,
    UNPROCESSABLE,
    after,
    foreign,
    in_words,
    one,
    wish_of,
)
from domain.cases.parts import Channel
from domain.divisions import division_prefix
from domain.errors import InvalidValue, Refused

_FIRST_ROWS, _MOST_ROWS = 4, 12
_PERSON = ("name", "id_number", "relation", "phone")
_COUNTY = 6


class OpenPages:
    """Answers for the form that opens a case."""

    def __init__(self, house: House) -> None:
        """Open cases in this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the empty form."""
        desk = Desk(request, self._house)
        if desk.holder is None:
            return RedirectResponse("/ui/sign-in?back=/ui/open", SEE_OTHER)
        return self._form(desk, {})

    def open(self, request: Request, typed: Submitted) -> Response:
        """Open the case and go to it, or answer with the form and the refusal."""
        desk = Desk(request, self._house)
        if desk.holder is None:
            return RedirectResponse("/ui/sign-in?back=/ui/open", SEE_OTHER)
        if not own_form(request):
            return self._form(desk, typed, foreign(desk), FORBIDDEN)
        if one(typed, "more"):
            return self._form(desk, typed)
        try:
            wish = wish_of(desk, "open_case", _values(typed), typed)
            answer = self._house.handle(read_wish(self._house, wish))
        except Refused as refused:
            return self._form(desk, typed, in_words(desk, refused), UNPROCESSABLE)
        return after(answer)

    def _form(self, desk: Desk, typed: Typed, refusal: dict[str, str] | None = None, status: int = 200) -> Response:
        area = division_prefix(desk.holder[0].division) if desk.holder else ""
        return desk.page(
            "open.html",
            status,
            typed=typed,
            refusal=refusal,
            rows=_rows(typed),
            matters=fields.matters(desk),
            villages=fields.villages(desk, area) if len(area) > _COUNTY else (),
            channels=fields.options(desk, "channel", get_args(Channel)),
            command_id=self._house.cases.new_id(),
        )


def _values(typed: Typed) -> dict[str, Any]:
    values: dict[str, Any] = {name: one(typed, name) for name in ("matter", "division", "channel")}
    persons = [_person(typed, f"m{number}") for number in range(_rows(typed))]
    values["members"] = [person for person in persons if person]
    values["monthly_income"] = _income(typed)
    agent = _person(typed, "agent")
    if agent:
        values["mandate"] = {"agent": agent, "document": one(typed, "agent.document")}
    return values


def _person(typed: Typed, prefix: str) -> dict[str, str]:
    """Return what was typed of a person; nothing at all without name and number."""
    found = {field: one(typed, f"{prefix}.{field}") for field in _PERSON}
    if not found["name"] and not found["id_number"]:
        return {}
    return {field: text for field, text in found.items() if text or field in ("name", "id_number")}


def _income(typed: Typed) -> int:
    try:
        return fen_of(one(typed, "monthly_income"))
    except ValueError as error:
        raise InvalidValue("monthly_income") from error


def _rows(typed: Typed) -> int:
    """Return how many member rows the form has: four more each time more are asked for."""
    text = one(typed, "rows")
    rows = min(int(text), _MOST_ROWS) if text.isdigit() and len(text) <= 2 else _FIRST_ROWS  # noqa: PLR2004  two digits
    return min(rows + _FIRST_ROWS, _MOST_ROWS) if one(typed, "more") else max(rows, 1)
