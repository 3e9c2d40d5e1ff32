"""Writes cases in threads, one to three events at a time: ``URL NAME THREADS CASES [REST]``. NOTIFY is never sent.

The cases are those of streams ``case-1-*`` that are in the log already, under names of their own. A line
``command-id first last`` is said after the answer has come, never before. ``REST``: seconds between two appends.
"""

import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from application.ports import Append, Write
from domain.kernel import Fact
from tests.support.logs import OpenLog, open_log, query
from tests.support.processes import say

_STREAMS = "SELECT stream FROM log.streams WHERE stream LIKE 'case-1-%%' ORDER BY stream"


def run(opened: OpenLog, streams: Sequence[str], thread: str, rest: float) -> None:
    chance = random.Random(thread)  # noqa: S311  (the same appends each time)
    for number, stream in enumerate(streams):
        left = [Fact(recorded.event, recorded.meta) for recorded in opened.log.stream(stream)]
        version = 0
        while left:
            most = chance.randint(1, 3)
            few, left = tuple(left[:most]), left[most:]
            command_id = f"{thread}-{number}.{version}"
            done = opened.log.append(Append(command_id, "wish", (Write(f"case-{thread}-{number}", version, few),)))
            say(f"{command_id} {done.first} {done.last}")
            version = done.version
            time.sleep(rest)


def main(url: str, name: str, threads: int, cases: int, rest: float = 0.0) -> None:
    streams = [stream for (stream,) in query(url, _STREAMS)]
    chance = random.Random(name)  # noqa: S311  (the same cases each time)
    with open_log(url) as opened, ThreadPoolExecutor(threads) as pool:
        chosen = [chance.choices(streams, k=cases) for _ in range(threads)]
        running = [pool.submit(run, opened, some, f"{name}-{n}", rest) for n, some in enumerate(chosen)]
        for future in running:
            future.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:5]), *map(float, sys.argv[5:]))
