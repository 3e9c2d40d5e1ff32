"""A log under load by real processes, some of them killed with -9 at moments that a seed gives."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count

from tests.support.logs import query
from tests.support.processes import Process, finish, kill, line, program
from tests.support.workers import eventually, more_cases

WRITING, THREADS, CASES = 4, 16, 5
"""Processes that write, callers in each, and cases that each caller brings in."""
PATTERNS = 60
"""Cases that are in the log before, for the writers to write again under other names."""
REST_SECONDS = 0.03
_WRITTEN = "SELECT command_id || ' ' || first_position || ' ' || last_position FROM log.commands"
_DENSE = "SELECT count(*), coalesce(max(position), 0) FROM log.events"
_WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


class Storm:
    """Writers, readers that follow the log, and workers. Whoever is killed is replaced."""

    def __init__(self, url: str, seed: int, worker: Sequence[object], stack: ExitStack) -> None:
        self.url = url
        self.chance = random.Random(seed)  # noqa: S311  (moments to kill at)
        self.acknowledged: list[str] = []
        self._names = count()
        self._stack = stack
        more_cases(url, 1, PATTERNS)
        self._tails = [self._start("tail_log", url) for _ in range(2)]
        self._worker = worker
        self.workers = [self._start(*worker) for _ in range(2)]
        self.writers = [self._writer() for _ in range(WRITING)]

    def rage(self, kills: int) -> None:
        """Kill writers and workers in turn; each kill comes up to half a second after the last one."""
        for number in range(kills):
            time.sleep(self.chance.uniform(0, 0.5))
            chosen = self.chance.randrange(2)
            if number % 2:
                kill(self.workers[chosen])
                self.workers[chosen] = self._start(*self._worker)
            else:
                self.acknowledged += kill(self.writers[chosen])
                self.writers[chosen] = self._writer()

    def end(self) -> int:
        """Let the writers come to their end, check what they were told; return the last position."""
        for writer in self.writers:
            self.acknowledged += finish(writer)
        eventually(lambda: query(self.url, _WAITING) == [(0,)], "the server still writes for a killed process")
        written = {text for (text,) in query(self.url, _WRITTEN)}
        assert len(set(self.acknowledged)) == len(self.acknowledged) > 0
        assert written.issuperset(self.acknowledged), "an acknowledged append is missing, or elsewhere"
        ((number, last),) = query(self.url, _DENSE)
        assert number == last, "positions have gaps"
        assert [finish(tail) for tail in self._tails] == [[str(last)]] * 2, "a reader that followed has seen all"
        return int(last)

    def _writer(self) -> Process:
        name = f"writer-{next(self._names)}"
        return self._stack.enter_context(program("append_cases", self.url, name, THREADS, CASES, REST_SECONDS))

    def _start(self, *words: object) -> Process:
        name, *args = words
        process = self._stack.enter_context(program(str(name), *args))
        assert line(process) in ("ready", "reading")
        return process


@contextmanager
def storm(url: str, seed: int, worker: Sequence[object] = ()) -> Iterator[Storm]:
    """Everything is running; the workers end well at the end. ``worker``: another program than ``follow``."""
    with ExitStack() as stack:
        raging = Storm(url, seed, worker or ("follow", url, 300), stack)
        yield raging
        for process in raging.workers:
            finish(process)
