"""Leads, warnings, and acts on signals: what the HTTP routes, the pages and the CLI share."""

from collections.abc import Callable
from typing import Any

import msgspec

from adapters.commands import act_of, read_command
from adapters.house import House
from adapters.viewing import Views
from application.signal_acts import SignalAnswer, SignalName, judge_signal, verify_signal
from domain.authority.posts import Post
from domain.calendar import civil_day
from domain.kernel import Command, Value
from domain.signals.judging import JudgeSignal, VerifySignal
from projections.views.leads.queries import LeadFilter, LeadPage, lead_page, lead_rows
from projections.views.warnings.queries import WarningFilter, WarningPage, warning_page, warning_rows


class SignalAction(msgspec.Struct, frozen=True):
    """An act on a signal. ``do``: (house, name, command, act) -> answer."""

    name: str
    command: type[Command]
    do: Callable[..., SignalAnswer]
    zh: str
    en: str


SIGNAL_ACTIONS: dict[str, SignalAction] = {
    "verify": SignalAction("verify_signal", VerifySignal, verify_signal, "核实部门数据", "Verify a signal"),
    "judge": SignalAction("judge_signal", JudgeSignal, judge_signal, "认定部门数据", "Judge a signal"),
}
"""By the last part of the address."""


class SignalWish(Value):
    """What somebody asks for, before it is read. ``key``: the idempotency key, empty for a new one."""

    act: str
    name: SignalName
    body: bytes
    post: Post
    actor: str
    key: str = ""


def act_on_signal(house: House, wish: SignalWish) -> SignalAnswer:
    """Do it. Raises Refused (also MalformedBody, OccurredInFuture, BadKey) or Unavailable."""
    action = SIGNAL_ACTIONS[wish.act]
    command, told = read_command(action.command, wish.body)
    act = act_of(house, wish.post, wish.actor, wish.key, told)
    return action.do(house.cases, wish.name, command, act)


def body_of(values: dict[str, Any]) -> bytes:
    """Return what was typed or given as options, as the body that is read."""
    return msgspec.json.encode({name: value for name, value in values.items() if value is not None})


def leads(views: Views, where: LeadFilter, limit: int = 50, after: str = "") -> LeadPage:
    """Return a page of leads as of the views' day. Raises BadCursor, Unavailable."""
    return lead_page(views.read(*lead_rows(where, civil_day(views.now()), limit, after)), limit)


def warnings(views: Views, where: WarningFilter, limit: int = 50, after: str = "") -> WarningPage:
    """Return a page of warnings as of the views' day. Raises BadCursor, Unavailable."""
    return warning_page(views.read(*warning_rows(where, civil_day(views.now()), limit, after)), limit)
