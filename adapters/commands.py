"""From bytes to a command and a request: what the HTTP routes and the CLI share."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from adapters.house import House
from application.asking import Request
from domain.authority.posts import Post
from domain.cases.action import Action
from domain.cases.facts import Act
from domain.errors import InvalidValue, Refused
from domain.kernel import CaseId, Command, PostId, Value

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Clocks of different machines differ; an act told to lie further ahead has not happened."""

_CASE_ID = re.compile(r"[A-Za-z0-9._:-]{1,195}")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_PATH = re.compile(r" - at `([^`]+)`$")
_SAFE = re.compile(r"Expected `[a-z0-9|_ ]+`(?:, got `[a-z0-9|_ ]+`)?|Object missing required field `[a-z0-9_]+`")
"""The messages that hold only types and names of ours. Others may repeat what was sent."""

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class MalformedBody(Refused):
    """A body that is not the JSON that the action asks for. ``detail`` has the JSON path, never the value."""

    code = "MALFORMED_BODY"
    zh = "请求内容格式不正确"
    en = "The request body is malformed"


class OccurredInFuture(InvalidValue):
    """``occurred_at`` lies ahead of the clock."""

    code = "OCCURRED_IN_FUTURE"
    zh = "发生时间不能晚于当前时间"
    en = "The act is said to have happened in the future"


class BadKey(InvalidValue):
    """An idempotency key that is too long or has other characters than visible ASCII."""

    code = "BAD_KEY"
    zh = "幂等键须为 1 至 200 个可见 ASCII 字符"
    en = "An idempotency key has 1 to 200 visible ASCII characters"


class Wish(Value):
    """What somebody asks for, before it is read. ``key``: the idempotency key, empty for a new one."""

    action: Action
    body: bytes
    post: Post
    actor: str
    case_id: CaseId | None = None
    key: str = ""
    if_match: int | None = None


def read_wish(house: House, wish: Wish) -> Request:
    """Return the request. Raises MalformedBody, OccurredInFuture or BadKey."""
    command, told = read_command(wish.action.command, wish.body)
    act = act_of(house, wish.post, wish.actor, wish.key, told)
    return Request(action=wish.action.name, command=command, act=act, case_id=wish.case_id, if_match=wish.if_match)


def act_of(house: House, post: Post, actor: str, key: str, told: datetime | None) -> Act:
    """Return who acts, and when: as told, else now. Raises OccurredInFuture or BadKey."""
    if key and not _KEY.fullmatch(key):
        raise BadKey
    now = house.now()
    if told is not None and told > now + CLOCK_TOLERANCE:
        raise OccurredInFuture("occurred_at")
    return Act(command_id=key or house.cases.new_id(), actor=actor, post=post, occurred_at=told or now, received_at=now)


def read_command(shape: type[Command], body: bytes) -> tuple[Command, datetime | None]:
    """Return the command in a body, and when it happened if the body tells (UTC). Raises MalformedBody."""
    fields = decoded(msgspec.json.decode, body or b"{}")
    if not isinstance(fields, dict):
        raise MalformedBody("$: Expected `object`")
    if b"\\u0000" in body:  # no text column takes it
        raise MalformedBody("$: control character")
    told = fields.pop("occurred_at", None)
    command: Command = decoded(msgspec.convert, fields, shape)
    if told is None:
        return command, None
    try:
        return command, msgspec.convert(told, _Moment).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError) as error:
        raise MalformedBody("$.occurred_at: Expected a time with offset") from error


def decoded(decode: Callable[..., Any], *given: object) -> Any:  # noqa: ANN401  (what it decodes to)
    """Decode, turning msgspec's faults into MalformedBody without anything that was sent."""
    try:
        return decode(*given)
    except msgspec.ValidationError as error:
        raise MalformedBody(_impersonal(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBody("$: not JSON") from None


def known_post(house: House, post: str) -> Post | None:
    """Return the post, looking again when it is not known yet."""
    bureau = house.cases.bureau
    return bureau.now().posts.get(PostId(post)) or bureau.refresh().posts.get(PostId(post))


def known_case_id(text: str) -> CaseId | None:
    """Return a text as a case id if it could be one."""
    return CaseId(text) if _CASE_ID.fullmatch(text) else None


def _impersonal(message: str) -> str:
    path = _PATH.search(message)
    safe = _SAFE.match(message)
    return f"{path[1] if path else '$'}: {safe[0] if safe else 'not allowed here'}"
