"""The notary: lets the tree grow with the log, signs its head, publishes it, has witnesses countersign, seals heads.

Any number may run beside each other: the tree is the same for all, and so is its root.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from adapters.beside import beside
from adapters.eventstore.reader import LogBroken
from adapters.house import House
from adapters.postgres.connections import connect
from adapters.postgres.wake import Listener
from adapters.transparency.attesting import last_sealed, seal_heads
from adapters.transparency.checkpoints import Checkpoint, Head, signed
from adapters.transparency.keys import SigningKey
from adapters.transparency.merkle import root
from adapters.transparency.setting_up import ensure_keys, origin_of, reads_origin, signing_keys
from adapters.transparency.signed_head import remember, require_onward
from adapters.transparency.tiles import BadTile
from adapters.transparency.tree import EVENTS, MOST_RECORDS, READS, grow_tree, nodes_of, size_of
from adapters.transparency.witnessing import ask_witnesses
from domain.errors import Refused, Unavailable

PUBLISH_SECONDS = 60.0
"""At least so often a head is published while anything changes."""
SEAL_HOURS = 24
_REST_SECONDS = 0.2
_BACK_OFF_SECONDS = 1.0

_LATEST = "SELECT size FROM tree.latest WHERE tree = %s"
_KEEP_LATEST = """
INSERT INTO tree.latest AS kept (tree, size, note, signed_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (tree) DO UPDATE SET size = excluded.size, note = excluded.note, signed_at = excluded.signed_at
 WHERE kept.size <= excluded.size
"""
_PUBLISHED = "SELECT max(size), max(signed_at) FROM tree.checkpoints WHERE tree = %s"
_PUBLISH = """
INSERT INTO tree.checkpoints (tree, size, note, signed_at)
SELECT tree, size, note, signed_at FROM tree.latest WHERE tree = %s ON CONFLICT DO NOTHING
"""
_log = logging.getLogger("anjuan.notary")


class NoLogKey(Refused):
    """There is no key that could sign."""

    code = "NO_LOG_KEY"
    zh = "没有日志签名密钥：请先运行 anjuan log keys new"
    en = "There is no key to sign the log's head with: run anjuan log keys new first"


def catch_up(connection: "Connection[Any]", tree: str = EVENTS) -> int:
    """Let the tree grow to the log's end; return its size. Raises LogBroken."""
    while grow_tree(connection, tree) == MOST_RECORDS:
        pass
    return size_of(connection, tree)


def sign_head(
    connection: "Connection[Any]", origin: str, keys: Sequence[SigningKey], home: Path, tree: str = EVENTS
) -> Checkpoint:
    """Sign the head of the tree as it is, and keep it as the newest one. Raises NoLogKey, TreeWentBack."""
    if not keys:
        raise NoLogKey
    size = size_of(connection, tree)
    nodes = nodes_of(connection, size, tree)
    head = Head(origin, size, root(size, nodes))
    require_onward(home, head, nodes, tree)
    checkpoint = signed(head, keys)
    remember(home, checkpoint, tree)
    connection.execute(_KEEP_LATEST, (tree, size, checkpoint.note.whole, datetime.now(UTC)))
    return checkpoint


def publish(connection: "Connection[Any]", tree: str = EVENTS) -> bool:
    """Publish the newest head for ever, if it is not yet; tell whether it was new."""
    return connection.execute(_PUBLISH, (tree,)).rowcount == 1


def turn(connection: "Connection[Any]", house: House, *, now: datetime, last: bool = False) -> int:
    """Do what is due; return the tree's size. ``last``: publish also before its time. Raises Refused, LogBroken."""
    try:
        return _turn(connection, house, EVENTS, now, last=last)
    finally:  # what is wrong with one log must not leave the other unsigned
        _turn(connection, house, READS, now, last=last)


def _turn(connection: "Connection[Any]", house: House, tree: str, now: datetime, *, last: bool) -> int:
    origin = origin_of(house.log.head().log)
    size = catch_up(connection, tree)
    _sign(connection, house, tree, origin if tree == EVENTS else reads_origin(origin))
    if _is_due(connection, tree, now, last=last):
        publish(connection, tree)
        if tree == EVENTS:
            ask_witnesses(connection, now)
    return size


def _sign(connection: "Connection[Any]", house: House, tree: str, origin: str) -> None:
    size, latest = size_of(connection, tree), connection.execute(_LATEST, (tree,)).fetchall()
    if size and (not latest or latest[0][0] < size):
        sign_head(connection, origin, signing_keys(house), house.settings.home, tree)


def _is_due(connection: "Connection[Any]", tree: str, now: datetime, *, last: bool) -> bool:
    published, at = connection.execute(_PUBLISHED, (tree,)).fetchall()[0]
    waited = at is None or now - at >= timedelta(seconds=PUBLISH_SECONDS)
    return size_of(connection, tree) > (published or 0) and (waited or last)


def keep(house: House, stop: threading.Event, told: Callable[[int], None] = lambda _: None) -> None:
    """Keep the tree until ``stop`` is set. Outages pass by themselves; what must not go on is told, again and again."""
    grown = threading.Event()
    listener = Listener(lambda: connect(house.locate, "anjuan_reader"), grown.set)
    try:
        while not stop.is_set():
            try:
                _follow(house, stop, grown, told)
            except (psycopg.OperationalError, Unavailable):  # no server, or it ended our session
                stop.wait(_BACK_OFF_SECONDS)
            except (Refused, LogBroken, BadTile) as reason:
                _log.error("%s: %s", type(reason).__name__, reason)
                stop.wait(_BACK_OFF_SECONDS)
    finally:
        listener.close()


def _follow(house: House, stop: threading.Event, grown: threading.Event, told: Callable[[int], None]) -> None:
    with connect(house.locate, "anjuan_notary") as connection:
        ensure_keys(house)
        known = -1
        while not stop.is_set():
            grown.clear()
            size = turn(connection, house, now=datetime.now(UTC))
            if size != known:
                known = size
                told(size)
            _seal_daily(connection, house)
            stop.wait(_REST_SECONDS)
            grown.wait(1.0)
        turn(connection, house, now=datetime.now(UTC), last=True)


def _seal_daily(connection: "Connection[Any]", house: House) -> None:
    sealed = last_sealed(house.log)
    now = datetime.now(UTC)
    if sealed is None or (
        now - sealed.recorded_at >= timedelta(hours=SEAL_HOURS) and _moved_since(house, sealed.position)
    ):
        seal_heads(connection, house, now)


def _moved_since(house: House, position: int) -> bool:
    return house.log.head().position > position


def keeping_tree(house: House) -> AbstractContextManager[None]:
    """Keep the tree in a thread beside this one."""
    return beside("anjuan-notary", lambda stop: keep(house, stop))
