"""The rule data that the bureau starts with, from ``infra``."""

from functools import cache

from msgspec.structs import replace

from adapters.reference import INFRA
from adapters.rulebook.loading import load_delegations, load_rulebook
from domain.rulebook.faults import RuleData


@cache
def shipped_rules() -> RuleData:
    """Return matters, versions, powers and grants, delegations among them. Raises RuleDataFault."""
    data = load_rulebook(INFRA / "rulebook")
    delegations = INFRA / "authority" / "delegations.yaml"
    return replace(data, grants=(*data.grants, *load_delegations(delegations))) if delegations.exists() else data
