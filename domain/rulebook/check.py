"""Checking rule data before anybody is judged by it: pure, and every fault is told, not the first alone."""

from collections.abc import Iterator
from itertools import combinations, groupby

from domain.authority.powers import Grant, PowerItem
from domain.divisions import CODE_LENGTH, division_prefix
from domain.errors import Refused
from domain.rulebook.book import Rulebook
from domain.rulebook.faults import Fault, RuleData, Vocabulary, text_of
from domain.rulebook.figures import dual_track_faults, figure_faults
from domain.rulebook.parts import Limit
from domain.rulebook.reach import duty_faults, step_faults
from domain.rulebook.rules import RuleVersion

_SHORTEST = {"wd": 168, "cd": 120, "h": 5, "mo": 28 * 120}
_LONGEST = {**_SHORTEST, "mo": 31 * 120}
"""Units in fifths of an hour: five working days fill a week of seven days; a month has 28 to 31."""


class RuleFaulty(Refused):
    """Rule data with a fault are not published. The detail has the code of the fault and its place."""

    code = "RULE_FAULTY"
    zh = "规则数据有误，不能发布"
    en = "The rule data have a fault and are not published"


class DualTrack(RuleFaulty):
    """Town and country would be treated differently without a cited basis (城乡统筹)."""

    code = "DUAL_TRACK"
    zh = "城乡区别对待，没有依据，不予发布"
    en = "Treating town and country differently needs a cited legal basis"


def check(data: RuleData, book: Rulebook, words: Vocabulary) -> tuple[Fault, ...]:
    """Return the faults of rule data that come on top of what the rulebook has."""
    whole = book.with_matters(data.matters).with_versions(data.versions)
    faults: list[Fault] = []
    for rule in data.versions:
        faults += (*version_faults(rule, words), *_reference_faults(rule, whole))
    new = {rule.id for rule in data.versions}
    for matter in sorted({rule.matter for rule in data.versions}):
        faults += _overlaps(whole.versions_of(matter), new)
    return (*faults, *_power_faults(data, words))


def version_faults(rule: RuleVersion, words: Vocabulary) -> Iterator[Fault]:
    """Yield the faults of one version that show without any other."""
    yield from _validity_faults(rule)
    yield from step_faults(rule, words)
    yield from duty_faults(rule, words)
    yield from figure_faults(rule)
    yield from dual_track_faults(rule)
    yield from _notice_faults(rule)
    if rule.promise and rule.total and is_longer(rule.promise, rule.total):
        detail = f"{rule.promise.days} {rule.promise.unit} > {rule.total.days} {rule.total.unit}"
        yield Fault(rule.id, ("promise",), "PROMISE_TOO_LONG", detail)


def refuse_faults(faults: tuple[Fault, ...]) -> None:
    """Raise RuleFaulty for the first fault, DualTrack before all others."""
    for fault in sorted(faults, key=lambda fault: fault.code != "DUAL_TRACK"):
        refusal = DualTrack if fault.code == "DUAL_TRACK" else RuleFaulty
        place = ".".join(map(str, fault.path))
        raise refusal(f"{fault.of}: {place}: {text_of(fault)}")


def is_longer(limit: Limit, other: Limit) -> bool:
    """Tell whether a limit can be longer than another: of unlike units, the longest against the shortest."""
    if limit.unit == other.unit:
        return limit.days > other.days
    return limit.days * _LONGEST[limit.unit] > other.days * _SHORTEST[other.unit]


def _validity_faults(rule: RuleVersion) -> Iterator[Fault]:
    if rule.valid_to is not None and rule.valid_to <= rule.valid_from:
        yield Fault(rule.id, ("valid_to",), "DATES_REVERSED", rule.valid_to.isoformat())
    if not is_region(rule.region):
        yield Fault(rule.id, ("region",), "BAD_REGION", rule.region)
    if rule.pilot and rule.valid_to is None:
        yield Fault(rule.id, ("pilot",), "PILOT_OPEN", rule.pilot)


def is_region(region: str) -> bool:
    """Tell whether a text is the code of a division, short or of 12 digits, or nothing: the whole country."""
    digits = not region or (region.isascii() and region.isdigit() and len(region) <= CODE_LENGTH)
    return digits and region in (division_prefix(region), division_prefix(region).ljust(CODE_LENGTH, "0"))


def _notice_faults(rule: RuleVersion) -> Iterator[Fault]:
    if rule.notice.kind == "forbidden" and "post_notice" in rule.steps:
        yield Fault(rule.id, ("steps", "post_notice"), "NOTICE_FORBIDDEN", rule.notice.basis)
    if rule.notice.kind == "required":
        for step in ("post_notice", "close_notice"):
            if step not in rule.steps:
                yield Fault(rule.id, ("notice",), "NOTICE_MISSING", step)


def _reference_faults(rule: RuleVersion, book: Rulebook) -> Iterator[Fault]:
    if rule.matter not in book.matters:
        yield Fault(rule.id, ("matter",), "UNKNOWN_MATTER", rule.matter)
    for index, overlap in enumerate(rule.overlaps):
        if overlap.matter not in book.matters:
            yield Fault(rule.id, ("overlaps", index, "matter"), "UNKNOWN_MATTER", overlap.matter)
    for index, matter in enumerate(rule.next_layers):
        if matter not in book.matters:
            yield Fault(rule.id, ("next_layers", index), "UNKNOWN_MATTER", matter)
    pilots = {version.pilot for version in book.versions_of(rule.matter)}
    if rule.cites_pilot and rule.cites_pilot not in pilots:
        yield Fault(rule.id, ("cites_pilot",), "UNKNOWN_PILOT", rule.cites_pilot)


def _overlaps(versions: tuple[RuleVersion, ...], new: set[str]) -> Iterator[Fault]:
    for _, rivals in groupby(sorted(versions, key=_track), _track):
        for one, other in combinations(sorted(rivals, key=lambda rule: rule.valid_from), 2):
            if one.valid_to is not None and one.valid_to <= other.valid_from:
                continue
            if other.id in new:
                yield Fault(other.id, ("valid_from",), "DATES_OVERLAP", one.id)
            elif one.id in new:
                yield Fault(one.id, ("valid_to",), "DATES_OVERLAP", other.id)


def _track(rule: RuleVersion) -> tuple[str, str]:
    return division_prefix(rule.region), rule.pilot


def _power_faults(data: RuleData, words: Vocabulary) -> Iterator[Fault]:
    items = {item.id for item in data.powers}
    for grant in data.grants:
        if grant.item not in items:
            yield Fault(grant.id, ("item",), "UNKNOWN_POWER", grant.item)
    for rule in data.versions:
        for name in rule.steps:
            outcome = words.actions.get(name)
            if outcome and outcome.power and f"{rule.matter}.{outcome.power}" not in items:
                yield Fault(rule.id, ("steps", name), "POWER_MISSING", f"{rule.matter}.{outcome.power}")
    dated: tuple[PowerItem | Grant, ...] = (*data.powers, *data.grants)
    for item in dated:
        if item.valid_to is not None and item.valid_to <= item.valid_from:
            yield Fault(item.id, ("valid_to",), "DATES_REVERSED", item.valid_to.isoformat())
