"""The library's factory seam: ``PERSISTENCE_MODULE=adapters.eventstore.factory`` puts a library application on our log.

Environment: ``ANJUAN_LOG_URL``, a connection string for a migrated database; or the factory is told where it is.
"""

from typing import Any

import psycopg
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
from adapters.eventstore.seals import IN_CLEAR_ALWAYS, Seals
from adapters.eventstore.writer import Writer
from adapters.postgres.connections import Where, connect, open_pool
from adapters.postgres.wake import Listener, Waker

_READERS = 8


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Builds the mapper and the recorder. Views keep their own checkpoints, so there is no tracking recorder."""

    def __init__(
        self,
        env: Any,  # noqa: ANN401 the library's type
        where: Where = "",
        readers: int = _READERS,
        seals: Seals = IN_CLEAR_ALWAYS,
    ) -> None:
        """Open the pool and start the writer. Raises InfrastructureFactoryError when told no database at all."""
        super().__init__(env)
        self._seals = seals
        self._where = where or self.env.get("ANJUAN_LOG_URL") or ""
        if not self._where:
            raise InfrastructureFactoryError("ANJUAN_LOG_URL is not set")
        self._waker = Waker(self._connect)
        self.writer = Writer(self._connect, self._waker.wake)
        self.pool = open_pool(self._where, "anjuan_reader", readers)

    def _connect(self) -> "psycopg.Connection[Any]":
        return connect(self._where, "anjuan_writer")

    def mapper(
        self, transcoder: Transcoder | None = None, mapper_class: type[Mapper[Any]] | None = None
    ) -> Mapper[Any]:
        """Return our mapper, unless the application brings one."""
        mapper = (mapper_class or FactMapper)(transcoder or self.transcoder())
        if isinstance(mapper, FactMapper):
            mapper.sealing = self._seals.sealing
        return mapper

    def application_recorder(self) -> LogRecorder:
        """Return a recorder on the log."""
        return LogRecorder(
            self.pool,
            self.writer,
            lambda callback: Listener(lambda: connect(self._where, "anjuan_reader"), callback),
            self._seals.opening,
        )

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Refuse: snapshots are never events of this log."""
        raise InfrastructureFactoryError(f"no aggregate recorder for {purpose}")

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        """Refuse: a view's checkpoint is written with the view's rows (adapters/projector/step.py)."""
        raise InfrastructureFactoryError(f"no tracking recorder {tracking_recorder_class or ''}")

    def process_recorder(self) -> ProcessRecorder:
        """Refuse, for the same reason."""
        raise InfrastructureFactoryError("no process recorder")

    def close(self) -> None:
        """Write what waits; close the connections."""
        self.writer.close()
        self._waker.close()
        self.pool.close()
