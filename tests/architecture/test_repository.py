"""What lies in the repository works on everybody's machine and is documented."""

import os
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of, project_files, text_of

LOCKS = ("requirements.lock", "requirements-test.lock")
REGISTRIES = re.compile(r"pypi\.org|pythonhosted\.|registry\.npmjs|docker\.io|ghcr\.io")
MACHINE_PATHS = re.compile(r"(?<![\w.~/}>)])/(?:home/\w|Users/\w|root/[\w.]|mnt/\w)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
RECORDS = ROOT / "docs" / "decisions"
LINES_OF_A_RECORD = 25

records = sorted(RECORDS.glob("*.md"))
documents = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def hits(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in project_files()
        if path != Path(__file__)  # it tells what to look for
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert hits(REGISTRIES) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert hits(MACHINE_PATHS) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data = '/home/li/data'", True),
        ("cd /root/data", True),
        ("PATH=/mnt/build/bin", True),
        ("~/.local/share/anjuan", False),
        ("/ops/root", False),
        ("the home of root, /root, is closed", False),
        ("GET /worklist", False),
        ("/rooted and /mntx", False),
    ],
)
def test_paths_of_machines_are_recognised(text: str, *, found: bool) -> None:
    assert bool(MACHINE_PATHS.search(text)) is found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_nothing_else(name: str) -> None:
    pin, digest = r"[a-z0-9][a-z0-9.-]*==[\w.+]+ \\", r"    --hash=sha256:[0-9a-f]{64}(?: \\)?"
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(f"{pin}|{digest}", line)] == []
    assert lines


def test_the_tests_lock_contains_the_other_one_unchanged() -> None:
    pins, test_pins = (set(re.findall(r"^\S+==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE)) for name in LOCKS)
    assert pins - test_pins == set()


@pytest.mark.parametrize("name", ["anjuan", ".ci/run", "infra/lock", "infra/kafka/broker"])
def test_a_script_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in records]
    assert numbers == [f"{number:04}" for number in range(1, len(records) + 1)]


@pytest.mark.parametrize("record", records, ids=lambda path: path.stem)
def test_a_decision_record_is_short_and_says_why(record: Path) -> None:
    text = record.read_text("utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", record.name)
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert re.search(r"^Status: (?:accepted|superseded by \d{4})", text, re.MULTILINE)
    assert re.search(r"^Why: ", text, re.MULTILINE)
    assert len(text.splitlines()) <= LINES_OF_A_RECORD


@pytest.mark.parametrize("document", documents, ids=name_of)
def test_a_document_links_to_files_that_exist(document: Path) -> None:
    links = LINK.findall(document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
