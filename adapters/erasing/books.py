"""What log and vault have on their books of erasures: who is erased in which of them, and what is left to do."""

from typing import Any

import psycopg
from psycopg import Connection

from adapters.eventstore.codec import decode_event
from adapters.postgres.connections import connect
from adapters.vault.vault import Place
from domain.erasure import ErasureBegun, ErasureCompleted
from domain.errors import Unavailable
from projections.registry import VIEWS

_ANY = "SELECT EXISTS (SELECT FROM log.streams WHERE stream LIKE 'erasure-%%') OR EXISTS (SELECT FROM log.erased)"
_STREAMS = """
SELECT DISTINCT e.stream FROM log.sealed_field AS f JOIN log.events AS e USING (position) WHERE f.subject = %s
"""
_EVENTS = """
SELECT type, schema, state FROM log.events WHERE type IN ('erasure.begun', 'erasure.completed') ORDER BY position
"""
_KEYS_OF = "SELECT count(*) FROM vault.data_key WHERE subject = %s AND wrapped IS NOT NULL"
_FIELDS_OF = "SELECT count(*) FROM log.sealed_field WHERE subject = %s AND sealed IS NOT NULL"
_BEHIND = """
SELECT view FROM views.checkpoint WHERE view = ANY(%s) GROUP BY view
HAVING min(position) < (SELECT max(position) FROM log.events
                         WHERE stream = ANY(%s) AND type = 'case.personal_erased')
 UNION SELECT view FROM views.parked WHERE view = ANY(%s) AND stream = ANY(%s) ORDER BY 1
"""
_ALIVE = "SELECT DISTINCT subject FROM vault.data_key JOIN vault.erased USING (subject) WHERE wrapped IS NOT NULL"


class Books:
    """Reads both databases, and does the two steps of an erasure that are final."""

    def __init__(self, place: Place) -> None:
        """Keep where they are."""
        self._place = place
        self._vault = place.vault

    def are_empty(self) -> bool:
        """Tell whether nobody was ever erased, nor held: asked at every start, and answered without the events."""
        return not self._log(_ANY)[0][0] and not self.erased_keys()

    def streams_of(self, subject: str) -> set[str]:
        """Return the streams with personal fields of a subject, erased ones too."""
        return {stream for (stream,) in self._log(_STREAMS, subject)}

    def destroy(self, subject: str, erasure: str) -> int:
        """Destroy the subject's keys and forget its number, for ever; return how many keys there were."""
        keys: int = self._vault.query("SELECT vault.erase(%s, %s)", (subject, erasure))[0][0]
        return keys

    def delete_fields(self, subject: str, erasure: str) -> int:
        """Delete the subject's ciphertexts, under the lock of the log; return how many there were."""
        fields: int = self._log("SELECT log.erase(%s, %s)", subject, erasure)[0][0]
        return fields

    def erased_keys(self) -> dict[str, str]:
        """Return the subjects without keys, and the events by which."""
        return dict(self._vault.query("SELECT subject, event_id FROM vault.erased"))

    def erased_fields(self) -> dict[str, str]:
        """Return the subjects without ciphertexts, and the events by which."""
        return dict(self._log("SELECT subject, event_id FROM log.erased"))

    def begun(self) -> dict[str, tuple[str, ...]]:
        """Return the persons whose erasure the log has begun, with all their subjects."""
        return {event.subject: event.subjects for event in self._events() if isinstance(event, ErasureBegun)}

    def views_behind(self, streams: list[str]) -> list[str]:
        """Return the views with personal values that have not folded the erasure in these streams yet."""
        personal = [view.name for view in VIEWS.values() if view.personal]
        return [view for (view,) in self._log(_BEHIND, personal, streams, personal, streams)]

    def begun_last(self, most: int) -> list[ErasureBegun]:
        """Return what was begun last, the newest first."""
        begun = [event for event in self._events() if isinstance(event, ErasureBegun)]
        return begun[: -most - 1 : -1]

    def unfinished(self) -> list[str]:
        """Return the persons whose erasure was begun and is not complete, or not any more, as after a restore."""
        completed = {event.subject for event in self._events() if isinstance(event, ErasureCompleted)}
        alive = {subject for (subject,) in self._vault.query(_ALIVE)}
        gone = (self.erased_keys().keys() & self.erased_fields().keys()) - alive
        return [who for who, subjects in self.begun().items() if who not in completed or not gone.issuperset(subjects)]

    def alive(self, subject: str) -> int:
        """Return how many keys and ciphertexts of a subject there are still."""
        keys: int = self._vault.query(_KEYS_OF, (subject,))[0][0]
        fields: int = self._log(_FIELDS_OF, subject)[0][0]
        return keys + fields

    def _events(self) -> list[Any]:
        return [decode_event(*row) for row in self._log(_EVENTS)]

    def _log(self, query: str, *params: object) -> list[Any]:
        try:
            with self._writing() as connection:
                return connection.execute(query.encode(), params, binary=True).fetchall()
        except psycopg.OperationalError as error:
            raise Unavailable(type(error).__name__) from error

    def _writing(self) -> "Connection[Any]":
        return connect(self._place, "anjuan_writer")
