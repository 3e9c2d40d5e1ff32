"""The tables of views that are fed from Kafka, and how far each partition is in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from adapters.kafka.topics import LOG_PARTITIONS
from adapters.kafka_views.messages import slices_of
from adapters.projector.asides import named_without_schema, open_to_readers
from adapters.projector.comparing import Copy
from adapters.projector.tables import LOCK, NewerView
from domain.errors import Refused
from domain.kernel import Value
from projections.registry import VIEWS
from projections.shape import View

SCHEMA = "views_kafka"
FROM_KAFKA = Copy(
    schema=SCHEMA,
    ranges="SELECT lo, hi, position FROM views.kafka_checkpoint WHERE view = %s AND version = %s ORDER BY lo",
    parked="SELECT count(*) FROM views.kafka_checkpoint WHERE view = %s AND fault <> ''",
)
_KNOWN = "SELECT DISTINCT view, version FROM views.kafka_checkpoint"
_BEGIN = "INSERT INTO views.kafka_checkpoint (view, partition, version, lo, hi) VALUES (%s, %s, %s, %s, %s)"
_NEXT = """
SELECT partition, min(next) FROM views.kafka_checkpoint
 WHERE view = ANY(%s) AND partition = ANY(%s) AND fault = '' GROUP BY partition
"""
# Locked in one order, by whoever comes first: a second worker that still thinks it owns the partition waits for that.
_HELD = """
SELECT view, position FROM views.kafka_checkpoint
 WHERE view = ANY(%s) AND partition = %s AND fault = '' ORDER BY view FOR UPDATE
"""
_MOVE = """
UPDATE views.kafka_checkpoint SET next = %s, position = %s, moved_at = clock_timestamp()
 WHERE view = ANY(%s) AND partition = %s
"""
_FAULT = "UPDATE views.kafka_checkpoint SET fault = %s WHERE view = %s AND partition = %s"
_RETRY = "UPDATE views.kafka_checkpoint SET fault = '' WHERE fault <> ''"
_STANDING = """
SELECT view, partition, version, next, position, moved_at, fault FROM views.kafka_checkpoint ORDER BY view, partition
"""


class NotOfStreams(Refused):
    """Rows of the view belong to several streams: partitions cannot be folded apart from each other."""

    code = "VIEW_NOT_BY_STREAM"
    zh = "该视图不能按分区构建"
    en = "The view cannot be folded by partitions"


class Fed(Value, omit_defaults=False):
    """How far a partition is in a view. ``fault``: why it stands still."""

    view: str
    partition: int
    version: int
    next: int
    position: int
    moved_at: datetime
    fault: str


def feedable(names: Iterable[str] = ()) -> list[View]:
    """Return these views, or all that can be fed from Kafka. Raises NotOfStreams, KeyError."""
    chosen = [VIEWS[name] for name in names]
    for view in chosen:
        if not view.by_stream:
            raise NotOfStreams(view.name)
    return chosen or [view for view in VIEWS.values() if view.by_stream]


def prepare(connection: "Connection[Any]", views: Sequence[View]) -> None:
    """Make the tables of new views, and those of older versions anew: they begin with the topic. Raises NewerView."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        known: dict[str, int] = dict(connection.execute(_KNOWN).fetchall())
        for view in views:
            if known.get(view.name, 0) > view.version:
                raise NewerView(view.name)
            if known.get(view.name) != view.version:
                _make(connection, view)
        open_to_readers(connection, SCHEMA)


def _make(connection: "Connection[Any]", view: View) -> None:
    connection.execute("DELETE FROM views.kafka_checkpoint WHERE view = %s", (view.name,))
    for table in view.tables:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(SCHEMA, table.name)))
    with named_without_schema(connection, SCHEMA):
        connection.execute(view.schema().encode())
    for partition in range(LOG_PARTITIONS):
        slices = slices_of(partition)
        connection.execute(_BEGIN, (view.name, partition, view.version, slices.lo, slices.hi))


def begin_at(connection: "Connection[Any]", views: Sequence[View], partitions: Sequence[int]) -> Mapping[int, int]:
    """Return the offset to go on from, by partition; 0 where no view stands."""
    found = connection.execute(_NEXT, ([view.name for view in views], list(partitions))).fetchall()
    return dict.fromkeys(partitions, 0) | dict(found)


def hold(connection: "Connection[Any]", views: Sequence[View], partition: int) -> dict[str, int]:
    """Return the position of each view in the partition, without those that stand still; nobody else moves them now."""
    return dict(connection.execute(_HELD, ([view.name for view in views], partition)).fetchall())


def move(connection: "Connection[Any]", views: Sequence[str], partition: int, to: tuple[int, int]) -> None:
    """Write how far they are. ``to``: the next offset, and the last position."""
    connection.execute(_MOVE, (*to, list(views), partition))


def stand_still(connection: "Connection[Any]", view: str, partition: int, fault: str) -> None:
    """Let a view rest in a partition until somebody has looked."""
    connection.execute(_FAULT, (fault, view, partition))


def retry(connection: "Connection[Any]") -> int:
    """Let all views go on; return how many partitions of them stood still."""
    return connection.execute(_RETRY).rowcount


def standing(connection: "Connection[Any]") -> list[Fed]:
    """Return how far all are."""
    return [Fed(*row) for row in connection.execute(_STANDING).fetchall()]
