"""Rebuilds views in a process of its own and tells how long it took and how much memory: ``VIEW...``.

The database is the environment's, as for any command.
"""

import sys
import time

import msgspec

from adapters.bench.memory import peak_mb
from adapters.house import open_database
from adapters.projector.rebuild import rebuild
from adapters.projector.sessions import session
from adapters.projector.tables import prepare_views
from adapters.settings import read_settings
from projections.registry import VIEWS


class Built(msgspec.Struct, frozen=True):
    """Seconds, the peak of resident memory in MB, and the position of what is live now."""

    seconds: float
    peak_mb: float
    position: int


def main(names: list[str]) -> None:
    """Rebuild, and say so on standard output."""
    with open_database(read_settings()) as place, session(place) as (connection, owner):
        prepare_views(connection, VIEWS.values())
        began = time.perf_counter()
        done = rebuild(connection, [VIEWS[name] for name in names], owner)
        took = time.perf_counter() - began
    sys.stdout.buffer.write(msgspec.json.encode(Built(took, peak_mb(), done.position)))


if __name__ == "__main__":
    main(sys.argv[1:])
