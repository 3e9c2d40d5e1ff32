"""All acts on a policy by name; and deciding one: who may, then what it brings."""

from domain.errors import NoAuthority
from domain.kernel import Command
from domain.policy import consulting, deciding, drafting, piloting
from domain.policy.action import Outcome, PolicyAction
from domain.policy.guards import PolicyFacts
from domain.policy.state import PolicyState

POLICY_ACTIONS: dict[str, PolicyAction] = {
    action.name: action for action in (*drafting.ACTIONS, *consulting.ACTIONS, *deciding.ACTIONS, *piloting.ACTIONS)
}
"""In the order of a policy's life. Names are stored and published."""


def decide(action: PolicyAction, state: PolicyState, command: Command, facts: PolicyFacts) -> Outcome:
    """Decide. Raises Refused: NoAuthority before anything else is told."""
    if action.role is not None and facts.act.post.role != action.role:
        raise NoAuthority(action.name)
    return action.decide(state, command, facts)
