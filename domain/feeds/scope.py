"""What could be delivered at all: types of events of cases, and their fields that hold nothing personal."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import cache

from domain.cases.events import CASE_EVENTS
from domain.divisions import division_prefix
from domain.feeds.contract import PERSONAL, Contract, Delivered
from domain.personal import plan_of

MOST_DAYS = timedelta(days=3 * 366)
"""No contract runs longer: whether it is still needed is asked again (our own limit; the regulation names none)."""
_CITY = 4
_LEGACY = "legacy."
_ONLY_OURS = frozenset({"moves"})
"""The clocks of our own duties are nobody else's."""


@cache
def deliverable() -> dict[str, frozenset[str]]:
    """Return the fields that may be asked for, by type of event.

    None that is personal or holds anything personal: persons are delivered by their attributes alone, free text never.
    """
    types = {name: cls for name, cls in CASE_EVENTS.items() if not name.startswith(_LEGACY)}
    found = {}
    for name, cls in types.items():
        plan = plan_of(cls)
        personal = {field for field, _ in plan.own} | set(plan.within) if plan else set()
        found[name] = frozenset(cls.__struct_fields__) - personal - _ONLY_OURS
    return found


def faults(contract: Contract, departments: Collection[str], matters: Collection[str]) -> list[str]:
    """Return what is wrong with a contract, each as ``place: what``; empty if it may be approved."""
    return [*_faults_of_scope(contract, departments, matters), *_faults_of_terms(contract)]


def _faults_of_scope(contract: Contract, departments: Collection[str], matters: Collection[str]) -> Iterator[str]:
    if contract.department not in departments:
        yield f"department: unknown: {contract.department}"
    yield from (f"matters: unknown: {matter}" for matter in contract.matters if matter not in matters)
    yield from (f"divisions: no short code: {code}" for code in contract.divisions if not _is_short(code))
    for name in ("matters", "divisions", "events", "manner"):
        if not getattr(contract, name):
            yield f"{name}: empty"
    seen = set()
    for delivered in contract.events:
        if delivered.type in seen:
            yield f"events: twice: {delivered.type}"
        seen.add(delivered.type)
        yield from _faults_of_event(delivered)


def _is_short(code: str) -> bool:
    """Tell whether it is the beginning of codes, without the zeros behind it: a city's at least."""
    return code.isascii() and code.isdigit() and len(code) >= _CITY and division_prefix(code) == code


def _faults_of_event(delivered: Delivered) -> Iterator[str]:
    fields = deliverable().get(delivered.type)
    if fields is None:
        yield f"events: unknown: {delivered.type}"
        return
    yield from (f"events: {delivered.type}: not deliverable: {name}" for name in delivered.fields if name not in fields)


def _faults_of_terms(contract: Contract) -> Iterator[str]:
    for name in ("title_zh", "title_en", "basis", "scene"):
        if not getattr(contract, name).strip():
            yield f"{name}: empty"
    if contract.valid_until < contract.valid_from:
        yield "valid_until: before valid_from"
    elif contract.valid_until - contract.valid_from > MOST_DAYS:
        yield "valid_until: more than three years after valid_from"
    told = any(delivered.persons for delivered in contract.events)
    if told != bool(contract.persons):
        yield "persons: named without an event that tells them, or the other way round"
    if told and PERSONAL.isdisjoint(contract.persons) and "subject" not in contract.persons:
        yield "persons: nothing that tells who it is"
