"""Appends in threads, each time to two streams, and says so when it is done: ``URL NAME THREADS COUNT``.

A line ``command-id first last`` is said after the answer has come, never before.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from tests.support.events import append, write
from tests.support.logs import OpenLog, open_log
from tests.support.processes import say


def run(opened: OpenLog, thread: str, count: int) -> None:
    for number in range(count):
        both = (write(f"left-{thread}", number, f"{number}"), write(f"right-{thread}", number * 2, "a", "b"))
        done = opened.log.append(append(f"{thread}.{number}", *both))
        say(f"{thread}.{number} {done.first} {done.last}")


def main(url: str, name: str, threads: int, count: int) -> None:
    with open_log(url) as opened, ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(run, opened, f"{name}-{n}", count) for n in range(threads)]:
            future.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
