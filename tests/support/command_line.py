"""The ``anjuan`` command as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT


def environment(home: Path, database_url: str) -> dict[str, str]:
    """What the process is told: a home and a database of this test, and nothing of ours."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("ANJUAN_")}
    return {**rest, "PYTHONPATH": str(ROOT), "ANJUAN_HOME": str(home), "ANJUAN_DATABASE_URL": database_url}


def arguments(*words: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-P", "-m", "adapters.main", *words]


def anjuan(home: Path, database_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        arguments(*words),
        env=environment(home, database_url),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
