"""A bureau's log with signed heads, a witness and sealed heads, and an intruder who owns the server and its keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psycopg

from adapters.eventstore.records import time_text
from adapters.house import House
from adapters.postgres.connections import connect
from adapters.transparency.attesting import seal_heads
from adapters.transparency.checkpoints import Checkpoint, Head, signed
from adapters.transparency.heads import StreamHead, root_of
from adapters.transparency.keys import SigningKey, new_key
from adapters.transparency.merkle import leaf_hash, root
from adapters.transparency.notary import turn
from adapters.transparency.proving import newest_head
from adapters.transparency.setting_up import ensure_keys, origin_of
from adapters.transparency.tiles import grow, nodes
from adapters.transparency.verifying.findings import Verdict
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import verify_database
from adapters.transparency.witness import Witness
from adapters.transparency.witness_protocol import Submission, submission_text
from domain.attested import HeadsSealed
from tests.support.logs import query, tamper
from tests.support.many_cases import write_cases
from tests.support.serving import open_test_house

_ROWS = """
SELECT position, stream, seq, type, schema::int4, recorded_at, state FROM log.events ORDER BY position
"""
_ADD_LINE = "INSERT INTO tree.cosignatures SELECT 'events', %s, 'witness.example', %s, clock_timestamp()"
_REPLACE = "UPDATE log.events SET state = %s, record = %s WHERE position = %s"
_TIP = "UPDATE log.streams SET version = %s, last_hash = %s WHERE stream = %s"
_CASES = 12


class Attested(NamedTuple):
    """What an auditor holds of an honest log: its keys, its witness, the first checkpoint; and the intruder's loot."""

    trust: Trust
    stolen: tuple[SigningKey, ...]
    origin: str


@contextmanager
def attested(url: str, home: Path) -> Iterator[tuple[House, Attested]]:
    """Make the log: cases, a published head, sealed heads, more cases, a head that a witness has signed."""
    witness_key = new_key("witness.example", "cosignature")
    with open_test_house(home, url) as house:
        keys = ensure_keys(house)
        write_cases(house.log, 1, _CASES)
        with connect(url, "anjuan_notary") as notary:
            turn(notary, house, now=house.now(), last=True)
            first = newest_head(notary)
            seal_heads(notary, house, house.now())
            write_cases(house.log, 2, _CASES)
            turn(notary, house, now=house.now() + timedelta(minutes=2), last=True)
            last = newest_head(notary)
        countersign(url, Witness(home / "witness", witness_key, watched(last.head.origin, keys)), last)
        trust = Trust(tuple(key.verifier for key in keys), (witness_key.verifier,), 1, first)
        yield house, Attested(trust, tuple(keys), origin_of(house.log.head().log))


def watched(origin: str, keys: "list[SigningKey]") -> list[Any]:
    """What a witness knows of a log."""
    return [(origin, key.verifier) for key in keys]


def countersign(url: str, witness: Witness, checkpoint: Checkpoint) -> None:
    """Have the witness sign, as one that has not seen the log before."""
    reply = witness.add_checkpoint(submission_text(Submission(0, (), checkpoint)), 1_760_000_000)
    assert reply.status == 200, reply
    tamper(url, _ADD_LINE, checkpoint.head.size, reply.body)
    witness.close()


def verified(url: str, trust: Trust) -> Verdict:
    """Verify with the right to read alone."""
    with connect(url, "anjuan_reader") as connection:
        return verify_database(connection, trust)


def codes(verdict: Verdict) -> list[str]:
    """The codes found, each once."""
    return sorted({each.code for each in verdict.findings})


def alter_state(url: str, position: int) -> None:
    """Change one letter inside an event, leaving it an event."""
    state = query(url, "SELECT state FROM log.events WHERE position = %s", position)[0][0]
    told = msgspec.json.decode(state)
    told["meta"]["actor"] = f"{told['meta']['actor']}-x"
    tamper(
        url, "UPDATE log.events SET state = %s WHERE position = %s", msgspec.json.encode(told, order="sorted"), position
    )


def rewrite(url: str) -> None:
    """Make all records, chains, tips and tiles anew from the rows as they are: a perfect forgery, but for its heads."""
    log = query(url, "SELECT log FROM log.head")[0][0]
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        tips: dict[str, tuple[int, bytes]] = {}
        leaves = []
        for position, stream, seq, kind, schema, at, state in connection.execute(_ROWS, binary=True).fetchall():
            if kind == HeadsSealed.TYPE:
                state = _resealed(state, tips)  # noqa: PLW2901  (the intruder seals the forged heads)
            record = _record((log, position, stream, seq, kind, schema, at, state), tips.get(stream, (0, b""))[1])
            tips[stream] = seq, sha256(record).digest()
            leaves.append(leaf_hash(record))
            connection.execute(
                "UPDATE log.events SET state = %s, record = %s WHERE position = %s", (state, record, position)
            )
        for stream, (seq, digest) in tips.items():
            connection.execute(
                "UPDATE log.streams SET version = %s, last_hash = %s WHERE stream = %s", (seq, digest, stream)
            )
        connection.execute("DELETE FROM log.streams WHERE stream <> ALL(%s)", (list(tips),))
        connection.execute("UPDATE log.head SET position = %s", (len(leaves),))
        connection.execute("DELETE FROM tree.tiles WHERE tree = 'events'")
        for (level, number), hashes in grow(0, {}, leaves).items():
            connection.execute("INSERT INTO tree.tiles VALUES ('events', %s, %s, %s)", (level, number, hashes))
        connection.execute("UPDATE tree.sizes SET size = %s WHERE tree = 'events'", (len(leaves),))


def sign_forged(url: str, origin: str, stolen: tuple[SigningKey, ...]) -> None:
    """Replace all heads by such of the forged log, signed with the bureau's own keys; no witness signs those."""
    rows = query(url, "SELECT record FROM log.events ORDER BY position")
    leaves = [leaf_hash(record) for (record,) in rows]
    tiles = grow(0, {}, leaves)
    tamper(url, "DELETE FROM tree.cosignatures")
    for table in ("checkpoints", "latest"):
        for (size,) in query(url, f"SELECT size FROM tree.{table}"):  # noqa: S608  (names of ours)
            upto = min(size, len(leaves))
            top = root(upto, nodes(upto, lambda level, number, _: tiles[level, number]))
            note = signed(Head(origin, upto, top), stolen).note.whole
            tamper(url, f"UPDATE tree.{table} SET note = %s, size = %s WHERE size = %s", note, upto, size)  # noqa: S608  (names of ours)


def _resealed(state: bytes, tips: dict[str, tuple[int, bytes]]) -> bytes:
    told = msgspec.json.decode(state)
    heads = [StreamHead(stream, seq, digest) for stream, (seq, digest) in sorted(tips.items())]
    told["data"] |= {"streams": len(heads), "root": root_of(heads).hex()}
    return msgspec.json.encode(told, order="sorted")


def _record(row: tuple[Any, ...], prev: bytes) -> bytes:
    log, position, stream, seq, kind, schema, at, state = row
    told = {
        "log": log,
        "position": position,
        "prev": prev.hex(),
        "recorded_at": time_text(at),
        "schema": schema,
        "seq": seq,
        "state": sha256(state).hexdigest(),
        "stream": stream,
        "type": kind,
        "v": 1,
    }
    return msgspec.json.encode(told, order="sorted")
