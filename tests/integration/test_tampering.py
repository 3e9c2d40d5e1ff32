"""Somebody who owns the server changes the log behind its back: each way is caught, and the first bad place named."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.embedded import EmbeddedServer
from adapters.transparency.checkpoints import parse_checkpoint
from adapters.transparency.merkle import BadProof, check_inclusion, leaf_hash
from adapters.transparency.proving import proof_of
from adapters.transparency.setting_up import new_log_key, retire_log_key
from adapters.transparency.verifying.database import Unreadable
from adapters.transparency.verifying.trust import Trust
from tests.support import database
from tests.support.attested import Attested, alter_state, attested, codes, rewrite, sign_forged, verified
from tests.support.logs import query, tamper
from tests.support.many_cases import write_cases
from tests.support.serving import open_test_house

BAD = 30
"""The event that is tampered with, before the first checkpoint's end."""


class Place(NamedTuple):
    """A copy of an honest log, to be spoilt."""

    url: str
    honest: Attested
    home: Path

    def stream(self, position: int = BAD) -> str:
        found: str = query(self.url, "SELECT stream FROM log.events WHERE position = %s", position)[0][0]
        return found


@pytest.fixture(scope="module")
def source(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url:
        with attested(url, home) as (_, honest):
            pass
        yield Place(url, honest, home)


@pytest.fixture
def place(postgres: EmbeddedServer, source: Place) -> Iterator[Place]:
    name, template = "spoilt", psycopg.conninfo.conninfo_to_dict(source.url)["dbname"]
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(str(template))))
        try:
            yield source._replace(url=postgres.url(name))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_an_honest_log_is_well(place: Place) -> None:
    verdict = verified(place.url, place.honest.trust)
    assert verdict.well, verdict.findings
    assert (verdict.checkpoints, verdict.sealed) == (3, 1)  # two published, and the auditor's own
    assert verdict.signatures == 2 * 2 + 1
    assert (
        verdict.signed == verdict.witnessed == verdict.events == query(place.url, "SELECT position FROM log.head")[0][0]
    )


def test_an_edited_byte(place: Place) -> None:
    tamper(place.url, "UPDATE log.events SET state = set_byte(state, 30, 35) WHERE position = %s", BAD)
    first = verified(place.url, place.honest.trust).findings[0]
    assert (first.code, first.position) == ("STATE_ALTERED", BAD)


def test_an_edited_byte_and_its_row_hashed_again(place: Place) -> None:
    alter_state(place.url, BAD)
    again = """
    UPDATE log.events SET record = convert_to(regexp_replace(convert_from(record, 'UTF8'), '"state":"[0-9a-f]+"',
        '"state":"' || encode(sha256(state), 'hex') || '"'), 'UTF8') WHERE position = %s
    """
    tamper(place.url, again, BAD)
    verdict = verified(place.url, place.honest.trust)
    assert (verdict.findings[0].code, verdict.findings[0].position) == ("TILE_DIFFERS", BAD)
    assert {"CHAIN_BROKEN", "CHECKPOINT_DIFFERS"} <= set(codes(verdict))


def test_the_whole_made_anew_beside_the_old_checkpoint(place: Place) -> None:
    alter_state(place.url, BAD)
    rewrite(place.url)
    verdict = verified(place.url, place.honest.trust)
    assert codes(verdict) == ["CHECKPOINT_DIFFERS"]
    first = place.honest.trust.last
    assert first is not None
    assert BAD <= verdict.findings[0].position == first.head.size


@pytest.mark.parametrize("kept", ["checkpoint", "witness"])
def test_the_whole_made_anew_and_signed_with_the_stolen_key(place: Place, kept: str) -> None:
    alter_state(place.url, BAD)
    rewrite(place.url)
    sign_forged(place.url, place.honest.origin, place.honest.stolen)
    trust = place.honest.trust
    if kept == "checkpoint":
        assert codes(verified(place.url, trust._replace(quorum=0))) == ["CHECKPOINT_DIFFERS"]
    else:
        assert codes(verified(place.url, trust._replace(last=None))) == ["WITNESS_MISSING"]
    naive = Trust(trust.keys)
    assert verified(place.url, naive).well, "whoever keeps nothing and trusts nobody outside cannot know"


def test_a_deleted_event(place: Place) -> None:
    tamper(place.url, "DELETE FROM log.events WHERE position = %s", BAD)
    first = verified(place.url, place.honest.trust).findings[0]
    assert (first.code, first.position) == ("POSITION_MISSING", BAD)


