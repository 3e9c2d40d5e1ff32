"""The tree in the database, its signed heads and its witnesses: exact under kill -9, never two histories."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from adapters.house import House
from adapters.postgres.connections import connect
from adapters.transparency.attesting import seal_heads
from adapters.transparency.exporting import OtherLog, export_log
from adapters.transparency.heads import sealed_head
from adapters.transparency.merkle import check_inclusion, leaf_hash, root
from adapters.transparency.notary import catch_up, keeping_tree, turn
from adapters.transparency.proofs import check_proof, parse_proof, proof_text
from adapters.transparency.proving import head_over, newest_head, proof_of
from adapters.transparency.setting_up import ensure_keys
from adapters.transparency.signed_head import TreeWentBack
from adapters.transparency.tiles import grow, nodes, tile_at, unbundle
from adapters.transparency.tree import nodes_of, size_of
from domain.attested import HEADS, HeadsSealed
from tests.support.logs import open_log, query, tamper
from tests.support.many_cases import write_cases
from tests.support.processes import kill, line, program
from tests.support.serving import open_test_house, whole_house
from tests.support.workers import eventually


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with open_test_house(tmp_path, database_url) as opened:
        ensure_keys(opened)
        write_cases(opened.log, 1, 10)
        yield opened


def counted(url: str) -> bytes:
    """The root over the log's records, in memory, from nothing."""
    leaves = [leaf_hash(record) for (record,) in query(url, "SELECT record FROM log.events ORDER BY position")]
    tiles = grow(0, {}, leaves)
    return root(len(leaves), nodes(len(leaves), lambda level, number, _: tiles[level, number]))


def signed(house: House, minutes: int = 0) -> int:
    """A turn of the notary, published."""
    with connect(house.locate, "anjuan_notary") as connection:
        return turn(connection, house, now=house.now() + timedelta(minutes=minutes), last=True)


def is_signed(house: House, position: int) -> bool:
    """Whether the newest signed head has the position."""
    return query(house.conninfo, "SELECT size >= %s FROM tree.latest", position) == [(True,)]


def test_the_tree_is_exact_while_its_keepers_are_killed_and_two_of_them_work(database_url: str) -> None:
    chance = random.Random(4)  # noqa: S311  (the same deaths each time)
    with open_log(database_url) as opened, ExitStack() as stack:
        keepers = [stack.enter_context(program("keep_tree", database_url, 37)) for _ in range(2)]
        assert [line(keeper) for keeper in keepers] == ["ready", "ready"]
        for seed in range(12):
            write_cases(opened.log, seed + 1, 15)
            victim = chance.randrange(2)
            time.sleep(chance.random() / 20)
            kill(keepers[victim])
            keepers[victim] = stack.enter_context(program("keep_tree", database_url, 37))
            assert line(keepers[victim]) == "ready"
    with connect(database_url, "anjuan_notary") as connection:
        size = catch_up(connection)
        assert size == query(database_url, "SELECT position FROM log.head")[0][0] > 1_000
        assert root(size, nodes_of(connection, size)) == counted(database_url)


def test_what_was_just_recorded_has_a_proof_soon(house: House) -> None:
    with keeping_tree(house), connect(house.locate, "anjuan_reader") as reader:
        eventually(lambda: query(house.conninfo, "SELECT 1 FROM tree.latest"), "no head")
        for seed in range(3):
            write_cases(house.log, seed + 2, 1)
            position = house.log.head().position
            eventually(partial(is_signed, house, position), "no signed head")
            proof = proof_of(reader, position)
            record = query(house.conninfo, "SELECT record FROM log.events WHERE position = %s", position)[0][0]
            check_proof(parse_proof(proof_text(proof)), record)


def test_heads_are_published_when_the_notary_ends(house: House) -> None:
    with keeping_tree(house):
        eventually(lambda: query(house.conninfo, "SELECT 1 FROM tree.latest"), "no head")
        write_cases(house.log, 7, 2)
    published = query(house.conninfo, "SELECT max(size) FROM tree.checkpoints")[0][0]
    assert published == house.log.head().position
    assert query(house.conninfo, "SELECT count(*) FROM log.events WHERE type = 'heads.sealed'") == [(1,)]


def test_a_shorter_log_is_never_signed_again(house: House) -> None:
    size = signed(house)
    for statement in (
        "DELETE FROM log.events WHERE position = (SELECT position FROM log.head)",
        "UPDATE log.head SET position = position - 1",
        "DELETE FROM tree.latest",
        "DELETE FROM tree.tiles WHERE tree = 'events'",
        "UPDATE tree.sizes SET size = 0 WHERE tree = 'events'",
    ):
        tamper(house.conninfo, statement)
    with pytest.raises(TreeWentBack):
        signed(house)
    assert query(house.conninfo, "SELECT count(*) FROM tree.latest") == [(0,)]
    assert house.log.head().position == size - 1


