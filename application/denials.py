"""Refusals for want of authority are kept: who tried what, where, when, and why not (法无授权不可为)."""

import logging
from hashlib import sha256
from typing import Protocol

import msgspec
from msgspec.structs import replace

from application.ports import Append, Conflict, EventLog, NewId, Write
from domain.authority.events import ActDenied
from domain.cases.facts import Act, Facts
from domain.errors import NoAuthority, Unavailable
from domain.kernel import Authority, CaseId, Fact, Meta, Value

_encode = msgspec.json.Encoder(order="sorted").encode
_log = logging.getLogger("anjuan.denials")


class _House(Protocol):
    """What is needed of the command handler's house."""

    @property
    def log(self) -> EventLog:
        """The log."""

    @property
    def new_id(self) -> NewId:
        """Makes ids."""


class _Request(Protocol):
    """What is needed of a request."""

    @property
    def action(self) -> str:
        """The action."""

    @property
    def case_id(self) -> CaseId | None:
        """The case, None for a new one."""


class Denial(Value):
    """An act that was refused. ``power``: the item that it would have exercised; ``amount`` in fen."""

    action: str
    code: str
    detail: str
    matter: str = ""
    division: str = ""
    case: CaseId = CaseId("")
    amount: int = 0
    power: str = ""
    rule: str = ""


def record_denial(house: _House, request: _Request, refused: NoAuthority, facts: Facts) -> None:
    """Record that a command was refused for want of authority. Never raises: the refusal must reach the caller."""
    ...
