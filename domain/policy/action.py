"""The shape of an act on a policy."""

from collections.abc import Callable

import msgspec

from domain.authority.posts import Role
from domain.bureau_events import RuleVersionPublished
from domain.kernel import Command
from domain.policy.events import PolicyEvent

Outcome = list[PolicyEvent | RuleVersionPublished]
"""Events of the policy, and those of the rulebook that belong to the same append."""

Decide = Callable[..., Outcome]
"""(state: PolicyState, command, facts: PolicyFacts) -> events; pure; raises Refused."""


class PolicyAction(msgspec.Struct, frozen=True):
    """What the API, the CLI and the forms need to know. ``role``: who may; None is every post."""

    name: str
    command: type[Command]
    decide: Decide
    zh: str
    en: str
    role: Role | None
