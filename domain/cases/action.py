"""The shape of an action: one file in ``actions/`` is one action."""

from collections.abc import Callable

import msgspec

from domain.authority.powers import Power
from domain.cases.events import CaseEvent
from domain.kernel import Command

Decide = Callable[..., list[CaseEvent]]
"""(state: CaseState, command, facts: Facts) -> events; pure; raises Refused."""


class Action(msgspec.Struct, frozen=True):
    """What the API, the CLI, the forms and the permissions need to know. ``name`` is stored and published.

    ``power``: the kind of power item that it exercises. ``entitles``: it changes what the persons of the case receive.
    """

    name: str
    command: type[Command]
    decide: Decide
    zh: str
    en: str
    power: Power
    entitles: bool = False
