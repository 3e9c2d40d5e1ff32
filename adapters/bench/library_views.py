"""The same two views as the library's documentation would have them: one transaction per event, tracking in it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import Cursor
from psycopg.sql import SQL

from adapters.bench.library import Cases, environment
from adapters.eventstore.event_types import EVENT_TYPES
from domain.cases.stages import STAGE_AFTER

_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS worklist (
        case_id uuid PRIMARY KEY, number text NOT NULL, matter text NOT NULL, division text NOT NULL,
        stage text NOT NULL, applicant text NOT NULL, persons int NOT NULL, changed_at timestamptz NOT NULL,
        due_what text NOT NULL, due_on date, version int NOT NULL)
    """,
    """
    CREATE TABLE IF NOT EXISTS dashboard_case (
        case_id uuid PRIMARY KEY, matter text NOT NULL, division text NOT NULL, stage text NOT NULL)
    """,
    """
    CREATE TABLE IF NOT EXISTS dashboard_count (
        matter text, division text, stage text, cases bigint NOT NULL, PRIMARY KEY (matter, division, stage))
    """,
)
_OPENED = "INSERT INTO worklist VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_CHANGED = """
UPDATE worklist SET stage = coalesce(%s, stage), changed_at = %s, version = %s,
       due_what = coalesce(%s, due_what), due_on = coalesce(%s, due_on) WHERE case_id = %s
"""
_STANDS = "INSERT INTO dashboard_case VALUES (%s, %s, %s, %s)"
_MOVED = """
UPDATE dashboard_case AS now SET stage = %s FROM dashboard_case AS before
 WHERE now.case_id = %s AND before.case_id = now.case_id RETURNING before.matter, before.division, before.stage
"""
_COUNT = """
INSERT INTO dashboard_count AS t VALUES (%s, %s, %s, %s)
ON CONFLICT (matter, division, stage) DO UPDATE SET cases = t.cases + excluded.cases
"""

Rows = Cursor[dict[str, Any]]


class CaseViews(TrackingRecorder, ABC):
    """What the projection writes to."""

    @abstractmethod
    def take(self, case_id: object, version: int, step: Any, tracking: Tracking) -> None:  # noqa: ANN401 any event of the library
        """Change the rows for an event and record how far the view has come."""


class PostgresCaseViews(PostgresTrackingRecorder, CaseViews):
    """The two views in PostgreSQL."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:  # noqa: ANN401 the library's signature
        """Name the tables to make."""
        super().__init__(datastore, **options)
        self.sql_create_statements.extend(SQL(table).format() for table in _TABLES)

    def take(self, case_id: object, version: int, step: Any, tracking: Tracking) -> None:  # noqa: ANN401 any event of the library
        """Change the rows for an event and record how far the view has come."""
        with self.datastore.transaction(commit=True) as cursor:
            if version == 1:
                _open(cursor, case_id, step)
            else:
                _change(cursor, case_id, version, step)
            self._insert_tracking(cursor, tracking)


def _open(cursor: Rows, case_id: object, step: Any) -> None:  # noqa: ANN401 any event of the library
    data, due = step.data, step.data["due"]
    members = data["household"]["members"]
    place = (data["matter"], data["division"], "opened")
    name, at = members[0]["name"], step.meta["occurred_at"]
    row = (case_id, data["number"], *place, name, len(members), at, due["what"], due["on"], 1)
    cursor.execute(_OPENED, row, prepare=True)
    cursor.execute(_STANDS, (case_id, *place), prepare=True)
    cursor.execute(_COUNT, (*place, 1), prepare=True)


def _change(cursor: Rows, case_id: object, version: int, step: Any) -> None:  # noqa: ANN401 any event of the library
    stage, due = STAGE_AFTER.get(EVENT_TYPES[step.kind]), step.data.get("due", {})
    row = (stage, step.meta["occurred_at"], version, due.get("what"), due.get("on"), case_id)
    cursor.execute(_CHANGED, row, prepare=True)
    if stage is None:
        return
    before = cursor.execute(_MOVED, (stage, case_id), prepare=True).fetchone() or {}
    cursor.execute(_COUNT, (before["matter"], before["division"], before["stage"], -1), prepare=True)
    cursor.execute(_COUNT, (before["matter"], before["division"], stage, 1), prepare=True)


class CaseProjection(Projection[CaseViews]):
    """Hands every event to the views."""

    def process_event(self, domain_event: DomainEventProtocol[Any], tracking: Tracking) -> None:
        """Process one event."""
        self.view.take(domain_event.originator_id, domain_event.originator_version, domain_event, tracking)


@contextmanager
def runner(url: str) -> "Iterator[ProjectionRunner[Cases, CaseViews]]":
    """Run the projection from where it stands."""
    with ProjectionRunner(
        application_class=Cases,
        projection_class=CaseProjection,
        view_class=PostgresCaseViews,
        env=environment(url),
    ) as running:
        yield running
