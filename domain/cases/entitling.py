"""What a decision on a case means for each person of it, and when it must not be (重复享受, DOMAIN §2.3)."""

from collections.abc import Iterable
from datetime import date

from domain.calendar import month_end
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantIncreased, GrantReduced, GrantStopped
from domain.cases.events.closing import CaseTerminated
from domain.cases.events.decision import Confirmed
from domain.cases.facts import Facts
from domain.cases.state import CaseState
from domain.derived import once_per
from domain.errors import OverlapRefused
from domain.kernel import SubjectId
from domain.rulebook.parts import Overlap
from domain.rulebook.rules import RuleVersion
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
    """Return who receives what the case gives: its persons, the applicant first, or its organisation.

    Founders receive nothing: who founded one association may found another.
    """
    if case.organisation:
        return (case.organisation.subject,)
    return tuple(member.subject for member in case.household.members) if case.household else ()


def overlapping(case: CaseState, facts: Facts, since: date) -> tuple[tuple[Overlap, Held], ...]:
    """Return which rules of overlap meet with what a person of the case still receives when this begins.

    ``since``: the first month that this is paid; what ends with the month before it overlaps with nothing.
    """
    if not facts.entitlements:  # most people receive nothing yet
        return ()
    subjects = subjects_of(case)
    found = []
    for overlap in facts.rule.overlaps:
        for subject in subjects[:1] if overlap.scope == "applicant" else subjects:
            running = _running(case, facts, subject, since)
            found += [(overlap, held) for held in running if held.matter == overlap.matter]
    return tuple(found)


def no_overlap(case: CaseState, facts: Facts, since: date) -> None:
    """Check that nobody of the case receives what excludes this, by either side's rule. Raises OverlapRefused."""
    if not facts.entitlements:
        return
    for overlap, held in overlapping(case, facts, since):
        if overlap.effect in _EXCLUDING:
            raise OverlapRefused(held.matter, basis=overlap.basis)
    for subject in subjects_of(case):
        for held in _running(case, facts, subject, since):
            if held.matter == facts.rule.matter or facts.rule.matter in held.excludes:
                raise OverlapRefused(held.matter)


def free_month(case: CaseState, facts: Facts, since: date) -> date:
    """Return the first month that can be paid: what is paid back does not reach into what excluded it until its end."""
    if not facts.entitlements:
        return since
    excluding = {*_excluded(facts.rule), facts.rule.matter}
    ends = [
        held.to_month
        for subject in subjects_of(case)
        for held in facts.entitlements.get(subject, NO_ENTITLEMENTS).held.values()
        if held.case != case.id and (held.matter in excluding or facts.rule.matter in held.excludes)
        if held.to_month is not None and held.from_month < held.to_month <= facts.asked.day
    ]
    return max([since, *ends])


@once_per
def _excluded(rule: RuleVersion) -> tuple[str, ...]:
    return tuple(each.matter for each in rule.overlaps if each.effect in _EXCLUDING)


def _running(case: CaseState, facts: Facts, subject: SubjectId, since: date) -> Iterable[Held]:
    day = max(facts.asked.day, since)
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


def _until(event: Confirmed, rule: RuleVersion) -> date | None:
    """What is given once belongs to the month it is given in, a night at a station to its day: then it is over."""
    if event.until is not None or rule.subject == "organisation":
        return event.until
    if rule.subject == "station":
        return event.confirmed_on
    return month_end(event.confirmed_on) if rule.months.first == "once" else None


def _meaning(case: CaseState, event: CaseEvent, facts: Facts) -> EntitlementEvent | None:
    match event:
        case Confirmed() if facts.rule.subject == "organisation" and facts.rule.months.first == "once":
            return None  # a purchase: the same supplier may have many
        case Confirmed():
            return EntitlementGranted(
                case=case.id,
                matter=case.matter,
                division=case.division,
                from_month=event.from_month,
                amount=event.amount,
                excludes=_excluded(facts.rule),
                until=_until(event, facts.rule),
            )
        case GrantIncreased() | GrantReduced():
            return EntitlementChanged(case=case.id, from_month=event.from_month, amount=event.amount)
        case GrantStopped():
            return EntitlementEnded(case=case.id, matter=case.matter, to_month=event.from_month)
        case CaseTerminated() if case.decision is not None and case.decision.result == "grant":
            never = min(event.terminated_on, case.decision.from_month or event.terminated_on)  # no money had run
            return EntitlementEnded(case=case.id, matter=case.matter, to_month=never)
        case _:
            return None
