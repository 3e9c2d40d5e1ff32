"""The library's application seam: an Application whose factory, mapper and recorder are ours.

The library's own tools (notification log, subscriptions, projection runners) work on the same log through it.
"""

from eventsourcing.application import Application
from eventsourcing.utils import Environment, EnvType

from adapters.eventstore.factory import LogFactory
from adapters.eventstore.seals import IN_CLEAR_ALWAYS, Seals
from adapters.postgres.connections import Where


class LogApplication(Application[str]):
    """Owns the pool and the writer of a process. ``close`` ends both."""

    name = "anjuan"
    factory: LogFactory

    def __init__(self, where: Where, readers: int, seals: Seals = IN_CLEAR_ALWAYS) -> None:
        """Open the pool, of ``readers`` connections at most, and start the writer."""
        self._seals = seals
        self._where = where
        self._readers = readers
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Return what was given and nothing of the process: adapters/settings.py alone reads the environment."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> LogFactory:
        """Return the factory of our persistence module."""
        return LogFactory(env, self._where, self._readers, self._seals)
