"""Bringing the views up once, beside whatever else moves them."""

import time
from collections.abc import Callable

from adapters.postgres.connections import connect
from adapters.postgres.database import Locate
from adapters.projector.runner import Advance, CheckpointMoved, advance, prepare_views
from projections.registry import VIEWS

_LOST_SECONDS = 0.05


def bring_up(locate: Locate, progress: Callable[[Advance], None] = lambda _: None) -> int:
    """Fold until nothing is left; return how many events this process folded. Raises LogBroken, OperationalError.

    A projector that runs at the same time takes some of the batches: losing one to it is no fault.
    """
    views = list(VIEWS.values())
    folded = 0
    with connect(locate, "anjuan_projector") as connection:
        prepare_views(connection, views)
        while True:
            try:
                step = advance(connection, views)
            except CheckpointMoved:
                time.sleep(_LOST_SECONDS)
                continue
            if not step.events:
                return folded
            folded += step.events
            progress(step)
