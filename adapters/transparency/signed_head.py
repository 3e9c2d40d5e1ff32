"""The last head that this installation has signed, kept beside the keys: a smaller or other log is never signed again.

A database that was restored to an earlier day would else make the bureau sign two histories.
"""

import os
from pathlib import Path

from adapters.transparency.checkpoints import Checkpoint, Head, parse_checkpoint
from adapters.transparency.merkle import Node, root
from adapters.transparency.tree import EVENTS
from domain.errors import Refused

_FILE = Path("log-keys") / "signed-head"


class TreeWentBack(Refused):
    """The log is shorter than, or other than, what was signed before."""

    code = "TREE_WENT_BACK"
    zh = "日志比已签发的检查点短或与其不一致，拒绝再签"
    en = "The log is shorter than a head signed before, or differs from it: nothing is signed"


def require_onward(home: Path, head: Head, nodes: Node, tree: str = EVENTS) -> None:
    """Raise TreeWentBack unless the head continues what was signed last. ``nodes``: of the tree that it is of."""
    before = last_signed(home, tree)
    if before is None or before.head.origin != head.origin:
        return
    if head.size < before.head.size or root(before.head.size, nodes) != before.head.root:
        raise TreeWentBack(f"{before.head.size} > {head.size}" if head.size < before.head.size else str(head.size))


def last_signed(home: Path, tree: str = EVENTS) -> Checkpoint | None:
    """Return the last head signed here, None before the first."""
    file = _file(home, tree)
    return parse_checkpoint(file.read_text(encoding="utf-8")) if file.exists() else None


def _file(home: Path, tree: str) -> Path:
    return home / (_FILE if tree == EVENTS else _FILE.with_name(f"{_FILE.name}-{tree}"))


def remember(home: Path, checkpoint: Checkpoint, tree: str = EVENTS) -> None:
    """Keep the head, before anybody sees its signatures."""
    file = _file(home, tree)
    beside = file.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as opened:
        opened.write(checkpoint.note.whole)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