def test_the_tail_of_one_case_deleted(place: Place) -> None:
    stream = place.stream()
    last = query(place.url, "SELECT max(position) FROM log.events WHERE stream = %s", stream)[0][0]
    tamper(place.url, "DELETE FROM log.events WHERE stream = %s AND position > %s", stream, last - 1)
    tamper(place.url, "UPDATE log.streams SET version = version - 1 WHERE stream = %s", stream)
    verdict = verified(place.url, place.honest.trust)
    assert ("POSITION_MISSING", last) == (verdict.findings[0].code, verdict.findings[0].position)


def test_the_tail_of_one_case_deleted_and_all_that_follows_moved_up(place: Place) -> None:
    """A perfect forgery but for what others keep: the heads that were sealed are not made anew here."""
    stream = place.stream()
    last = query(place.url, "SELECT max(position) FROM log.events WHERE stream = %s AND position <= %s", stream, BAD)[
        0
    ][0]
    tamper(place.url, "DELETE FROM log.events WHERE stream = %s AND position >= %s", stream, last)
    tamper(place.url, "UPDATE log.events SET position = -position WHERE position > %s", last)
    renumber = """
    UPDATE log.events SET position = n.number FROM (SELECT position AS old, %s - 1 + row_number() OVER
        (ORDER BY -position) AS number FROM log.events WHERE position < 0) AS n WHERE position = n.old
    """
    tamper(place.url, renumber, last)
    rewrite(place.url)
    found = codes(verified(place.url, place.honest.trust))
    assert "CHECKPOINT_DIFFERS" in found
    assert "CHECKPOINT_BEYOND" in found


def test_the_log_truncated_after_its_head_was_published(place: Place) -> None:
    for statement in (
        "DELETE FROM log.events WHERE position > %s",
        "UPDATE log.head SET position = %s",
        "UPDATE tree.sizes SET size = %s WHERE tree = 'events'",
        "DELETE FROM log.streams WHERE stream NOT IN (SELECT stream FROM log.events WHERE position <= %s)",
    ):
        tamper(place.url, statement, BAD)
    rewrite(place.url)
    verdict = verified(place.url, place.honest.trust)
    assert codes(verdict) == ["CHECKPOINT_BEYOND"]
    assert verdict.findings[0].position == BAD + 1


def test_a_whole_case_deleted(place: Place) -> None:
    stream = place.stream()
    first = query(place.url, "SELECT min(position) FROM log.events WHERE stream = %s", stream)[0][0]
    tamper(place.url, "DELETE FROM log.events WHERE stream = %s", stream)
    tamper(place.url, "DELETE FROM log.streams WHERE stream = %s", stream)
    found = verified(place.url, place.honest.trust).findings[0]
    assert (found.code, found.position) == ("POSITION_MISSING", first)


