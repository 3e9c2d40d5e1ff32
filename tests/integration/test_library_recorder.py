"""The library's own test cases for an application recorder, on our log.

All inherited cases run. What does not apply, and why: the cases for aggregate recorders expect ``insert_events``
to return None (ours has positions, as an application recorder must); tracking and process recorders are not
offered, because a view's checkpoint is written with the view's rows.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from eventsourcing.persistence import InfrastructureFactory, IntegrityError, StoredEvent
from eventsourcing.tests.persistence import ApplicationRecorderTestCase
from eventsourcing.utils import Environment

from adapters.eventstore.factory import LogFactory
from adapters.eventstore.recorder import LogRecorder


class TestLogRecorder(ApplicationRecorderTestCase[LogRecorder]):
    """Streams are text, as in the library's own cases for text ids."""

    factory: LogFactory

    @pytest.fixture(autouse=True)
    def _log(self, database_url: str) -> Iterator[None]:
        env = Environment("Test", {"PERSISTENCE_MODULE": "adapters.eventstore.factory", "ANJUAN_LOG_URL": database_url})
        factory = InfrastructureFactory.construct(env)
        assert isinstance(factory, LogFactory)
        self.factory = factory
        yield
        self.factory.close()

    def new_originator_id(self) -> str:
        return str(uuid4())

    def create_recorder(self) -> LogRecorder:
        return self.factory.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    def test_a_stale_version_changes_nothing(self) -> None:
        recorder = self.create_recorder()
        stream = self.new_originator_id()
        recorder.insert_events([StoredEvent(stream, 1, "topic1", b"{}")])
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(stream, 3, "topic1", b"{}")])
        assert recorder.max_notification_id() == 1


del ApplicationRecorderTestCase  # pytest would collect the abstract case as well
