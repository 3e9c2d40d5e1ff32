"""The evidence of a case: verified by us and by programs that are not ours; every byte of it changed in turn."""

import base64
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import metamorphic_log
import msgspec
import proofbundle
import pytest

from adapters.house import House
from adapters.postgres.connections import connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.transparency.bundling import bundle_of
from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.keys import VerifierKey
from adapters.transparency.merkle import leaf_hash
from adapters.transparency.notary import turn
from adapters.transparency.proofs import parse_proof
from adapters.transparency.proving import newest_head
from adapters.transparency.setting_up import ensure_keys
from adapters.transparency.verifying.bundle import verify_bundle
from adapters.transparency.verifying.database import Unreadable
from adapters.transparency.verifying.trust import Trust
from domain.errors import UnknownCase
from domain.kernel import CaseId
from tests.support import database
from tests.support.attested import codes
from tests.support.logs import query
from tests.support.many_cases import write_cases
from tests.support.serving import open_test_house

CHECK = Path(__file__).parents[1] / "verifiers" / "check.go"
_LONGEST = "SELECT stream, version FROM log.streams WHERE stream LIKE 'case-%%' ORDER BY version DESC, stream LIMIT 1"
LIBRARIES = Path("/usr/share/gocode")


class Evidence(NamedTuple):
    """A bundle as its maker gave it, and what an auditor holds."""

    data: bytes
    key: VerifierKey
    last: Checkpoint
    events: int

    @property
    def trust(self) -> Trust:
        return Trust((self.key,), last=self.last)

    def files(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def evidence(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_test_house(home, url) as house:
        keys = ensure_keys(house)
        write_cases(house.log, 1, 20)
        with connect(url, "anjuan_notary") as notary:
            turn(notary, house, now=house.now(), last=True)
            last = newest_head(notary)
            write_cases(house.log, 2, 20)
            data = bundle_of(house, notary, longest(house), last)
            assert bundle_of(house, notary, longest(house), last) == data, "nothing moved: the same bytes"
            with pytest.raises(UnknownCase):
                bundle_of(house, notary, CaseId("no-such-case"))
        events = query(url, _LONGEST)[0][1]
        yield Evidence(data, keys[0].verifier, last, events)


def longest(house: House) -> CaseId:
    return CaseId(query(house.conninfo, _LONGEST)[0][0].removeprefix("case-"))


def packed(files: dict[str, bytes], where: Path) -> Path:
    with zipfile.ZipFile(where, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return where


def found(files: dict[str, bytes], evidence: Evidence, where: Path) -> list[str]:
    """The codes found; what cannot be read is a code as well."""
    try:
        return codes(verify_bundle(packed(files, where), evidence.trust))
    except Unreadable:
        return ["LOG_UNREADABLE"]


def test_a_bundle_is_well(evidence: Evidence, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes(evidence.data)
    verdict = verify_bundle(file, evidence.trust)
    assert verdict.well, verdict.findings
    assert (verdict.events, verdict.sealed, verdict.signatures) == (evidence.events, 1, 2)
    names = evidence.files().keys()
    assert {"README.zh.md", "README.en.md", "checkpoint", "manifest.json", "records/sealed.json"} <= names
    assert sum(name.startswith("schemas/") for name in names) > 3


def test_any_byte_changed_in_any_file_is_caught(evidence: Evidence, tmp_path: Path) -> None:
    files = evidence.files()
    for name, data in files.items():
        middle = len(data) // 2
        spoilt = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        assert found({**files, name: spoilt}, evidence, tmp_path / "spoilt.zip"), name


def test_any_file_dropped_or_added_is_caught(evidence: Evidence, tmp_path: Path) -> None:
    files = evidence.files()
    for name in files:
        rest = {other: data for other, data in files.items() if other != name}
        assert found(rest, evidence, tmp_path / "less.zip"), name
    assert found({**files, "records/99999.json": b"{}"}, evidence, tmp_path / "more.zip") == ["BUNDLE_ALTERED"]


def test_events_cut_off_the_end_are_missed_though_the_manifest_is_made_anew(evidence: Evidence, tmp_path: Path) -> None:
    files = evidence.files()
    manifest = msgspec.json.decode(files["manifest.json"])
    number = manifest["events"]
    for folder, suffix in (("records", "json"), ("states", "json"), ("proofs", "tlog-proof")):
        name = f"{folder}/{number:05d}.{suffix}"
        del files[name], manifest["members"][name]
    manifest["events"] -= 1
    files["manifest.json"] = msgspec.json.encode(manifest)
    assert found(files, evidence, tmp_path / "cut.zip") == ["BUNDLE_INCOMPLETE"]
    manifest["sealed"] |= {
        "seq": number - 1,
        "record": msgspec.json.decode(evidence.files()[f"records/{number:05d}.json"])["prev"],
    }
    files["manifest.json"] = msgspec.json.encode(manifest)
    assert found(files, evidence, tmp_path / "lied.zip") == ["HEADS_DIFFER"]


def test_another_auditors_checkpoint_or_key_is_not_taken(evidence: Evidence, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes(evidence.data)
    head = evidence.last.head
    other = evidence.last._replace(head=head._replace(root=bytes(32)))
    assert codes(verify_bundle(file, Trust((evidence.key,), last=other))) == ["CHECKPOINT_DIFFERS"]
    smaller = evidence.last._replace(head=head._replace(size=head.size - 1))
    assert codes(verify_bundle(file, Trust((evidence.key,), last=smaller))) == ["CONSISTENCY_MISSING"]
    stranger = evidence.key._replace(public=bytes(32))
    assert codes(verify_bundle(file, Trust((stranger,)))) == ["SIGNATURE_MISSING"]


def test_an_empty_bundle_and_no_bundle_are_never_well(evidence: Evidence, tmp_path: Path) -> None:
    for data in (b"", b"PK", evidence.data[: len(evidence.data) // 2]):
        file = tmp_path / "broken.zip"
        file.write_bytes(data)
        with pytest.raises(Unreadable):
            verify_bundle(file, evidence.trust)
    manifest = msgspec.json.decode(evidence.files()["manifest.json"]) | {"events": 0}
    files = {**evidence.files(), "manifest.json": msgspec.json.encode(manifest)}
    assert "BUNDLE_INCOMPLETE" in found(files, evidence, tmp_path / "none.zip")


def test_two_programs_from_pypi_take_our_proofs_and_refuse_others(evidence: Evidence) -> None:
    files, key = evidence.files(), evidence.key.text
    record, text = files["records/00002.json"], files["proofs/00002.tlog-proof"].decode()
    told = proofbundle.verify_tlog_proof(text, record, key)
    assert told["ok"], told
    assert not proofbundle.verify_tlog_proof(text, record + b" ", key)["ok"]
    note, proof = files["checkpoint"].decode(), parse_proof(text)
    assert metamorphic_log.verify_signed_note(note, [key]) == 1
    metamorphic_log.checkpoint_verify_inclusion(note, [key], proof.leaf, leaf_hash(record), list(proof.hashes))
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify_inclusion(note, [key], proof.leaf, leaf_hash(b""), list(proof.hashes))
    head, manifest = parse_checkpoint(note).head, msgspec.json.decode(files["manifest.json"])
    hashes = [bytes.fromhex(each) for each in manifest["consistency"]]
    last = evidence.last.head
    assert proofbundle.verify_consistency(last.size, head.size, hashes, last.root, head.root)
    metamorphic_log.verify_consistency(last.size, head.size, hashes, last.root, head.root)


def test_gos_own_verifier_takes_our_proofs_and_refuses_others(evidence: Evidence, tmp_path: Path) -> None:
    go = shutil.which("go")
    if go is None or not (LIBRARIES / "src/golang.org/x/mod").is_dir():
        if os.environ.get("ANJUAN_REQUIRE_GO"):
            pytest.fail("apt-get install golang-go golang-golang-x-mod-dev")
        pytest.skip("no Go verifier here: apt-get install golang-go golang-golang-x-mod-dev")
    program = tmp_path / "check"
    quiet = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(LIBRARIES),
        "GOCACHE": str(tmp_path / "cache"),
        "GOFLAGS": "",
    }
    subprocess.run([go, "build", "-o", str(program), str(CHECK)], env=quiet, check=True)
    files = evidence.files()
    proof, record = tmp_path / "proof", tmp_path / "record"
    proof.write_bytes(files["proofs/00003.tlog-proof"])
    record.write_bytes(files["records/00003.json"])
    words = [str(program), evidence.key.text, str(proof), str(record)]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.strip()) == (0, str(parse_checkpoint(files["checkpoint"].decode()).head.size))
    record.write_bytes(files["records/00003.json"] + b" ")
    assert subprocess.run(words, capture_output=True, text=True, check=False).stdout.startswith("inclusion")
    lines = files["proofs/00003.tlog-proof"].decode().split("\n")
    signature = next(number for number, line in enumerate(lines) if line.startswith("— "))
    name, _, encoded = lines[signature].rpartition(" ")
    data = bytearray(base64.b64decode(encoded))
    data[-1] ^= 1
    lines[signature] = f"{name} {base64.b64encode(bytes(data)).decode()}"
    proof.write_text("\n".join(lines))
    assert subprocess.run(words, capture_output=True, text=True, check=False).stdout.startswith("signature")
