"""Brings the views up, ``MOST`` events at a time: ``URL MOST``. Says ``ready``, then each position reached."""

import sys

from adapters.projector import worker
from adapters.projector.service import bring_up
from tests.support.processes import say


def main(url: str, most: int) -> None:
    worker.MOST_EVENTS = worker.FIRST_EVENTS = most
    say("ready")
    bring_up(lambda: url, lambda step: say(str(step.position)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
