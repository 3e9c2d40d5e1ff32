"""The library's factory seam: ``PERSISTENCE_MODULE=adapters.eventstore.factory`` puts a library application on our log.

Environment: ``ANJUAN_LOG_URL``, a connection string for a migrated database.
"""

from typing import Any

from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    ProcessRecorder,
    TrackingRecorder,
    Transcoder,
)

from adapters.eventstore.mapper import FactMapper
from adapters.eventstore.recorder import LogRecorder
from adapters.eventstore.writer import Writer
from adapters.postgres.connections import connect, open_pool
from adapters.postgres.wake import Listener, Waker

_READERS = 8


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Builds the mapper and the recorder. Views keep their own checkpoints, so there is no tracking recorder."""

    def __init__(self, env: Any) -> None:  # noqa: ANN401 the library's signature
        """Open the pool and start the writer. Raises InfrastructureFactoryError without ``ANJUAN_LOG_URL``."""
        super().__init__(env)
        url = self.env.get("ANJUAN_LOG_URL")
        if not url:
            raise InfrastructureFactoryError("ANJUAN_LOG_URL is not set")
        self._url = url
        self._waker = Waker(lambda: connect(url, "anjuan_writer"))
        self.writer = Writer(lambda: connect(url, "anjuan_writer"), self._waker.wake)
        self.pool = open_pool(url, "anjuan_reader", _READERS)

    def mapper(
        self, transcoder: Transcoder | None = None, mapper_class: type[Mapper[Any]] | None = None
    ) -> Mapper[Any]:
        """Return our mapper, unless the application brings one."""
        return (mapper_class or FactMapper)(transcoder or self.transcoder())

    def application_recorder(self) -> LogRecorder:
        """Return a recorder on the log."""
        return LogRecorder(
            self.pool, self.writer, lambda callback: Listener(lambda: connect(self._url, "anjuan_reader"), callback)
        )

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Refuse: snapshots are never events of this log."""
        raise InfrastructureFactoryError(f"no aggregate recorder for {purpose}")

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        """Refuse: a view's checkpoint is written with the view's rows (adapters/projector/runner.py)."""
        raise InfrastructureFactoryError(f"no tracking recorder {tracking_recorder_class or ''}")

    def process_recorder(self) -> ProcessRecorder:
        """Refuse, for the same reason."""
        raise InfrastructureFactoryError("no process recorder")

    def close(self) -> None:
        """Write what waits; close the connections."""
        self.writer.close()
        self._waker.close()
        self.pool.close()
