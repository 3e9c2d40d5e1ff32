"""Acting on a case: a form made from the action's command, sent with an id that makes a second sending harmless."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from adapters.commands import known_case_id, read_wish
from adapters.house import House
from adapters.reads.recording import on_record
from adapters.web.case_inputs import case_inputs, rule_of
from adapters.web.desk import Desk
from adapters.web.figures import yuan
from adapters.web.forms import Input, Typed, values_of
from adapters.web.open_actions import ELSEWHERE
from adapters.web.reader import on_page
from adapters.web.sign_in import own_form
from adapters.web.submissions import (
    FORBIDDEN,
    SEE_OTHER,
    UNPROCESSABLE,
    action_name,
    after,
    foreign,
    in_words,
    submitted,
    wish_of,
    words_of,
)
from application.hot_cases import Loaded
from domain.calendar import civil_day
from domain.cases.assess import assessed
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.divisions import settlement
from domain.errors import Refused, UnknownCase
from domain.kernel import Fen, Value

Submitted = Annotated[Typed, Depends(submitted)]


class Sheet(Value):
    """The form: which action on which case, as last seen, with what was typed and why it was refused."""

    case_id: str
    action: str
    loaded: Loaded
    typed: dict[str, list[str]] = {}
    refusal: dict[str, str] = {}


class ActPages:
    """Answers for the form of one action on one case."""

    def __init__(self, house: House) -> None:
        """Act in this house."""
        self._house = house

    def show(self, request: Request, case_id: str, action: str) -> Response:
        """Answer with the form, filled in where the case itself knows the figure."""
        desk = Desk(request, self._house)
        if desk.holder is None:
            return RedirectResponse(f"/ui/sign-in?back={request.url.path}", SEE_OTHER)
        loaded = self._recorded(desk, case_id, action)
        return self._form(desk, Sheet(case_id, action, loaded, _known(self._house, action, loaded.state)))

    def act(self, request: Request, case_id: str, action: str, typed: Submitted) -> Response:
        """Do it and go to the case, or answer with the form and the refusal."""
        desk = Desk(request, self._house)
        if desk.holder is None:
            return RedirectResponse(f"/ui/sign-in?back={request.url.path}", SEE_OTHER)
        sheet = Sheet(case_id, action, self._loaded(case_id, action), {name: [*texts] for name, texts in typed.items()})
        if not own_form(request):
            return self._form(desk, sheet, foreign(desk), FORBIDDEN)
        try:
            values = values_of(self._inputs(desk, sheet), typed)
            answer = self._house.handle(read_wish(self._house, wish_of(desk, action, values, typed, case_id)))
        except Refused as refused:
            words = words_of(desk, rule_of(desk, sheet.loaded.state))
            return self._form(desk, sheet, in_words(desk, refused, words), UNPROCESSABLE)
        return after(answer)

    def _inputs(self, desk: Desk, sheet: Sheet) -> list[Input]:
        state = sheet.loaded.state
        return [shown.input for shown in case_inputs(desk, sheet.action, state, rule_of(desk, state))]

    def _loaded(self, case_id: str, action: str) -> Loaded:
        known = known_case_id(case_id)
        loaded = self._house.cases.hot.read(known) if known else None
        if loaded is None or loaded.version == 0 or action not in ACTIONS or action in ELSEWHERE:
            raise UnknownCase
        return loaded

    def _recorded(self, desk: Desk, case_id: str, action: str) -> Loaded:
        """The form shows what the case says; the case itself is memory, so that its record is written by itself."""
        with on_record(self._house, on_page(desk), "case", {"action": action}) as record:
            loaded = self._loaded(case_id, action)
            record.case(case_id)
        return loaded

    def _form(self, desk: Desk, sheet: Sheet, refusal: dict[str, str] | None = None, status: int = 200) -> Response:
        state = sheet.loaded.state
        return desk.page(
            "act.html",
            status,
            sheet=sheet,
            refusal=refusal,
            title=action_name(desk, sheet.action),
            inputs=case_inputs(desk, sheet.action, state, rule_of(desk, state)),
            command_id=self._house.cases.new_id(),
        )


def _known(house: House, action: str, state: CaseState) -> dict[str, list[str]]:
    """Return what the case says already, as a first value of the inputs."""
    match action:
        case "issue_opinion" if state.household:
            persons, income = len(state.household.members), state.household.monthly_income
            return {"persons": [str(persons)], "monthly_income": [yuan(income)]}
        case "complete_review" if state.household:
            return {"monthly_income": [yuan(state.household.monthly_income)]}
        case "confirm_case":
            return {"amount": [yuan(_amount(house, state))]}
        case _:
            return {}


def _amount(house: House, state: CaseState) -> Fen:
    """Return what the rule gives now (fen); nothing while a fact is missing or a criterion fails."""
    rule = house.cases.bureau.now().rulebook.by_id.get(state.rule)
    if rule is None:
        return Fen(0)
    class_ = settlement(state.division)
    try:
        found = assessed(state, rule, civil_day(house.now()), urban=None if class_ is None else class_ == "urban")
    except Refused:
        return Fen(0)
    return found.calculation.amount
