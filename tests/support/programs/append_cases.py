"""Writes cases in threads, event by event: ``URL NAME THREADS CASES [REST]``. NOTIFY is never sent.

A line ``command-id first last`` is said after the answer has come, never before. ``REST``: seconds between two appends.
"""

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from application.ports import Append, Write
from domain.kernel import CaseId
from tests.support.logs import OpenLog, open_log
from tests.support.many_cases import some_case, some_import
from tests.support.processes import say


def run(opened: OpenLog, thread: str, cases: int, rest: float) -> None:
    chance = random.Random(thread)  # noqa: S311  (the same cases each time)
    for number in range(cases):
        case_id = CaseId(f"{thread}-{number}")
        left, version = (some_import if number % 6 == 5 else some_case)(chance, case_id), 0
        while left:
            most = chance.randint(1, 3)
            few, left = left[:most], left[most:]
            command_id = f"{case_id}.{version}"
            done = opened.log.append(Append(command_id, "wish", (Write(f"case-{case_id}", version, tuple(few)),)))
            say(f"{command_id} {done.first} {done.last}")
            version = done.version
            time.sleep(rest)


def main(url: str, name: str, threads: int, cases: int, rest: float = 0.0) -> None:
    with open_log(url) as opened, ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(run, opened, f"{name}-{n}", cases, rest) for n in range(threads)]:
            future.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:5]), *map(float, sys.argv[5:]))
