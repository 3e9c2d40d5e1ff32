"""Evidence of one case as a zip that anybody verifies offline, with programs that are not ours."""

import io
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from adapters.eventstore.event_types import EVENT_TYPES
from adapters.house import House
from adapters.transparency.attesting import last_sealed, seal_heads
from adapters.transparency.checkpoints import Checkpoint
from adapters.transparency.disclosing import ALL, disclosures_of
from adapters.transparency.heads import SealedHead, sealed_head
from adapters.transparency.manifest import KeyTold, Manifest, SealedTold
from adapters.transparency.notary import turn
from adapters.transparency.proofs import proof_text
from adapters.transparency.proving import consistency_of, head_over, proof_of
from adapters.transparency.verifying.database import keys_in
from application.ports import case_stream
from domain.errors import UnknownCase
from domain.kernel import CaseId

_HERE = Path(__file__).parent
_ROWS = "SELECT position, type, schema::int4, state, record FROM log.events WHERE stream = %s ORDER BY seq"
_AT = "SELECT position, type, schema::int4, state, record FROM log.events WHERE position = %s"
_WITNESSES = "SELECT key FROM tree.witnesses ORDER BY name"
_TIP = "SELECT version, last_hash FROM log.streams WHERE stream = %s"
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)

Row = tuple[int, str, int, bytes, bytes]


def bundle_of(
    house: House, notary: "Connection[Any]", case_id: CaseId, last: Checkpoint | None = None, whose: str = ALL
) -> bytes:
    """Return the bundle of a case. Its head is sealed, and the log's head signed, if they are not yet.

    ``last``: a checkpoint that the auditor kept; the bundle then proves that the log goes on from there.
    ``whose`` personal fields are shown: ``all``, ``none``, or one subject's.

    Raises UnknownCase, NoLogKey, TreeWentBack, NotYetSigned, IndexError for a checkpoint beyond the log, SealBroken,
    Unavailable.
    """
    stream = case_stream(case_id)
    rows: list[Row] = notary.execute(_ROWS, (stream,), binary=True).fetchall()
    if not rows:
        raise UnknownCase
    sealed = _sealed(house, notary, stream)
    event = last_sealed(house.log)
    if event is None:
        raise UnknownCase
    head = head_over(notary, max(event.position, rows[-1][0]))
    files = _files(notary, [*rows, *notary.execute(_AT, (event.position,), binary=True).fetchall()], head)
    files |= disclosures_of(house, stream, whose)
    goes_on = (last.head.size if last else 0, head.head.size)
    of = _Case(house.log.head().log, stream, len(rows), _told(sealed))
    manifest = _manifest(notary, of, files, goes_on)
    return _zipped({**files, "manifest.json": msgspec.json.format(msgspec.json.encode(manifest, order="sorted"))})


class _Case(NamedTuple):
    """What a bundle is of: its log, the stream with its number of events, and the proof of the stream's head."""

    log: str
    stream: str
    events: int
    sealed: SealedTold


def _manifest(notary: "Connection[Any]", of: _Case, files: Mapping[str, bytes], goes_on: tuple[int, int]) -> Manifest:
    """``goes_on``: sizes of the auditor's head and of this one."""
    return Manifest(
        v=1,
        **of._asdict(),
        keys=tuple(KeyTold(span.key.text, span.since, span.until) for span in keys_in(notary)),
        witnesses=tuple(key for (key,) in notary.execute(_WITNESSES).fetchall()),
        old=goes_on[0],
        consistency=tuple(each.hex() for each in consistency_of(notary, *goes_on)),
        members={name: sha256(data).hexdigest() for name, data in files.items()},
    )


def _sealed(house: House, notary: "Connection[Any]", stream: str) -> SealedHead:
    """Return the proof of the stream's head, sealing anew if the stream has moved since the last time."""
    version, digest = notary.execute(_TIP, (stream,), binary=True).fetchall()[0]
    found = sealed_head(notary, stream)
    if found is None or (found.head.seq, found.head.hash) != (version, digest):
        seal_heads(notary, house, house.now())
        found = sealed_head(notary, stream)
    turn(notary, house, now=house.now(), last=True)
    if found is None:
        raise UnknownCase
    return found


def _files(notary: "Connection[Any]", rows: list[Row], head: Checkpoint) -> dict[str, bytes]:
    """Return the members by name; the last row is the event that sealed the heads."""
    files = {
        "checkpoint": head.note.whole.encode(),
        "README.zh.md": (_HERE / "bundle.zh.md").read_bytes(),
        "README.en.md": (_HERE / "bundle.en.md").read_bytes(),
    }
    for number, (position, kind, schema, state, record) in enumerate(rows, 1):
        name = "sealed" if number == len(rows) else f"{number:05d}"
        files[f"records/{name}.json"] = record
        files[f"states/{name}.json"] = state
        files[f"proofs/{name}.tlog-proof"] = proof_text(proof_of(notary, position, head)).encode()
        told = msgspec.json.encode(msgspec.json.schema(EVENT_TYPES[kind]), order="sorted")
        files[f"schemas/{kind}.{schema}.json"] = msgspec.json.format(told)
    return files


def _told(sealed: SealedHead) -> SealedTold:
    return SealedTold(
        stream=sealed.head.stream,
        seq=sealed.head.seq,
        record=sealed.head.hash.hex(),
        number=sealed.number,
        streams=sealed.streams,
        hashes=tuple(each.hex() for each in sealed.hashes),
    )


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _TIMESTAMP), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
