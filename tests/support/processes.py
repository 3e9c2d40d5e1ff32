"""Other processes of ours, real ones: started, listened to, killed with -9, ended when the test is over."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60

Process = subprocess.Popen[str]


@contextmanager
def program(name: str, *args: object) -> Iterator[Process]:
    """``tests.support.programs.<name>`` with arguments; its lines are read from ``stdout``."""
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", f"tests.support.programs.{name}", *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *_libraries()])},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _libraries() -> list[str]:
    return [entry for entry in sys.path if entry.endswith("site-packages")]


def kill(process: Process) -> list[str]:
    """Kill -9; return the whole lines that it still said."""
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    lines = said.splitlines(keepends=True)
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


def finish(process: Process) -> list[str]:
    """Close its input, wait for a good end; return the lines that it still said."""
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, process.returncode
    return said.splitlines()


def say(text: str) -> None:
    """Say a line in one piece, from whichever thread."""
    os.write(1, f"{text}\n".encode())


def line(process: Process) -> str:
    """The next line it says; empty when it has ended."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def input_end(ended: threading.Event) -> None:
    """Set the event once the input of this program has ended. For a thread."""
    sys.stdin.read()
    ended.set()
