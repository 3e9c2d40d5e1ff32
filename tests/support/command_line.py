"""The ``anjuan`` command: as a process of its own, or in this one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from adapters.main import main
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


def run(*words: str) -> Result:
    """The command in this process, with the settings of the environment."""
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    """What it prints when it succeeds."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def read(*words: str) -> Any:  # noqa: ANN401  (JSON has any shape)
    """What it answers with ``--json``."""
    return json.loads(said(*words, "--json"))


def fault(*words: str) -> str:
    """What it says when it fails: one clear line, no traceback."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    (told,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    return told
