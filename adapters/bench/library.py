"""The other side: the eventsourcing library on its own PostgreSQL module, default settings, as its documentation shows.

Its events carry the same data and surroundings as ours, as plain JSON, so that both sides store about the same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from msgspec import json
from psycopg.conninfo import conninfo_to_dict

from adapters.bench.histories import History
from adapters.eventstore.codec import encode_state
from domain.kernel import Fact

Stored = dict[str, Any]
"""An event's data and meta as plain JSON values."""


class Case(Aggregate):
    """A case that keeps the little that a decision would need: its steps and its number of notes."""

    @event("Opened")
    def __init__(self, kind: str, data: Stored, meta: Stored) -> None:  # noqa: ARG002 the event keeps them
        """Open it."""
        self.last = kind
        self.count = 1

    @event("Happened")
    def happen(self, kind: str, data: Stored, meta: Stored) -> None:  # noqa: ARG002 the event keeps them
        """Take a step."""
        self.last = kind
        self.count += 1


class Cases(Application[UUID]):
    """The application, with nothing in it that a benchmark would have to explain."""


Plain = tuple[str, Stored, Stored]


def plain(fact: Fact) -> Plain:
    """Return a fact as the arguments of the library's event."""
    stored = json.decode(encode_state(fact))
    return fact.event.TYPE, stored["data"], stored["meta"]


def case_of(history: History) -> Case:
    """Return the history as an aggregate that waits to be saved."""
    first, *rest = [plain(fact) for fact in history.facts]
    case = Case(*first)
    for step in rest:
        case.happen(*step)
    return case


def environment(url: str) -> dict[str, str]:
    """Return the library's settings for a database: where it is, and nothing else."""
    place = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(place["dbname"]),
        "POSTGRES_HOST": str(place.get("host", "127.0.0.1")),
        "POSTGRES_PORT": str(place.get("port", 5432)),
        "POSTGRES_USER": str(place.get("user", "")),
        "POSTGRES_PASSWORD": str(place.get("password", "")),
    }


@contextmanager
def cases(url: str) -> Iterator[Cases]:
    """Open the application on a database."""
    application = Cases(environment(url))
    try:
        yield application
    finally:
        application.close()


def save_all(application: Cases, made: Sequence[Case], events: int = 100) -> None:
    """Save in batches of about so many events, whole cases together."""
    batch: list[Case] = []
    waiting = 0
    for case in made:
        batch.append(case)
        waiting += len(case.pending_events)
        if waiting >= events:
            application.save(*batch)
            batch, waiting = [], 0
    application.save(*batch)
