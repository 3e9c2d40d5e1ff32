"""Brings the views up; says its peak memory in MB once all is past a position, and at the end: ``URL POSITION``."""

import sys

from adapters.bench.memory import peak_mb
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.step import Step
from adapters.projector.tables import prepare_views
from projections.registry import VIEWS
from tests.support.processes import say


def main(url: str, position: int) -> None:
    said: list[float] = []

    def progress(step: Step) -> None:
        if step.position >= position and not said:
            said.append(peak_mb())

    with session(lambda: url) as (connection, _):
        prepare_views(connection, VIEWS.values(), short=10**9)  # by the worker, not aside as a new view of a long log
    bring_up(lambda: url, progress)
    for most in (*said, peak_mb()):
        say(f"{most:.0f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
