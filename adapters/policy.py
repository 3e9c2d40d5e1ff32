"""From bytes to an act on a policy, and from a file to a draft's rules: what the HTTP routes and the CLI share."""

import re
from pathlib import Path

from adapters.commands import act_of, read_command
from adapters.house import House
from adapters.rulebook import load_rulebook
from application.policy import PolicyRequest
from domain.authority.posts import Post
from domain.kernel import Value
from domain.policy.action import PolicyAction
from domain.policy.parts import PolicyId
from domain.policy.refusals import UnknownPolicy
from domain.rulebook.rules import RuleVersion

DRAFTING = "draft_policy"
"""The one act that is not on a policy that is there."""

_POLICY_ID = re.compile(r"[A-Za-z0-9._:-]{1,190}")


class PolicyWish(Value):
    """What somebody asks for, before it is read. ``key``: the idempotency key, empty for a new one."""

    action: PolicyAction
    body: bytes
    post: Post
    actor: str
    policy_id: PolicyId | None = None
    key: str = ""


def read_policy_wish(house: House, wish: PolicyWish) -> PolicyRequest:
    """Return the request. Raises MalformedBody, OccurredInFuture or BadKey."""
    command, told = read_command(wish.action.command, wish.body)
    act = act_of(house, wish.post, wish.actor, wish.key, told)
    return PolicyRequest(action=wish.action.name, command=command, act=act, policy_id=wish.policy_id)


def needed_policy_id(text: str) -> PolicyId:
    """Return a text as a policy's id. Raises UnknownPolicy for what could not be one."""
    if not _POLICY_ID.fullmatch(text):
        raise UnknownPolicy
    return PolicyId(text)


def new_versions(house: House, path: Path) -> tuple[RuleVersion, ...]:
    """Return the rule versions of a matter's file that the rulebook does not have. Raises RuleDataFault."""
    known = house.cases.bureau.refresh().rulebook.by_id
    return tuple(version for version in load_rulebook(path).versions if version.id not in known)
