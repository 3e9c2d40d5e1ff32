"""What a rule version comes to when a case is judged by it, the same for every case: worked out once."""

from typing import NamedTuple

from domain.derived import once_per
from domain.rulebook.calculate import facts_needed
from domain.rulebook.evaluate import Measure, Parameter, measures_of, parameter_of
from domain.rulebook.rules import RuleVersion


class Scheme(NamedTuple):
    """A rule version in one class of division. ``facts``: what the criteria and the amount use, each once."""

    parameter: Parameter
    measures: tuple[Measure, ...]
    facts: tuple[str, ...]


@once_per
def _schemes(rule: RuleVersion) -> dict[bool | None, Scheme]:  # noqa: ARG001  filled when a class is first asked for
    return {}


def scheme_of(rule: RuleVersion, urban: bool | None) -> Scheme:  # noqa: FBT001  (the class of a division, as it is)
    """Return the scheme of the rule; ``urban`` as for ``parameter_of``. Raises RuleFault."""
    known = _schemes(rule)
    found = known.get(urban)
    if found is None:
        parameter = parameter_of(rule, urban)
        needed = [*(criterion.fact for criterion in rule.criteria), *facts_needed(rule.amount)]
        found = known[urban] = Scheme(parameter, measures_of(rule.criteria, parameter), tuple(dict.fromkeys(needed)))
    return found
