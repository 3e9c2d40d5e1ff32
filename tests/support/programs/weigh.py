"""Brings the views up; says its peak memory in MB once all are past a position, and at the end: ``URL POSITION``."""

import sys

from adapters.bench.memory import peak_mb
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.step import Step
from adapters.projector.tables import prepare_views
from projections.registry import VIEWS
from tests.support.logs import query
from tests.support.processes import say


def main(url: str, position: int) -> None:
    said: list[float] = []

    def progress(_: Step) -> None:
        """Every range of both lanes: what the last of them needs at all is no growth."""
        if not said and query(url, "SELECT min(position) FROM views.checkpoint")[0][0] >= position:
            said.append(peak_mb())

    with session(lambda: url) as (connection, _):
        prepare_views(connection, VIEWS.values(), short=10**9)  # by the worker, not aside as a new view of a long log
    bring_up(lambda: url, progress)
    for most in (*said, peak_mb()):
        say(f"{most:.0f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
