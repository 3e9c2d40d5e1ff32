"""Putting rule versions into force: what they replace ends, and what has a fault is refused."""

from collections.abc import Iterable

from msgspec.structs import replace

from domain.bureau_events import RuleVersionPublished
from domain.divisions import division_prefix, is_within
from domain.errors import InvalidValue, NoAuthority
from domain.kernel import Value
from domain.policy.guards import PolicyFacts
from domain.policy.state import PolicyState
from domain.rulebook.check import check, refuse_faults
from domain.rulebook.faults import RuleData
from domain.rulebook.rules import RuleVersion


class Enacted(Value):
    """The events of the rulebook, the new versions first, and the ids of the new and of the ended ones."""

    events: tuple[RuleVersionPublished, ...]
    versions: tuple[str, ...]
    ended: tuple[str, ...]


def enact(new: Iterable[RuleVersion], facts: PolicyFacts) -> Enacted:
    """Return what putting the versions into force means. Raises InvalidValue, RuleFaulty or DualTrack.

    A version that a new one replaces (the same matter, region and pilot) ends on the day the new one begins.
    """
    versions = tuple(new)
    for version in versions:
        if version.id in facts.rulebook.by_id:
            raise InvalidValue(f"versions: {version.id} is taken")
    ended = tuple(old for version in versions for old in _replaced(version, facts))
    book = facts.rulebook.with_versions(ended)
    refuse_faults(check(RuleData(powers=facts.powers, versions=versions), book, facts.words))
    return Enacted(
        events=tuple(RuleVersionPublished(version=version) for version in (*versions, *ended)),
        versions=tuple(version.id for version in versions),
        ended=tuple(version.id for version in ended),
    )


def own_versions(versions: tuple[RuleVersion, ...], state: PolicyState, facts: PolicyFacts) -> None:
    """A draft has rules, for places that the post answers for, and a new id for each.

    Raises NoAuthority, and InvalidValue naming the version.
    """
    ids = [version.id for version in versions]
    if not versions or len(set(ids)) < len(ids):
        raise InvalidValue("versions")
    pilots = {pilot.id for pilot in state.pilots}
    for version in versions:
        if not is_within(version.region, facts.act.post.division):
            raise NoAuthority(f"region {version.region or '*'}")
        if version.id in facts.rulebook.by_id:
            raise InvalidValue(f"versions: {version.id} is taken")
        if version.pilot or (version.cites_pilot and version.cites_pilot not in pilots):
            raise InvalidValue(f"versions: {version.id}: pilot")


def _replaced(new: RuleVersion, facts: PolicyFacts) -> Iterable[RuleVersion]:
    """What begins later is not replaced: the new version is to end before it, or the check refuses it."""
    for old in facts.rulebook.versions_of(new.matter):
        same = division_prefix(old.region) == division_prefix(new.region) and old.pilot == new.pilot
        if same and old.valid_from < new.valid_from and (old.valid_to is None or old.valid_to > new.valid_from):
            yield replace(old, valid_to=new.valid_from)
