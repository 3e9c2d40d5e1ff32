"""Brings the views up; says the most memory it had, in kilobytes, after ``EVENTS`` and at the end: ``URL EVENTS``."""

import sys
from resource import RUSAGE_SELF, getrusage

from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.step import Step
from adapters.projector.tables import prepare_views
from projections.registry import VIEWS
from tests.support.processes import say


def main(url: str, events: int) -> None:
    said: list[int] = []
    passed = 0

    def progress(step: Step) -> None:
        nonlocal passed
        passed += step.events
        if passed >= events and not said:
            said.append(getrusage(RUSAGE_SELF).ru_maxrss)

    with session(lambda: url) as (connection, _):
        prepare_views(connection, VIEWS.values(), short=10**9)  # by the worker, not aside as a new view of a long log
    bring_up(lambda: url, progress)
    for most in (*said, getrusage(RUSAGE_SELF).ru_maxrss):
        say(str(most))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
