"""Rule data: YAML files with matters, their powers and rule versions, told with file and line where they are faulty."""

from adapters.rulebook.loading import (
    Loaded,
    check_rulebook,
    load_delegations,
    load_rulebook,
    read_rulebook,
    shipped_rules,
)
from adapters.rulebook.marked import RuleDataFault

__all__ = [
    "Loaded",
    "RuleDataFault",
    "check_rulebook",
    "load_delegations",
    "load_rulebook",
    "read_rulebook",
    "shipped_rules",
]
