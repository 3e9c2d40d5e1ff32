"""Persons, their cases and what they receive, as the events that tell of them; and folding them into a view's rows."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import count

from application.ports import EventLog, Write
from domain.cases.events.intake import CaseOpened
from domain.cases.parts import Channel, Due, Household, Mandate, Organisation, Person
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Event, Fen, Meta, Recorded, SubjectId
from domain.subjects.entitlements import EntitlementGranted, entitlement_stream
from projections.shape import Rows, View, Working
from tests.support.builders import VILLAGE
from tests.support.events import NOON, append, fact_of

DUE = Due(what="accept", on=date(2026, 3, 9))
_numbers = count(1)


def somebody(key: str, born: date, number: int = 1, relation: str = "本人") -> Person:
    """An impossible person: subject and name follow from the key."""
    return Person(SubjectId(f"s-{key}"), f"某{key}", demo_citizen_id(born, number), relation)


def opened(
    case: str, matter: str, members: Iterable[Person], division: str = VILLAGE, mandate: Mandate | None = None
) -> CaseOpened:
    """An application of these persons."""
    channel: Channel = "mandate" if mandate else "self"
    return CaseOpened(
        case_id=CaseId(case),
        number=f"{division[:6]}-{case}",
        matter=matter,
        division=division,
        channel=channel,
        household=Household(members=tuple(members), monthly_income=Fen(0)),
        received_on=date(2026, 3, 2),
        due=DUE,
        mandate=mandate,
    )


def founded(case: str, founder: Person) -> CaseOpened:
    """An association that somebody founds."""
    application = opened(case, "shetuan", [founder])
    return CaseOpened(
        **{name: getattr(application, name) for name in application.__struct_fields__ if name != "organisation"},
        organisation=Organisation(subject=SubjectId(f"org-{case}"), name="某某协会"),
    )


def given(case: str, matter: str, since: date, amount: int = 10_000, until: date | None = None) -> EntitlementGranted:
    """Something that a person receives by a case."""
    return EntitlementGranted(
        case=CaseId(case), matter=matter, division=VILLAGE, from_month=since, amount=Fen(amount), until=until
    )


def write(log: EventLog, *told: tuple[str, Event], at: datetime = NOON) -> int:
    """Append one event after the other, each to the stream of its case or person; return the last position."""
    for stream, event in told:
        facts = (fact_of(event, f"event-{next(_numbers)}", at),)
        log.append(append(f"people-{next(_numbers)}", Write(stream, len(log.stream(stream)), facts)))
    return log.head().position


def of_case(case: str, *events: Event) -> list[tuple[str, Event]]:
    """Events with the stream of a case."""
    return [(f"case-{case}", event) for event in events]


def of_person(person: Person, *events: Event) -> list[tuple[str, Event]]:
    """Events with the stream of what a person receives."""
    return [(entitlement_stream(person.subject), event) for event in events]


def folded(view: View, told: Iterable[tuple[str, Event]]) -> Working:
    """The rows of a view after events in this order, as one batch would leave them."""
    rows: Working = {table.name: Rows() for table in view.tables}
    versions: dict[str, int] = {}
    for position, (stream, event) in enumerate(told, 1):
        versions[stream] = versions.get(stream, 0) + 1
        meta = Meta(event_id=f"{position}", occurred_at=NOON, actor="post:1", command_id=f"c-{position}")
        recorded = Recorded(position, stream, versions[stream], event.TYPE, NOON, event, meta)
        for table, key in view.touches(recorded):
            assert table in rows, key
        view.fold(rows, recorded)
    return rows


def table(rows: Working, name: str) -> list[dict[str, object]]:
    """The rows of a table as mappings."""
    return [{field: getattr(row, field) for field in row.__struct_fields__} for row in rows[name].new()]
