"""The entitlements of one person: one stream per subject, written with the case that gives or ends them."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from msgspec.structs import replace

from domain.kernel import CaseId, Event, Fen, SubjectId, Value


class EntitlementGranted(Event):
    """A case gives the person something. ``amount``: fen per month of the whole case. ``until``: last day, if any.

    ``excludes``: matters that it cannot go together with, so that both sides of an overlap are known to the stream.
    """

    TYPE: ClassVar = "entitlement.granted"
    case: CaseId
    matter: str
    division: str
    from_month: date
    amount: Fen
    excludes: tuple[str, ...] = ()
    until: date | None = None


class EntitlementChanged(Event):
    """The amount (fen per month) is another from that month on."""

    TYPE: ClassVar = "entitlement.changed"
    case: CaseId
    from_month: date
    amount: Fen


class EntitlementEnded(Event):
    """It ends: ``to_month`` is the first month without it."""

    TYPE: ClassVar = "entitlement.ended"
    case: CaseId
    matter: str
    to_month: date


EntitlementEvent = EntitlementGranted | EntitlementChanged | EntitlementEnded


class Held(Value):
    """Something that a person receives. ``to_month``: the first month without it, when its end is known."""

    case: CaseId
    matter: str
    division: str
    from_month: date
    amount: Fen
    excludes: tuple[str, ...] = ()
    until: date | None = None
    to_month: date | None = None


class Entitlements(Value):
    """All that a person was ever given, by case."""

    held: dict[CaseId, Held] = {}


NO_ENTITLEMENTS = Entitlements()


def entitlement_stream(subject: SubjectId) -> str:
    """Return the name of a person's stream."""
    return f"entitlement-{subject}"


def fold_entitlements(events: Iterable[EntitlementEvent], start: Entitlements = NO_ENTITLEMENTS) -> Entitlements:
    """Return the entitlements after the events, in order."""
    held = dict(start.held)
    for event in events:
        match event:
            case EntitlementGranted():
                held[event.case] = Held(
                    case=event.case,
                    matter=event.matter,
                    division=event.division,
                    from_month=event.from_month,
                    amount=event.amount,
                    excludes=event.excludes,
                    until=event.until,
                )
            case EntitlementChanged() if event.case in held:
                held[event.case] = replace(held[event.case], amount=event.amount)
            case EntitlementEnded() if event.case in held:
                held[event.case] = replace(held[event.case], to_month=event.to_month)
            case _:
                continue
    return Entitlements(held)
