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
    words_of,
)
from domain.cases.parts import Channel
from domain.divisions import division_prefix
from domain.errors import InvalidValue, Refused
from domain.rulebook.calculate import facts_needed
from domain.rulebook.rules import RuleVersion

_FIRST_ROWS, _MOST_ROWS = 4, 12
_PERSON = ("name", "id_number", "relation", "phone")
_INCOME = frozenset({"monthly_income", "income_per_head"})
UNNAMED = {"name": "", "id_number": ""}
"""Somebody at a rescue station who is not known yet."""


class OpenPages:
    """Answers for the form that opens a case."""

    def __init__(self, house: House) -> None:
        """Open cases in this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the empty form, for the matter in the address or the first there is."""
        desk = Desk(request, self._house)
        if desk.holder is None:
            return RedirectResponse("/ui/sign-in?back=/ui/open", SEE_OTHER)
        return self._form(desk, {"matter": [request.query_params.get("matter", "")]})

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
            words = words_of(desk, desk.bureau.rulebook.in_force(one(typed, "matter"), _area(desk), desk.today))
            return self._form(desk, typed, in_words(desk, refused, words), UNPROCESSABLE)
        return after(answer)

    def _form(self, desk: Desk, typed: Typed, refusal: dict[str, str] | None = None, status: int = 200) -> Response:
        area, rules = _area(desk), _rules(desk)
        rule = rules.get(one(typed, "matter")) or next(iter(rules.values()), None)
        return desk.page(
            "open.html",
            status,
            typed=typed,
            refusal=refusal,
            rows=_rows(typed, rule),
            rule=rule,
            with_income=rule is not None and _asks_income(rule),
            matters=tuple(fields.Option(each, desk.names.matter(each)) for each in rules),
            villages=fields.villages(desk, area),
            channels=fields.options(desk, "channel", get_args(Channel)),
            command_id=self._house.cases.new_id(),
        )


def _area(desk: Desk) -> str:
    return division_prefix(desk.holder[0].division) if desk.holder else ""


def _rules(desk: Desk) -> dict[str, RuleVersion]:
    """Return the rules in force here, by matter, under which the post's role opens cases; 低保 first."""
    role = desk.holder[0].role if desk.holder else ""
    found = (rule for rule in desk.bureau.rulebook.all_in_force(_area(desk), desk.today) if "open_case" in rule.steps)
    open_ = sorted(
        (rule for rule in found if role in rule.steps["open_case"].by), key=lambda rule: rule.matter != fields.FIRST
    )
    return {rule.matter: rule for rule in open_}


def _asks_income(rule: RuleVersion) -> bool:
    """Tell whether the income counts: for a household, and where a criterion or the amount is made of it."""
    used = {*(criterion.fact for criterion in rule.criteria), *facts_needed(rule.amount)}
    return not used.isdisjoint(_INCOME)


def _values(typed: Typed) -> dict[str, Any]:
    """Return what was typed, as the command takes it; what a matter does not ask for is not in its form."""
    names = ("matter", "division", "channel", "organisation", "uscc")
    values: dict[str, Any] = {name: one(typed, name) for name in names if one(typed, name)}
    persons = [_person(typed, f"m{number}") for number in range(_rows(typed, None))]
    named = [person for person in persons if person]
    values["members"] = named or ([UNNAMED] if one(typed, "unnamed") else [])
    if "monthly_income" in typed:
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


def _rows(typed: Typed, rule: RuleVersion | None) -> int:
    """Return how many member rows the form has: one for a person, else four more each time more are asked for."""
    if rule is not None and rule.subject in ("person", "station"):
        return 1
    text = one(typed, "rows")
    rows = min(int(text), _MOST_ROWS) if text.isdigit() and len(text) <= 2 else _FIRST_ROWS  # noqa: PLR2004  two digits
    return min(rows + _FIRST_ROWS, _MOST_ROWS) if one(typed, "more") else max(rows, 1)
