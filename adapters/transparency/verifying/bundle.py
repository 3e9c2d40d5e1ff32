"""Verifying the evidence of one case from its files alone: no database, no home, no network."""

import time
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.disclosing import name_of
from adapters.transparency.heads import StreamHead
from adapters.transparency.keys import BadKey, verifier_of
from adapters.transparency.manifest import Manifest
from adapters.transparency.merkle import BadProof, check_consistency, check_inclusion, leaf_hash
from adapters.transparency.notes import BadNote
from adapters.transparency.proofs import BadProofText, check_proof, parse_proof
from adapters.transparency.verifying.database import Unreadable
from adapters.transparency.verifying.findings import FaultCode, Finding, Verdict
from adapters.transparency.verifying.sealed import commitments_of
from adapters.transparency.verifying.trust import KeySpan, Trust, judge_signatures

_MOST_BYTES = 200_000_000
_BROKEN = (zipfile.BadZipFile, KeyError, OSError, msgspec.DecodeError, BadNote, BadKey, UnicodeDecodeError, ValueError)


class _Bundle(NamedTuple):
    files: dict[str, bytes]
    manifest: Manifest
    checkpoint: Checkpoint


class _Link(NamedTuple):
    """The record before: its version and hash."""

    seq: int
    hash: str


def verify_bundle(file: Path, trust: Trust) -> Verdict:
    """Check everything in it. Raises Unreadable: what cannot be read is not verified."""
    began = time.perf_counter()
    try:
        bundle = _read(file)
        spans = [KeySpan(verifier_of(each.key), each.since, each.until) for each in bundle.manifest.keys]
        findings = [
            *_members(bundle),
            *_events(bundle),
            *_sealed(bundle),
            *_disclosures(bundle),
            *_goes_on(bundle, trust.last),
        ]
    except _BROKEN as error:
        raise Unreadable(f"{file.name}: {type(error).__name__}") from error
    judged = judge_signatures([bundle.checkpoint], spans, trust)
    return Verdict(
        log=bundle.manifest.log,
        events=bundle.manifest.events,
        streams=1,
        root=bundle.checkpoint.head.root.hex(),
        checkpoints=1,
        signatures=judged.signatures,
        signed=judged.signed,
        witnessed=judged.witnessed,
        sealed=1,
        seconds=round(time.perf_counter() - began, 3),
        findings=tuple(sorted([*findings, *judged.findings], key=lambda each: each.position or 2**62)),
    )


def _read(file: Path) -> _Bundle:
    with zipfile.ZipFile(file) as archive:
        if sum(each.file_size for each in archive.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
        files = {each.filename: archive.read(each) for each in archive.infolist()}
    manifest = msgspec.json.decode(files["manifest.json"], type=Manifest)
    return _Bundle(files, manifest, parse_checkpoint(files["checkpoint"].decode()))


def _members(bundle: _Bundle) -> list[Finding]:
    found = {name: sha256(data).hexdigest() for name, data in bundle.files.items() if name != "manifest.json"}
    told = bundle.manifest.members
    differing = sorted(name for name in found.keys() | told.keys() if found.get(name) != told.get(name))
    return [Finding(code="BUNDLE_ALTERED", detail=name) for name in differing]


def _events(bundle: _Bundle) -> list[Finding]:
    """Every event of the stream from the first, each chained to the one before it, up to the head that was sealed."""
    findings: list[Finding] = []
    before = _Link(0, "")
    for number in range(1, bundle.manifest.events + 1):
        told, found = _event(bundle, f"{number:05d}")
        position = int(told["position"])
        findings += found
        if told["stream"] != bundle.manifest.stream or told["log"] != bundle.manifest.log:
            findings.append(Finding(code="RECORD_ALTERED", position=position, detail="stream"))
        if told["seq"] != before.seq + 1:
            findings.append(Finding(code="VERSION_MISSING", position=position, detail=str(before.seq + 1)))
        if told["prev"] != before.hash:
            findings.append(Finding(code="CHAIN_BROKEN", position=position))
        before = _Link(number, sha256(bundle.files[f"records/{number:05d}.json"]).hexdigest())
    sealed = bundle.manifest.sealed
    if not bundle.manifest.events or (sealed.seq, sealed.record) != before:
        findings.append(Finding(code="BUNDLE_INCOMPLETE", detail=f"{before.seq} of {sealed.seq}"))
    return findings


def _event(bundle: _Bundle, name: str) -> tuple[dict[str, Any], list[Finding]]:
    """Check a record against its state and its proof; return what it tells."""
    record, state = bundle.files[f"records/{name}.json"], bundle.files[f"states/{name}.json"]
    told: dict[str, Any] = msgspec.json.decode(record, type=dict[str, Any])
    position = int(told["position"])
    findings = []
    if told["state"] != sha256(state).hexdigest():
        findings.append(Finding(code="STATE_ALTERED", position=position))
    try:
        proof = parse_proof(bundle.files[f"proofs/{name}.tlog-proof"].decode())
        check_proof(proof, record)
        same = proof.leaf == position - 1 and proof.checkpoint.head == bundle.checkpoint.head
    except (BadProof, BadProofText):
        same = False
    if not same:
        findings.append(Finding(code="PROOF_BAD", position=position))
    return told, findings


def _sealed(bundle: _Bundle) -> list[Finding]:
    """The stream's head was among those sealed: nothing was cut off its end."""
    told, findings = _event(bundle, "sealed")
    data = msgspec.json.decode(bundle.files["states/sealed.json"], type=dict[str, Any])["data"]
    sealed = bundle.manifest.sealed
    leaf = leaf_hash(StreamHead(sealed.stream, sealed.seq, bytes.fromhex(sealed.record)).entry)
    hashes = [bytes.fromhex(each) for each in sealed.hashes]
    holds = _holds(lambda: check_inclusion(leaf, sealed.number, data["streams"], hashes, bytes.fromhex(data["root"])))
    if not holds or sealed.stream != bundle.manifest.stream or told["type"] != "heads.sealed":
        findings.append(Finding(code="HEADS_DIFFER", position=int(told["position"])))
    return findings


def _disclosures(bundle: _Bundle) -> list[Finding]:
    """Each personal value that is shown is the one that the state of its event commits to."""
    findings = []
    for name in sorted(bundle.files):
        folder, _, rest = name.partition("/")
        number, _, file = rest.partition("/")
        if folder != "disclosures":
            continue
        told = commitments_of(bundle.files[f"states/{number}.json"], bundle.manifest.stream)
        by_name = {name_of(path): each for path, each in told.items()}
        each = by_name.get(file.removesuffix(".json"))
        if each is None or each.suite.digest(bundle.files[name]) != each.d:
            findings.append(Finding(code="FIELD_ALTERED", detail=name))
    return findings


def _goes_on(bundle: _Bundle, last: Checkpoint | None) -> list[Finding]:
    """The auditor's own checkpoint is the beginning of the log that the bundle is of."""
    if last is None:
        return []
    head, hashes = bundle.checkpoint.head, [bytes.fromhex(each) for each in bundle.manifest.consistency]
    if bundle.manifest.old != last.head.size:
        return [_at("CONSISTENCY_MISSING", last.head.size)]
    if head.origin == last.head.origin and _holds(
        lambda: check_consistency(last.head.size, head.size, hashes, last.head.root, head.root)
    ):
        return []
    return [_at("CHECKPOINT_DIFFERS", last.head.size)]


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except BadProof:
        return False
    return True


def _at(code: FaultCode, size: int) -> Finding:
    return Finding(code=code, position=size, detail=f"size {size}")
