"""Notes, checkpoints, proofs, submissions, keys, tile paths: what the formats of C2SP say is read, and nothing else."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transparency.checkpoints import Head, parse_checkpoint, signed, with_lines
from adapters.transparency.keys import (
    BadKey,
    BadSignature,
    check,
    cosigned_at,
    new_key,
    sign,
    signing_key_of,
    verifier_of,
)
from adapters.transparency.notes import BadNote, Line, parse_note, signed_by
from adapters.transparency.proofs import BadProofText, Proof, parse_proof, proof_text
from adapters.transparency.tiles import (
    WIDTH,
    BadTile,
    Tile,
    bundle,
    edge_of,
    path_of,
    tile_at,
    tiles_between,
    unbundle,
)
from adapters.transparency.witness_protocol import Submission, parse_submission, submission_text

KEY = new_key("example.org/log", "ed25519")
HEAD = Head("example.org/log", 70_000, bytes(range(32)))
CHECKPOINT = signed(HEAD, [KEY, new_key("example.org/log", "sm2")])
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=20).map(tuple)


@pytest.mark.parametrize("kind", ["ed25519", "sm2", "cosignature"])
def test_a_key_signs_and_its_public_part_checks(kind: str) -> None:
    key = new_key("example.org/key", kind)  # type: ignore[arg-type]  # one of the kinds
    assert signing_key_of(f"{key.text}\n") == key
    assert verifier_of(key.verifier.text) == key.verifier
    assert key.secret.hex() not in repr(key)
    signature = sign(key, b"text\n", 1_679_315_147)
    check(key.verifier, b"text\n", signature)
    for text, other in ((b"text", signature), (b"text\n", signature[:-1]), (b"text\n", signature[:-1] + b"\0\0")):
        with pytest.raises(BadSignature):
            check(key.verifier, text, other)
    if kind == "cosignature":
        assert cosigned_at(signature) == 1_679_315_147


def test_a_text_that_is_no_key_is_refused() -> None:
    line = KEY.verifier.text
    for text in ("", "a+b", line[:-4], line.replace("+", "+0", 1), f"x{line}", KEY.text):
        with pytest.raises(BadKey):
            verifier_of(text)
    with pytest.raises(BadKey):
        signing_key_of(line)
    for name in ("", "two words", "a+b"):
        with pytest.raises(BadKey):
            new_key(name, "ed25519")


def test_a_checkpoint_reads_back_and_its_signatures_hold() -> None:
    again = parse_checkpoint(CHECKPOINT.note.whole)
    assert again == CHECKPOINT
    assert signed_by(again.note, [KEY.verifier]) == [KEY.verifier]
    stranger = new_key("example.org/log", "ed25519").verifier
    assert signed_by(again.note, [stranger]) == []
    assert with_lines(again, again.note.lines) == again, "each line once"
    forged = Line(KEY.verifier.name, KEY.verifier.id, bytes(64))
    with pytest.raises(BadNote):
        signed_by(with_lines(CHECKPOINT, [forged]).note, [KEY.verifier])


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("70000\n", "070000\n"),
        ("70000\n", "-1\n"),
        ("70000\n", "７\n"),
        ("example.org/log\n7", "\n7"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("70000", "70\t000"),
        ("AAEC", "AAE"),
    ],
)
def test_a_note_spelled_otherwise_is_no_checkpoint(part: str, other: str) -> None:
    assert part in CHECKPOINT.note.whole
    with pytest.raises(BadNote):
        parse_checkpoint(CHECKPOINT.note.whole.replace(part, other, 1))


def test_a_note_without_signatures_is_none() -> None:
    for text in ("", "text\n", "text\n\nx", "text\n\nno line\n", "text\n\n— name\n", "text\n\n— name AAAA\n"):
        with pytest.raises(BadNote):
            parse_note(text)


@given(st.integers(0, 2**40), HASHES)
def test_a_proof_and_a_submission_read_back(number: int, hashes: tuple[bytes, ...]) -> None:
    assert parse_proof(proof_text(Proof(number, hashes, CHECKPOINT))) == Proof(number, hashes, CHECKPOINT)
    submitted = Submission(number, hashes, CHECKPOINT)
    assert parse_submission(submission_text(submitted)) == submitted


def test_extra_data_of_a_proof_are_passed_over_and_other_spellings_refused() -> None:
    text = proof_text(Proof(6, (bytes(32),), CHECKPOINT))
    assert parse_proof(text.replace("\nindex", "\nextra AAAA\nindex", 1)) == parse_proof(text)
    for part, other in (("@v1", "@v2"), ("index 6", "index 06"), ("index", "Index"), ("AAAA", "!AAA")):
        with pytest.raises(BadProofText):
            parse_proof(text.replace(part, other, 1))
    for body in ("old 01\n\n", "new 1\n\n", "old 1\n" + "AAAA\n" * 64 + "\n", "old 1\n"):
        with pytest.raises(BadNote):
            parse_submission(body + CHECKPOINT.note.whole)


def test_the_tiles_of_seventy_thousand_entries_are_those_of_the_specification() -> None:
    tiles = list(tiles_between(0, 70_000))
    full = Counter(tile.level for tile in tiles if tile.width == WIDTH)
    assert full == {0: 273, 1: 1}
    assert edge_of(70_000) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles_between(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]


@given(st.integers(0, 100_000), st.integers(0, 3_000))
def test_what_comes_to_a_tree_is_what_it_had_not(old: int, more: int) -> None:
    new = old + more
    before, after = set(tiles_between(0, old)), set(tiles_between(0, new))
    assert set(tiles_between(old, new)) == after - before


@given(st.integers(-1, 63), st.integers(0, 10**9), st.integers(1, 256))
def test_a_tile_has_one_path(level: int, number: int, width: int) -> None:
    tile = Tile(level, number, width)
    assert tile_at(path_of(tile).removeprefix("tile/")) == tile


def test_a_path_spelled_otherwise_names_no_tile() -> None:
    assert path_of(Tile(0, 1_234_067)) == "tile/0/x001/x234/067"
    for path in (
        "0/1",
        "0/0001",
        "0/x000/001",
        "00/001",
        "64/001",
        "0/001.p/256",
        "0/001.p/0",
        "0/001/",
        "entry/001",
        "",
    ):
        with pytest.raises(BadTile):
            tile_at(path)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_back_and_is_refused_when_cut(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert unbundle(data) == entries
    if data:
        with pytest.raises(BadTile):
            unbundle(data + b"\0")
