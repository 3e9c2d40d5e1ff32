"""Proofs out of the database: of one event against a signed head, and of one head against another."""

from typing import Any

from psycopg import Connection

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint, with_lines
from adapters.transparency.merkle import consistency_proof, inclusion_proof
from adapters.transparency.notes import parse_lines
from adapters.transparency.proofs import Proof
from adapters.transparency.tree import EVENTS, nodes_of
from domain.errors import Refused

_LATEST = "SELECT note FROM tree.latest WHERE tree = %s AND size >= %s"
_LINES = "SELECT line FROM tree.cosignatures WHERE tree = %s AND size = %s ORDER BY witness"
# What a witness has signed proves more than what is newer.
_COUNTERSIGNED = """
SELECT note FROM tree.checkpoints AS p WHERE tree = %s AND size >= %s
   AND EXISTS (SELECT FROM tree.cosignatures AS c WHERE c.tree = p.tree AND c.size = p.size)
 ORDER BY size DESC LIMIT 1
"""


class NotYetSigned(Refused):
    """No signed head has the position yet: in a moment one will."""

    code = "NOT_YET_SIGNED"
    zh = "该位置尚未被签名的检查点覆盖，请稍后再试"
    en = "No signed head of the log has the position yet: try again in a moment"


def head_over(connection: "Connection[Any]", position: int = 0, tree: str = EVENTS) -> Checkpoint:
    """Return a signed head whose tree has the position: one that witnesses have signed, else the newest.

    Raises NotYetSigned.
    """
    for query in (_COUNTERSIGNED, _LATEST):
        found = connection.execute(query, (tree, position)).fetchall()
        if found:
            return _with_cosignatures(connection, parse_checkpoint(found[0][0]), tree)
    raise NotYetSigned(str(position))


def newest_head(connection: "Connection[Any]", tree: str = EVENTS) -> Checkpoint:
    """Return the newest signed head. Raises NotYetSigned."""
    found = connection.execute(_LATEST, (tree, 0)).fetchall()
    if not found:
        raise NotYetSigned("0")
    return _with_cosignatures(connection, parse_checkpoint(found[0][0]), tree)


def proof_of(connection: "Connection[Any]", position: int, head: Checkpoint | None = None, tree: str = EVENTS) -> Proof:
    """Return the proof that the event at a position is in the log. Raises NotYetSigned."""
    checkpoint = head or head_over(connection, position, tree)
    size = checkpoint.head.size
    hashes = inclusion_proof(position - 1, size, nodes_of(connection, size, tree))
    return Proof(position - 1, tuple(hashes), checkpoint)


def consistency_of(connection: "Connection[Any]", old: int, new: int) -> list[bytes]:
    """Return the hashes that prove a smaller tree to be the beginning of a larger one. Raises IndexError."""
    return consistency_proof(old, new, nodes_of(connection, new))


def _with_cosignatures(connection: "Connection[Any]", checkpoint: Checkpoint, tree: str) -> Checkpoint:
    rows = connection.execute(_LINES, (tree, checkpoint.head.size)).fetchall()
    return with_lines(checkpoint, (line for (text,) in rows for line in parse_lines(text)))
