"""The launcher, with a Python that writes down what it is asked instead of installing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

LOCKS = ("requirements.lock", "requirements-test.lock")
# `-c` runs in the real Python (version check, kernel lock); everything else is recorded.
RECORDER = f"""#!/bin/sh
case $1 in -c) exec '{sys.executable}' "$@" ;; esac
echo "$*" >>"$CALLS"
case "$*" in
    *"-m venv"*) for last; do :; done; mkdir -p "$last/bin"; cp -- "$0" "$last/bin/python" ;;
    *--require-hashes*) sleep "${{INSTALLING:-0}}" ;;
    *adapters.main*) echo "started with: $*" ;;
esac
"""


class House:
    """A copy of the launcher and its locks, in a folder with a space in its name."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "an juan"
        self.root.mkdir()
        self.calls_file = folder / "calls"
        self.python = folder / "python"
        self.python.write_text(RECORDER)
        self.python.chmod(0o755)
        for name in LOCKS:
            (self.root / name).write_text(f"# {name}\n")
        (self.root / "anjuan").write_bytes((ROOT / "anjuan").read_bytes())
        (self.root / "anjuan").chmod(0o755)

    def start(self, *arguments: str, command: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        told = {"PATH": os.environ["PATH"], "ANJUAN_PYTHON": str(self.python), "CALLS": str(self.calls_file)}
        return subprocess.Popen(
            [command or self.root / "anjuan", *arguments],
            env=told | environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, command: Path | None = None, **environment: str) -> tuple[int, str, str]:
        with self.start(*arguments, command=command, **environment) as process:
            out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def calls(self, part: str) -> int:
        if not self.calls_file.exists():
            return 0
        return sum(part in line for line in self.calls_file.read_text().splitlines())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_first_start_installs_wheels_by_hash_and_then_starts(house: House) -> None:
    assert house.run("demo", "--cases", "a b")[:2] == (0, "started with: -P -m adapters.main demo --cases a b\n")
    assert house.calls(f"--require-hashes --only-binary :all: --requirement {house.root}/requirements.lock") == 1
    assert house.calls("--no-index --no-deps --no-build-isolation --editable") == 1


def test_a_second_start_installs_nothing_and_says_nothing(house: House) -> None:
    house.run("demo")
    assert house.run("demo") == (0, "started with: -P -m adapters.main demo\n", "")
    assert house.calls("pip") == 2


def test_a_changed_lock_is_installed_into_the_same_environment(house: House) -> None:
    house.run("demo")
    (house.root / "requirements.lock").write_text("# newer\n")
    house.run("demo")
    assert (house.calls("--require-hashes"), house.calls("-m venv")) == (2, 1)


def test_a_moved_folder_gets_a_new_environment(house: House, tmp_path: Path) -> None:
    house.run("demo")
    house.root = house.root.rename(tmp_path / "moved")
    assert house.run("demo")[0] == 0
    assert house.calls("-m venv") == 2


def test_a_killed_installation_is_made_anew(house: House) -> None:
    with house.start("demo", INSTALLING="30") as process:
        while house.calls("--require-hashes") == 0:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert house.run("demo")[0] == 0
    assert (house.calls("-m venv"), house.calls("--require-hashes")) == (2, 2)


def test_two_starts_at_once_install_once(house: House) -> None:
    both = [house.start("demo", INSTALLING="0.5") for _ in range(2)]
    for process in both:
        with process:
            assert process.communicate(timeout=30)[0] == "started with: -P -m adapters.main demo\n"
    assert house.calls("--require-hashes") == 1


def test_a_link_to_the_launcher_starts_it(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "anjuan").symlink_to("../an juan/anjuan")
    (folder / "second").symlink_to("anjuan")
    assert house.run("demo", command=folder / "second")[1] == "started with: -P -m adapters.main demo\n"


def test_testing_installs_the_tests_lock_and_leaves_no_data_behind(house: House, tmp_path: Path) -> None:
    assert house.run("test", "-k", "x", TMPDIR=str(tmp_path))[0] == 0
    assert house.calls("requirements-test.lock") == 1
    assert house.calls("-m pytest -n 2 -k x") == 1
    assert list(tmp_path.glob("anjuan.*")) == []
    house.run("demo")
    assert house.calls("--require-hashes") == 1


def test_without_a_python_it_says_which_one_it_needs(house: House, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("cat", "cksum"):
        (tools / tool).symlink_to(f"/usr/bin/{tool}")
    code, out, err = house.run("demo", PATH=str(tools), ANJUAN_PYTHON="")
    assert (code, out) == (1, "")
    assert "Python 3.11 or later is needed" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_named(house: House) -> None:
    house.root.chmod(0o555)
    try:
        code, _, err = house.run("demo")
    finally:
        house.root.chmod(0o755)
    assert code == 1
    assert "cannot be written to" in err
