"""The official JSON Schema of AsyncAPI, which lies in no repository of ours: fetched once with npm into the cache."""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

PACKAGE, PACKAGE_VERSION = "@asyncapi/specs", "6.11.1"
MEMBER = "package/schemas/3.0.0.json"
SHA256 = "d4571a420e6ffb7fcc7066c95a6db1202f299a3c51daa103d0706bf30f95e626"
FETCHING_SECONDS = 300


@cache
def official() -> Any:  # noqa: ANN401  (jsonschema has no types)
    """A validator of AsyncAPI 3.0 documents; skips loudly, or fails under ANJUAN_REQUIRE_KAFKA, where it is missing."""
    text = _cached().read_bytes()
    assert sha256(text).hexdigest() == SHA256, f"{PACKAGE} {PACKAGE_VERSION} is not what it was"
    schema = json.loads(text)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)


def _cached() -> Path:
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anjuan"
    kept = root / f"asyncapi-specs-{PACKAGE_VERSION}.json"
    if not kept.exists():
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as folder:
            _fetch(Path(folder)).replace(kept)  # in one piece, so one that is there is whole
    return kept


def _fetch(folder: Path) -> Path:
    if shutil.which("npm") is None:
        _missing("npm is needed and was not found; on Debian 12: apt install npm")
    packed = subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", f"{PACKAGE}@{PACKAGE_VERSION}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=FETCHING_SECONDS,
        check=False,
    )
    if packed.returncode:
        _missing(f"npm could not fetch {PACKAGE} {PACKAGE_VERSION}")
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as opened:
        member = opened.extractfile(MEMBER)
        assert member is not None
        found = folder / "schema.json"
        found.write_bytes(member.read())
    return found


def _missing(why: str) -> None:
    if os.environ.get("ANJUAN_REQUIRE_KAFKA") == "1":
        pytest.fail(f"the schema of AsyncAPI is missing: {why}")
    pytest.skip(f"NO ASYNCAPI SCHEMA: our documents are not validated ({why})")
