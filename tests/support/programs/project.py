"""Brings the views up, ``MOST`` events at a time, going on when another runner was first: ``URL MOST``.

Says ``ready``, then each position reached, or ``moved`` when it was too late.
"""

import sys

from adapters.postgres.connections import connect
from adapters.projector.runner import CheckpointMoved, advance, prepare_views
from projections.registry import VIEWS
from tests.support.processes import say


def main(url: str, most: int) -> None:
    views = list(VIEWS.values())
    with connect(url, "anjuan_projector") as connection:
        prepare_views(connection, views)
        say("ready")
        while True:
            try:
                step = advance(connection, views, most)
            except CheckpointMoved:
                say("moved")
                continue
            if not step.events:
                return
            say(str(step.position))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
