"""The rulebook: which version of a matter's rule is in force where and when, found by look-up and not by a scan."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from domain.divisions import CODE_LENGTH, division_prefix, full_code
from domain.errors import Refused
from domain.kernel import Value
from domain.rulebook.rules import Matter, RuleVersion

Place = dict[str, tuple[RuleVersion, ...]]
"""Region (the prefix that its divisions begin with) -> its versions, the oldest first."""

_LENGTHS = (CODE_LENGTH, 9, 6, 4, 2, 0)
"""Digits of a region, the most specific first; none at all is the whole country."""


class UnknownRule(Refused):
    """No rule version has this id."""

    code = "UNKNOWN_RULE"
    zh = "没有此规则版本"
    en = "There is no such rule version"


class UnknownMatter(Refused):
    """No matter has this id."""

    code = "UNKNOWN_MATTER"
    zh = "没有此事项"
    en = "There is no such matter"


class Rulebook(Value):
    """Matters and their rule versions. It never changes: what is added gives a new one."""

    by_id: dict[str, RuleVersion] = {}
    matters: dict[str, Matter] = {}
    places: dict[str, Place] = {}
    """Matter -> its places: made from the versions by ``with_versions``."""

    def with_versions(self, versions: Iterable[RuleVersion]) -> "Rulebook":
        """Return a rulebook with these too; a version takes the place of one with its id."""
        new = {version.id: version for version in versions}
        by_id = {**self.by_id, **new}
        if new.keys() & self.by_id.keys():
            return replace(self, by_id=by_id, places=_placed({}, by_id.values()))
        return replace(self, by_id=by_id, places=_placed(self.places, new.values()))

    def with_matters(self, matters: Iterable[Matter]) -> "Rulebook":
        """Return a rulebook with these too; a matter takes the place of one with its id."""
        return replace(self, matters={**self.matters, **{matter.id: matter for matter in matters}})

    def in_force(self, matter: str, division: str, day: date) -> RuleVersion | None:
        """Return the version in force: the most specific region wins, there a pilot's, then the latest to begin."""
        places, code = self.places.get(matter, {}), full_code(division)
        for length in _LENGTHS:
            fits = [version for version in places.get(code[:length], ()) if is_in_force(version, day)]
            if fits:
                return max(fits, key=_rank)
        return None

    def all_in_force(self, division: str, day: date, matter: str = "") -> tuple[RuleVersion, ...]:
        """Return the version in force of every matter that has one, or of the given matter. Raises UnknownMatter."""
        if matter and matter not in self.places and matter not in self.matters:
            raise UnknownMatter
        found = (self.in_force(each, division, day) for each in ([matter] if matter else sorted(self.places)))
        return tuple(version for version in found if version is not None)

    def version(self, id_: str) -> RuleVersion:
        """Return the version of that id. Raises UnknownRule."""
        found = self.by_id.get(id_)
        if found is None:
            raise UnknownRule
        return found

    def all_versions(self) -> tuple[RuleVersion, ...]:
        """Return all versions by matter, region and the day from which they are valid."""
        return tuple(version for matter in sorted(self.places) for version in self.versions_of(matter))

    def versions_of(self, matter: str) -> tuple[RuleVersion, ...]:
        """Return all versions of a matter by region, then by the day from which they are valid."""
        places = self.places.get(matter, {})
        return tuple(version for region in sorted(places) for version in places[region])


def is_in_force(version: RuleVersion, day: date) -> bool:
    """Tell whether the version is valid on that day, wherever it is."""
    return version.valid_from <= day and (version.valid_to is None or day < version.valid_to)


def _rank(version: RuleVersion) -> tuple[bool, date, str]:
    return bool(version.pilot), version.valid_from, version.id


def _order(version: RuleVersion) -> tuple[date, str]:
    return version.valid_from, version.id


def _placed(places: dict[str, Place], new: Iterable[RuleVersion]) -> dict[str, Place]:
    """Copies what changes, once for all that is new."""
    added: dict[tuple[str, str], list[RuleVersion]] = defaultdict(list)
    for version in new:
        added[version.matter, division_prefix(version.region)].append(version)
    result = dict(places)
    for matter in {matter for matter, _ in added}:
        result[matter] = dict(result.get(matter, {}))
    for (matter, region), versions in added.items():
        result[matter][region] = tuple(sorted((*result[matter].get(region, ()), *versions), key=_order))
    return result
