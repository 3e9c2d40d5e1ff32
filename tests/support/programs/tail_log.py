"""Reads the log as it grows, until its input ends; then up to the end, and says the last position: ``URL``.

It stops with an error when a position is missing: the reader raises.
"""

import sys
import threading

from tests.support.logs import open_log
from tests.support.processes import input_end, say


def main(url: str) -> None:
    ended = threading.Event()
    threading.Thread(target=input_end, args=(ended,), daemon=True).start()
    at = 0
    with open_log(url) as opened:
        say("reading")
        while not ended.wait(0.001) or at < opened.log.head().position:
            read = opened.log.read(at, 100)
            at = read[-1].position if read else at
    say(str(at))


if __name__ == "__main__":
    main(sys.argv[1])
