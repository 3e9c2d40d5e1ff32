"""Processes of ours that end with us: each reads our end of a pipe, so it cannot outlive us, however we end."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adapters.settings import Settings, child_environment

_AGAIN_SECONDS = 1.0
_PATIENCE = 10.0


@contextmanager
def keeping(settings: Settings, words: Sequence[str], number: int = 1) -> Iterator[None]:
    """Keep that many processes of one ``anjuan`` command running; the command must end when its input does."""
    ending = threading.Event()
    children = [_Child(settings, words, ending) for _ in range(number)]
    threads = [threading.Thread(target=child.run, name="anjuan-child", daemon=True) for child in children]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for child in children:
            child.ask_to_end()
        for child in children:
            child.end()
        for thread in threads:
            thread.join(_PATIENCE)


class _Child:
    """A process that is started again when it ends before its time."""

    def __init__(self, settings: Settings, words: Sequence[str], ending: threading.Event) -> None:
        self._settings = settings
        self._words = words
        self._ending = ending
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self._ending.is_set():
            with self._lock:
                if not self._ending.is_set():
                    self._process = subprocess.Popen(  # noqa: S603 our own program, words of our own
                        [sys.executable, "-P", "-m", "adapters.main", *self._words],
                        stdin=subprocess.PIPE,
                        env=child_environment(self._settings),
                    )
            if self._process is not None:
                self._process.wait()
            self._ending.wait(_AGAIN_SECONDS)

    def ask_to_end(self) -> None:
        with self._lock:
            process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()

    def end(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
