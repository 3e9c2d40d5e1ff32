"""What a form of ours sends, the wish that it becomes, and what comes of it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import msgspec
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from adapters.commands import Wish
from adapters.web.desk import AFTER_COOKIE, Desk
from adapters.web.figures import local_time, yuan
from adapters.web.forms import Typed
from application.asking import Answer
from domain.cases.registry import ACTIONS
from domain.errors import InvalidValue, Refused
from domain.kernel import CaseId
from domain.rulebook.rules import RuleVersion

NO_WORDS: Mapping[str, str] = MappingProxyType({})
SEE_OTHER, FORBIDDEN, UNPROCESSABLE = 303, 403, 422
_MOST_FIELDS = 400
_REMEMBERED_SECONDS = 60
"""So long the pages wait for what was written; a view that is further behind than that is an operator's matter."""
_COMMAND_ID = re.compile(r"[0-9a-f-]{36}")
_GROUPS = ("term", "event.case", "stage", "input", "role", "state", "member", "fact")
_CODE = re.compile(r"[a-z][a-z0-9_]*(?:[-.]?[a-z0-9_]+|\[[0-9]+\])*")
_PART = re.compile(r"members\[(\d+)\]\.(\w+)")


async def submitted(request: Request) -> Typed:
    """Return the fields of a form. A coroutine, because the framework gives the body in no other way."""
    try:
        return parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:  # too many fields, or bytes that are no text
        raise HTTPException(400) from error


def wish_of(desk: Desk, action: str, values: dict[str, Any], typed: Typed, case_id: str = "") -> Wish:
    """Return the wish of whoever is signed in. Raises InvalidValue."""
    if desk.holder is None:
        raise LookupError("nobody is signed in")
    post, actor = desk.holder
    command_id, version = command_id_of_form(typed), one(typed, "version")
    return Wish(
        action=ACTIONS[action],
        body=msgspec.json.encode(values | _occurred(typed)),
        post=post,
        actor=actor,
        case_id=CaseId(case_id) if case_id else None,
        key=command_id,
        if_match=int(version) if version.isdigit() else None,
    )


def command_id_of_form(typed: Typed) -> str:
    """Return the id that makes a second sending of a form harmless. Raises InvalidValue."""
    command_id = one(typed, "command_id")
    if not _COMMAND_ID.fullmatch(command_id):
        raise InvalidValue("command_id")
    return command_id


def after(answer: Answer) -> Response:
    """Go to the case, whose page says what was done; that page and those after it wait for their views."""
    done = ",".join(answer.events) or ("" if answer.repeated else "none")
    there = RedirectResponse(f"/ui/cases/{answer.case_id}?after={answer.position}&done={done}", SEE_OTHER)
    return remember(there, answer.position)


def remember(there: Response, position: int) -> Response:
    """Let the pages that come next wait for what was written; 0: nothing was."""
    if position:
        there.set_cookie(AFTER_COOKIE, str(position), _REMEMBERED_SECONDS, path="/ui", httponly=True)
    return there


def one(typed: Typed, name: str) -> str:
    """Return the first value of a field, without surrounding space."""
    return next(iter(typed.get(name, ())), "").strip()


def in_words(desk: Desk, refused: Refused, words: Mapping[str, str] = NO_WORDS) -> dict[str, str]:
    """Return a refusal as people read it: sentence, detail with its codes in words, code, basis.

    ``words``: those of the rule, for codes that only it knows.
    """
    return {
        "text": refused.zh if desk.language == "zh" else refused.en,
        "detail": detail_in_words(desk, refused.detail, words),
        "code": refused.code,
        "basis": refused.basis,
    }


def foreign(desk: Desk) -> dict[str, str]:
    """Return the refusal of a form that another site sent."""
    return {"text": desk.t("act.foreign"), "detail": "", "code": "FOREIGN_ORIGIN", "basis": ""}


def action_name(desk: Desk, action: str) -> str:
    """Return what an action is called."""
    return ACTIONS[action].zh if desk.language == "zh" else ACTIONS[action].en


def _occurred(typed: Typed) -> dict[str, Any]:
    text = one(typed, "occurred_at")
    try:
        return {"occurred_at": local_time(text)} if text else {}
    except (ValueError, OverflowError) as error:
        raise InvalidValue("occurred_at") from error


def words_of(desk: Desk, rule: RuleVersion | None) -> dict[str, str]:
    """Return the words of the codes that refusals by this rule can name: facts, criteria, duties, papers, matters."""
    words = {matter: desk.names.matter(matter) for matter in desk.bureau.rulebook.matters}
    words |= {item.id: desk.names.words_of(item) for item in desk.bureau.register.items.values()}
    if rule is None:
        return words
    words |= {paper.id: desk.names.words_of(paper) for paper in rule.papers}
    words |= {name: desk.names.duty(rule.id, name) for name in rule.duties}
    words |= {criterion.id: desk.names.words_of(criterion) for criterion in rule.criteria}
    for name, shape in rule.facts.items():
        words[name] = words[f"facts.{name}"] = desk.names.words_of(shape)
    return words


def detail_in_words(desk: Desk, detail: str, words: Mapping[str, str]) -> str:
    """Return a refusal's detail with its codes in words and its amounts in yuan."""
    detail = re.sub(r"(\d+) fen", lambda found: f"{yuan(int(found[1]))} {desk.t('app.yuan')}", detail)
    told = _CODE.sub(lambda found: words.get(found[0]) or _word(desk, found[0]), detail)
    return told.replace(": ", "：").replace(", ", "、") if desk.language == "zh" else told


def _word(desk: Desk, code: str) -> str:
    if code in ACTIONS:
        return action_name(desk, code)
    if part := _PART.fullmatch(code):
        return f"{desk.t('act.member', n=int(part[1]) + 1)} {_word(desk, part[2])}"
    found = next((word for group in _GROUPS if (word := desk.t.word(group, code)) != code), "")
    field, dot, part_of_field = code.rpartition(".")
    if found or not dot:
        return found or code
    return f"{_word(desk, field)} {_word(desk, part_of_field)}"
