"""Proofs of single entries (C2SP tlog-proof): where it is, the hashes beside it, the checkpoint they lead to."""

from typing import NamedTuple

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.hash_lines import hash_lines, hashes_of, number_of
from adapters.transparency.merkle import check_inclusion, leaf_hash

_FIRST = "c2sp.org/tlog-proof@v1"


class BadProofText(Exception):
    """Not a proof in this form."""


class Proof(NamedTuple):
    """That the entry at ``leaf`` (from 0) is in the tree of the checkpoint."""

    leaf: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint


def proof_text(proof: Proof) -> str:
    """Return the proof as text."""
    return f"{_FIRST}\nindex {proof.leaf}\n{hash_lines(proof.hashes)}\n{proof.checkpoint.note.whole}"


def parse_proof(text: str) -> Proof:
    """Return the proof, unchecked. Raises BadProofText, BadNote."""
    lines, blank, checkpoint = text.partition("\n\n")
    first, *rest = lines.split("\n")
    if rest and rest[0].startswith("extra "):
        rest = rest[1:]
    word, _, index = rest[0].partition(" ") if rest else ("", "", "")
    if first != _FIRST or not blank or word != "index":
        raise BadProofText("no proof of an entry")
    try:
        leaf, hashes = number_of(index), hashes_of(rest[1:])
    except ValueError:
        raise BadProofText("no number or hash of a proof") from None
    return Proof(leaf, hashes, parse_checkpoint(checkpoint))


def check_proof(proof: Proof, entry: bytes) -> None:
    """Check that the entry is in the checkpoint's tree; who signed that is the caller's matter. Raises BadProof."""
    head = proof.checkpoint.head
    check_inclusion(leaf_hash(entry), proof.leaf, head.size, proof.hashes, head.root)
