"""Imports run down; the contracts themselves are in pyproject.toml."""

import subprocess
import sys

import pytest

from tests.architecture.tree import PACKAGES, ROOT, imported, name_of, sources

DOMAIN_MAY_IMPORT = sys.stdlib_module_names | {"domain", "msgspec"}
EVENTSOURCING_IS_IMPORTED_BY = ("adapters/eventstore/", "adapters/bench")  # the bench measures against it


def test_every_import_contract_is_kept() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " kept, 0 broken" in run.stdout


def test_the_domain_imports_only_the_standard_library_and_msgspec() -> None:
    foreign = {name_of(path): imported(path) - DOMAIN_MAY_IMPORT for path in sources("domain")}
    assert {name: found for name, found in foreign.items() if found} == {}


def test_only_the_event_store_imports_the_eventsourcing_library() -> None:
    importers = [name_of(path) for path in sources(*PACKAGES) if "eventsourcing" in imported(path)]
    assert [name for name in importers if not name.startswith(EVENTSOURCING_IS_IMPORTED_BY)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_product_code_imports_the_tests(package: str) -> None:
    assert [name_of(path) for path in sources(package) if "tests" in imported(path)] == []
