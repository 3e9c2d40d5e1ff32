"""Merkle trees by RFC 6962 §2.1: hashes, roots, proofs of inclusion and consistency; checking them by RFC 9162."""

from collections.abc import Callable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]
"""(height, index) -> hash of the complete subtree over the 2**height leaves from leaf index * 2**height on."""

EMPTY_ROOT = sha256(b"").digest()


class BadProof(Exception):
    """The proof does not prove it."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees beside each other."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first ``size`` leaves."""
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return the hashes that prove a leaf, its sibling first. Raises IndexError for a leaf that is not in the tree."""
    if not 0 <= index < size:
        raise IndexError(index)
    begin, end, beside = 0, size, []
    while end - begin > 1:
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((begin, middle))
            begin = middle
    return [_range_hash(*each, node) for each in reversed(beside)]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Return the hashes that prove the tree of size ``old`` to be the beginning of that of size ``new``."""
    if not 0 <= old <= new:
        raise IndexError(old)
    if old in (0, new):
        return []
    begin, end, beside = 0, new, []
    while end != old:
        middle = begin + _largest_power_below(end - begin)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((begin, middle))
            begin = middle
    if begin:
        beside.append((begin, end))
    return [_range_hash(*each, node) for each in reversed(beside)]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], claimed: bytes) -> None:
    """Check a proof of inclusion (RFC 9162 §2.1.3.2). Raises BadProof."""
    if not 0 <= index < size:
        raise BadProof("the leaf is not in a tree of that size")
    number, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if number & 1 or number == last:
            found = node_hash(beside, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        number, last = number >> 1, last >> 1
    if last or found != claimed:
        raise BadProof("the proof leads to another root")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check a proof of consistency (RFC 9162 §2.1.4.2). Raises BadProof."""
    if not 0 <= old <= new:
        raise BadProof("the older tree is larger")
    if old in (0, new):
        if proof or (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY_ROOT):
            raise BadProof("the trees differ")
        return
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        raise BadProof("the proof is too short")
    number, last = _past_right_children(old - 1, new - 1)
    older = newer = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if number & 1 or number == last:
            older, newer = node_hash(beside, older), node_hash(beside, newer)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            newer = node_hash(newer, beside)
        number, last = number >> 1, last >> 1
    if last or older != old_root or newer != new_root:
        raise BadProof("the proof leads to other roots")


def _past_right_children(number: int, last: int) -> tuple[int, int]:
    while number & 1:
        number, last = number >> 1, last >> 1
    return number, last


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def _range_hash(begin: int, end: int, node: Node) -> bytes:
    """Return the hash of the subtree over some leaves; it begins where a subtree of its size may."""
    parts = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        parts.append(node(height, begin >> height))
        begin += 1 << height
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found