def _swap(url: str, columns: str, one: int, other: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        rows = [
            connection.execute(f"SELECT {columns} FROM log.events WHERE position = %s", (at,)).fetchone()  # noqa: S608  (names of ours)
            for at in (one, other)
        ]
        connection.execute("UPDATE log.events SET stream = stream || '-moved' WHERE position = %s", (one,))
        for at, row in ((other, rows[0]), (one, rows[1])):
            sets = ", ".join(f"{name} = %s" for name in columns.split(", "))
            connection.execute(f"UPDATE log.events SET {sets} WHERE position = %s", (*(row or ()), at))  # noqa: S608  (names of ours)
        if "stream" not in columns:
            connection.execute("UPDATE log.events SET stream = replace(stream, '-moved', '')")


def test_two_events_swapped(place: Place) -> None:
    _swap(place.url, "stream, seq, type, schema, recorded_at, state, record", BAD, BAD + 1)
    first = verified(place.url, place.honest.trust).findings[0]
    assert (first.code, first.position) in (("RECORD_ALTERED", BAD), ("VERSION_MISSING", BAD))


def test_the_states_of_two_rows_swapped(place: Place) -> None:
    _swap(place.url, "state", BAD, BAD + 1)
    verdict = verified(place.url, place.honest.trust)
    assert [(each.code, each.position) for each in verdict.findings[:2]] == [
        ("STATE_ALTERED", BAD),
        ("STATE_ALTERED", BAD + 1),
    ]


def test_a_back_dated_event(place: Place) -> None:
    tamper(place.url, "UPDATE log.events SET recorded_at = recorded_at - interval '1 day' WHERE position = %s", BAD)
    found = [(each.code, each.position) for each in verified(place.url, place.honest.trust).findings]
    assert ("RECORD_ALTERED", BAD) in found
    assert ("TIME_WENT_BACK", BAD) in found


def test_an_event_inserted_into_the_past(place: Place) -> None:
    tamper(place.url, "UPDATE log.events SET position = -position WHERE position > %s", BAD)
    tamper(place.url, "UPDATE log.events SET position = 1 - position WHERE position < 0")
    insert = """
    INSERT INTO log.events SELECT position + 1, 'case-forged', 1, type, schema, recorded_at, state, record
      FROM log.events WHERE position = %s
    """
    tamper(place.url, insert, BAD)
    first = verified(place.url, place.honest.trust).findings[0]
    assert (first.code, first.position) == ("RECORD_ALTERED", BAD + 1)


def test_a_fork_of_equal_size(place: Place) -> None:
    """Two signed heads of one size with different roots: one is the auditor's."""
    alter_state(place.url, BAD)
    rewrite(place.url)
    sign_forged(place.url, place.honest.origin, place.honest.stolen)
    last = place.honest.trust.last
    assert last is not None
    forged = query(place.url, "SELECT note FROM tree.checkpoints WHERE size = %s", last.head.size)[0][0]
    assert parse_checkpoint(forged).head.root != last.head.root
    findings = verified(place.url, place.honest.trust._replace(quorum=0)).findings
    assert [(each.code, each.position) for each in findings] == [("CHECKPOINT_DIFFERS", last.head.size)]


def test_a_signature_line_dropped(place: Place) -> None:
    tamper(place.url, r"UPDATE tree.checkpoints SET note = regexp_replace(note, '\n[^\n]*\n$', E'\n')")
    assert codes(verified(place.url, place.honest.trust)) == ["SIGNATURE_MISSING"]


def test_all_signed_heads_taken_away(place: Place) -> None:
    for table in ("cosignatures", "checkpoints", "latest"):
        tamper(place.url, f"DELETE FROM tree.{table}")  # noqa: S608  (names of ours)
    assert codes(verified(place.url, Trust())) == ["SIGNATURE_MISSING"]
    assert codes(verified(place.url, place.honest.trust)) == ["SIGNATURE_MISSING", "WITNESS_MISSING"]


def test_a_signature_altered(place: Place) -> None:
    swap = """
    UPDATE tree.checkpoints AS a
       SET note = split_part(a.note, E'\\n\\n', 1) || E'\\n\\n' || split_part(b.note, E'\\n\\n', 2)
      FROM tree.latest AS b WHERE a.size <> b.size
    """
    tamper(place.url, swap)
    assert "SIGNATURE_BAD" in codes(verified(place.url, place.honest.trust))


def test_a_key_used_after_its_end(place: Place) -> None:
    old = next(key for key in place.honest.stolen if key.verifier.kind == "ed25519")
    with open_test_house(place.home, place.url) as house:
        new_log_key(house, "ed25519")
        retire_log_key(house, old.verifier.id.hex(), "换钥")
        write_cases(house.log, 3, 1)
    rewrite(place.url)
    sign = "UPDATE tree.latest SET size = (SELECT position FROM log.head)"
    tamper(place.url, sign)
    tamper(place.url, "DELETE FROM tree.checkpoints")
    sign_forged(place.url, place.honest.origin, place.honest.stolen)
    trust = place.honest.trust._replace(last=None, quorum=0)
    assert "KEY_RETIRED" in codes(verified(place.url, trust))


def test_an_empty_store(database_url: str) -> None:
    verdict = verified(database_url, Trust())
    assert codes(verdict) == ["LOG_EMPTY"]
    assert not verdict.well


@pytest.mark.parametrize("gone", ["log.head", "log.events"])
def test_a_log_that_cannot_be_read(place: Place, gone: str) -> None:
    tamper(place.url, f"DROP TABLE {gone} CASCADE")
    with pytest.raises(Unreadable):
        verified(place.url, place.honest.trust)


def test_a_proof_of_the_event_that_was_there_does_not_hold_for_the_forged_one(place: Place) -> None:
    with psycopg.connect(place.url, autocommit=True) as connection:
        proof = proof_of(connection, BAD)
        record = query(place.url, "SELECT record FROM log.events WHERE position = %s", BAD)[0][0]
        head = proof.checkpoint.head
        check_inclusion(leaf_hash(record), BAD - 1, head.size, proof.hashes, head.root)
        with pytest.raises(BadProof):
            check_inclusion(leaf_hash(record + b" "), BAD - 1, head.size, proof.hashes, head.root)
