"""Lets the tree grow, a few records at a time, until its input ends: ``URL MOST``."""

import sys
import threading

from adapters.postgres.connections import connect
from adapters.transparency.tree import grow_tree
from tests.support.processes import input_end, say


def main(url: str, most: int) -> None:
    ended = threading.Event()
    threading.Thread(target=input_end, args=(ended,), daemon=True).start()
    with connect(url, "anjuan_notary") as connection:
        say("ready")
        while not ended.is_set():
            if grow_tree(connection, most=most) == 0:
                ended.wait(0.005)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
