"""What a decision on a case means for each person of it, and when it must not be (重复享受, DOMAIN §2.3)."""

from collections.abc import Iterable

from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantIncreased, GrantReduced, GrantStopped
from domain.cases.events.closing import CaseTerminated
from domain.cases.events.decision import Confirmed
from domain.cases.facts import Facts
from domain.cases.state import CaseState
from domain.errors import OverlapRefused
from domain.kernel import SubjectId
from domain.rulebook.parts import Overlap
from domain.subjects.entitlements import (
    NO_ENTITLEMENTS,
    EntitlementChanged,
    EntitlementEnded,
    EntitlementEvent,
    EntitlementGranted,
    Held,
)

_EXCLUDING = frozenset({"excludes", "choose"})


def subjects_of(case: CaseState) -> tuple[SubjectId, ...]:
    """Return the persons of the case, the applicant first, and its organisation."""
    members = case.household.members if case.household else ()
    organisation = (case.organisation.subject,) if case.organisation else ()
    return (*(member.subject for member in members), *organisation)


def overlapping(case: CaseState, facts: Facts) -> tuple[tuple[Overlap, Held], ...]:
    """Return which rules of overlap meet with what a person of the case receives on the day of the act."""
    if not any(each.held for each in facts.entitlements.values()):
        return ()
    subjects = subjects_of(case)
    found = []
    for overlap in facts.rule.overlaps:
        for subject in subjects[:1] if overlap.scope == "applicant" else subjects:
            found += [(overlap, held) for held in _running(case, facts, subject) if held.matter == overlap.matter]
    return tuple(found)


def no_overlap(case: CaseState, facts: Facts) -> None:
    """Check that nobody of the case receives what excludes this, by either side's rule. Raises OverlapRefused."""
    if not any(each.held for each in facts.entitlements.values()):
        return
    for overlap, held in overlapping(case, facts):
        if overlap.effect in _EXCLUDING:
            raise OverlapRefused(held.matter, basis=overlap.basis)
    for subject in subjects_of(case):
        for held in _running(case, facts, subject):
            if held.matter == facts.rule.matter or facts.rule.matter in held.excludes:
                raise OverlapRefused(held.matter)


def _running(case: CaseState, facts: Facts, subject: SubjectId) -> Iterable[Held]:
    day = facts.asked.day
    for held in facts.entitlements.get(subject, NO_ENTITLEMENTS).held.values():
        over = (held.to_month is not None and held.to_month <= day) or (held.until is not None and held.until < day)
        if held.case != case.id and not over:
            yield held


def consequences(case: CaseState, events: Iterable[CaseEvent], facts: Facts) -> dict[SubjectId, list[EntitlementEvent]]:
    """Return what to write to the stream of each person of the case; nothing for events that change no entitlement."""
    found: dict[SubjectId, list[EntitlementEvent]] = {}
    for event in events:
        meaning = _meaning(case, event, facts)
        if meaning is not None:
            for subject in dict.fromkeys(subjects_of(case)):
                found.setdefault(subject, []).append(meaning)
    return found


def _meaning(case: CaseState, event: CaseEvent, facts: Facts) -> EntitlementEvent | None:
    match event:
        case Confirmed():
            return EntitlementGranted(
                case=case.id,
                matter=case.matter,
                division=case.division,
                from_month=event.from_month,
                amount=event.amount,
                excludes=tuple(each.matter for each in facts.rule.overlaps if each.effect in _EXCLUDING),
                until=event.until,
            )
        case GrantIncreased() | GrantReduced():
            return EntitlementChanged(case=case.id, from_month=event.from_month, amount=event.amount)
        case GrantStopped():
            return EntitlementEnded(case=case.id, matter=case.matter, to_month=event.from_month)
        case CaseTerminated() if case.decision is not None and case.decision.result == "grant":
            return EntitlementEnded(case=case.id, matter=case.matter, to_month=event.terminated_on)
        case _:
            return None
