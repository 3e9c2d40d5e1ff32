"""The transparency log: a Merkle tree over the records, signed heads, proofs, witnesses (C2SP tlog formats)."""
