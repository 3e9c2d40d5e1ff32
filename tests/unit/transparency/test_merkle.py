"""The tree against RFC 6962: its text read as a recursion, the reference vectors, and every proof of small trees."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transparency.merkle import (
    EMPTY_ROOT,
    BadProof,
    Node,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)
from adapters.transparency.tiles import edge_of, grow, nodes

# Certificate Transparency's reference vectors: eight entries, and the roots of the first 1, 2, 3 … of them.
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def by_the_text(entries: list[bytes]) -> bytes:
    """The definition of the Merkle Tree Hash, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return leaf_hash(entries[0])
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return node_hash(by_the_text(entries[:half]), by_the_text(entries[half:]))


class Tree:
    """A tree that grew in steps, as the one in the database does."""

    def __init__(self, entries: list[bytes], steps: list[int]) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        size = 0
        for step in [*steps, len(entries)]:
            upto = min(len(entries), size + step)
            edge = {tile.level: self.tiles[tile.level, tile.number] for tile in edge_of(size)}
            self.tiles |= grow(size, edge, [leaf_hash(entry) for entry in entries[size:upto]])
            size = upto

    def at(self, size: int) -> Node:
        return nodes(size, lambda level, number, _: self.tiles[level, number])


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def test_the_roots_are_those_of_the_reference_vectors() -> None:
    tree = Tree(ENTRIES, [3, 1])
    assert [root(size, tree.at(size)).hex() for size in range(1, 9)] == ROOTS
    assert root(0, tree.at(0)) == EMPTY_ROOT


def test_the_proofs_are_those_of_the_reference_vectors() -> None:
    tree = Tree(ENTRIES, [])
    assert {at: [each.hex() for each in inclusion_proof(*at, tree.at(at[1]))] for at in INCLUSION} == INCLUSION
    assert {at: [each.hex() for each in consistency_proof(*at, tree.at(at[1]))] for at in CONSISTENCY} == CONSISTENCY


@given(st.integers(0, 1_200), st.lists(st.integers(1, 700), max_size=4), st.integers(0, 1_200))
def test_a_tree_grown_in_steps_has_the_root_that_the_text_defines(count: int, steps: list[int], earlier: int) -> None:
    entries = numbered(count)
    tree, before = Tree(entries, steps), min(earlier, count)
    assert root(count, tree.at(count)) == by_the_text(entries)
    assert root(before, tree.at(before)) == by_the_text(entries[:before]), "of an earlier size, in today's tiles"


@given(st.integers(1, 1_000), st.data())
def test_every_proof_holds_and_holds_for_nothing_else(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    entries = numbered(size)
    node, claimed = Tree(entries, []).at(size), by_the_text(entries)
    proof = inclusion_proof(index, size, node)
    check_inclusion(leaf_hash(entries[index]), index, size, proof, claimed)
    with pytest.raises(BadProof):
        check_inclusion(leaf_hash(b"other"), index, size, proof, claimed)
    with pytest.raises(BadProof):
        check_inclusion(leaf_hash(entries[index]), index, size, [*proof, claimed], claimed)
    older, between = by_the_text(entries[:old]), consistency_proof(old, size, node)
    check_consistency(old, size, between, older, claimed)
    with pytest.raises(BadProof):
        check_consistency(old, size, between, leaf_hash(b"other"), claimed)
    for number in range(len(between)):
        with pytest.raises(BadProof):
            check_consistency(old, size, [*between[:number], *between[number + 1 :]], older, claimed)


def test_a_leaf_beyond_the_tree_has_no_proof() -> None:
    tree = Tree(ENTRIES, [])
    for index in (-1, 8):
        with pytest.raises(IndexError):
            inclusion_proof(index, 8, tree.at(8))
        with pytest.raises(BadProof):
            check_inclusion(leaf_hash(b""), index, 8, [], EMPTY_ROOT)
    with pytest.raises(IndexError):
        consistency_proof(9, 8, tree.at(8))