def test_another_history_of_the_same_length_is_never_signed(house: House) -> None:
    size = signed(house)
    tamper(house.conninfo, "UPDATE log.events SET record = record || ' '::bytea WHERE position = 5")
    tamper(house.conninfo, "DELETE FROM tree.tiles WHERE tree = 'events'")
    tamper(house.conninfo, "UPDATE tree.sizes SET size = 0 WHERE tree = 'events'")
    write_cases(house.log, 9, 1)
    with pytest.raises(TreeWentBack):
        signed(house)
    assert query(house.conninfo, "SELECT max(size) FROM tree.checkpoints") == [(size,)]


def test_sealed_heads_prove_where_a_stream_ended(house: House) -> None:
    with connect(house.locate, "anjuan_notary") as connection:
        event = seal_heads(connection, house, house.now())
        assert isinstance(event, HeadsSealed)
        streams = query(house.conninfo, "SELECT stream, version, last_hash FROM log.streams WHERE stream <> %s", HEADS)
        assert event.streams == len(streams)
        for stream, version, digest in streams:
            proof = sealed_head(connection, stream)
            assert proof is not None
            assert (proof.head.seq, proof.head.hash) == (version, digest)
            check_inclusion(
                leaf_hash(proof.head.entry), proof.number, proof.streams, proof.hashes, bytes.fromhex(event.root)
            )
        assert sealed_head(connection, "case-of-tomorrow") is None


def test_an_export_goes_on_and_is_the_tree(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "tiles"
    with connect(house.locate, "anjuan_reader") as reader:
        signed(house)
        export_log(reader, newest_head(reader), folder)
        write_cases(house.log, 3, 40)
        size = signed(house, 2)
        export_log(reader, newest_head(reader), folder)
        head = head_over(reader).head
    records = [record for (record,) in query(house.conninfo, "SELECT record FROM log.events ORDER BY position")]
    full, width = divmod(size, 256)
    names = [f"{number:03}" for number in range(full)] + ([f"{full:03}.p/{width}"] if width else [])
    assert [each for name in names for each in unbundle((folder / "tile/entries" / name).read_bytes())] == records
    hashes = b"".join((folder / "tile/0" / name).read_bytes() for name in names)
    assert hashes == b"".join(map(leaf_hash, records))
    assert root(size, nodes(size, lambda *where: _tile(folder, *where))) == head.root
    with open_log(house.conninfo), connect(house.locate, "anjuan_reader") as reader:
        (folder / "checkpoint").write_text(
            (folder / "checkpoint").read_text().replace(f"\n{size}\n", f"\n{size - 1}\n", 1)
        )
        with pytest.raises(OtherLog):
            export_log(reader, newest_head(reader), folder)


def _tile(folder: Path, level: int, number: int, width: int) -> bytes:
    whole = folder / "tile" / str(level) / f"{number:03}"
    return (whole if whole.is_file() else whole.with_name(f"{number:03}.p") / str(width)).read_bytes()


def test_the_tiles_are_served(postgres: object, tmp_path: Path) -> None:
    with whole_house(postgres, tmp_path) as here:  # type: ignore[arg-type]  # the fixture's server
        ensure_keys(here.house)
        here.opened()
        size = signed(here.house)
        text = here.client.get("/log/checkpoint").text
        assert text.split("\n")[1] == str(size)
        tile = here.client.get(f"/log/tile/0/000.p/{size}")
        entries = unbundle(here.client.get(f"/log/tile/entries/000.p/{size}").content)
        assert tile.content == b"".join(map(leaf_hash, entries))
        assert "immutable" in tile.headers["cache-control"]
        check_proof(parse_proof(here.client.get("/log/proof/3").text), entries[2])
        for path in (
            f"tile/0/000.p/{size + 1}",
            "tile/0/0",
            "tile/entries/000",
            "tile/64/000",
            f"proof/{size + 1}",
            "proof/0",
        ):
            assert here.client.get(f"/log/{path}").status_code == 404, path
        assert tile_at(f"0/000.p/{size}").width == size


def test_only_the_notary_writes_the_tree_and_nobody_takes_back_what_was_published(house: House) -> None:
    signed(house)
    for role in ("anjuan_writer", "anjuan_projector", "anjuan_reader"):
        with connect(house.locate, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE tree.sizes SET size = 0")
    with connect(house.locate, "anjuan_notary") as connection:
        for statement in (
            "DELETE FROM tree.checkpoints",
            "UPDATE tree.checkpoints SET size = 1",
            "DELETE FROM log.events",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        assert size_of(connection) == house.log.head().position
    with psycopg.connect(house.conninfo) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("DELETE FROM tree.checkpoints")
