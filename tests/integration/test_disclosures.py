"""What a bundle discloses of personal values: what the states commit to, for whom it is made, nothing erased."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.erasing.run import Eraser, erase
from adapters.house import House
from adapters.postgres.connections import connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.transparency.bundling import bundle_of
from adapters.transparency.setting_up import ensure_keys
from adapters.transparency.verifying.bundle import verify_bundle
from adapters.transparency.verifying.trust import Trust
from domain.kernel import CaseId, SubjectId
from tests.integration.test_erasure import BY, WHY
from tests.support import database
from tests.support.erasable import MOTHER, SON, TOLD, TRACES
from tests.support.houses import house_on, set_up
from tests.support.people import write

pytestmark = pytest.mark.postgres

NAME = "disclosures/00001/household.members.0.name.json"


@pytest.fixture
def house(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[House]:
    with database.database(postgres) as url, house_on(url, tmp_path) as house:
        set_up(house.log)
        write(house.log, *TOLD)
        ensure_keys(house)
        yield house


def bundle(house: House, whose: str = "all") -> dict[str, bytes]:
    with connect(house.conninfo, "anjuan_notary") as notary:
        data = bundle_of(house, notary, CaseId("canary"), None, whose)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def found(house: House, files: dict[str, bytes]) -> list[tuple[str, str]]:
    """What is found once the manifest has been made to fit the files."""
    manifest = msgspec.json.decode(files["manifest.json"])
    manifest["members"] = {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"
    }
    file = house.settings.home / "case.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in {**files, "manifest.json": msgspec.json.encode(manifest)}.items():
            archive.writestr(name, data)
    trust = Trust(tuple(key.verifier for key in ensure_keys(house)))
    return [(each.code, each.detail) for each in verify_bundle(file, trust).findings]


def shown(files: dict[str, bytes]) -> str:
    return b"".join(data for name, data in files.items() if name.startswith("disclosures/")).decode()


def test_a_disclosure_is_checked_with_nothing_but_sha256sum(house: House) -> None:
    files = bundle(house)
    assert msgspec.json.decode(files[NAME])[1:] == ["/household/members/0/name", MOTHER.name]
    state = msgspec.json.decode(files["states/00001.json"])["data"]
    assert state["household"]["members"][0]["name"]["d"] == hashlib.sha256(files[NAME]).hexdigest()
    assert {trace for trace in TRACES if trace in shown(files)} == set(TRACES)
    assert [
        trace for trace in TRACES if trace.encode() in b"".join(files.values()).replace(shown(files).encode(), b"")
    ] == []
    assert found(house, files) == []


@pytest.mark.parametrize("change", ["value", "salt", "moved", "added"])
def test_a_disclosure_that_was_changed_is_named(house: House, change: str) -> None:
    files = bundle(house)
    salt, path, _ = msgspec.json.decode(files[NAME])
    other = "disclosures/00001/household.members.1.name.json"
    changed = {
        "value": {NAME: msgspec.json.encode([salt, path, "某某"])},
        "salt": {NAME: files[NAME].replace(salt.encode(), b"0" * len(salt))},
        "moved": {NAME: files[other]},
        "added": {"disclosures/00001/number.json": b'["00","/number","1"]'},
    }[change]
    assert found(house, files | changed) == [("FIELD_ALTERED", next(iter(changed)))]


def test_a_bundle_shows_what_it_was_made_to_show(house: House) -> None:
    nobody, son = bundle(house, "none"), bundle(house, SON.subject)
    assert (shown(nobody), found(house, nobody)) == ("", [])
    assert SON.name in shown(son)
    assert [trace for trace in TRACES if trace in shown(son)] == []
    assert found(house, son) == []


def test_what_was_erased_is_not_in_it_and_every_proof_holds(house: House) -> None:
    erase(Eraser(house.locate, house.log), SubjectId(MOTHER.subject), WHY, BY)
    files = bundle(house)
    assert NAME not in files
    assert [trace for trace in TRACES if trace.encode() in b"".join(files.values())] == []
    assert SON.name in shown(files)
    assert found(house, files) == []
