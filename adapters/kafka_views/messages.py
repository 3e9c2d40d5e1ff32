"""The log in a topic: each event a message, keyed by its stream, in the partition of the stream's slice.

States hold commitments in place of personal values, so none gets into the topic; a view that reads them has them opened
from the database, as ever. Each message names the position of the one before it in its partition: whoever folds can
tell that none is missing, and none comes twice.
"""

from datetime import datetime
from typing import Any, NamedTuple

from adapters.kafka.producing import Record
from adapters.kafka.topics import LOG_PARTITIONS
from adapters.projector.batch import Row
from projections.slices import SLICES, Range, slice_of

_WIDTH = SLICES // LOG_PARTITIONS


class Placed(NamedTuple):
    """An event as it lies in its partition. ``before``: the position of the one before it there, 0 for the first."""

    offset: int
    before: int
    row: Row


def partition_of(stream: str) -> int:
    """Return the partition of a stream."""
    return slice_of(stream) // _WIDTH


def slices_of(partition: int) -> Range:
    """Return the slices whose streams lie in a partition."""
    return Range(partition * _WIDTH, (partition + 1) * _WIDTH)


def record_of(topic: str, row: Row, partition: int, before: int) -> Record:
    """Return the message of an event."""
    position, stream, seq, type_, schema, recorded_at, state = row
    told = {
        "position": str(position),
        "before": str(before),
        "seq": str(seq),
        "type": type_,
        "schema": str(schema),
        "recorded_at": recorded_at.isoformat(),
    }
    return Record(topic, stream.encode(), state, [(name, text.encode()) for name, text in told.items()], partition)


def placed(message: Any) -> Placed:  # noqa: ANN401 the library publishes no types
    """Return the event of a message, as kafka-python gives it."""
    told = {name: value.decode() for name, value in message.headers}
    recorded_at = datetime.fromisoformat(told["recorded_at"])
    what = (int(told["seq"]), told["type"], int(told["schema"]), recorded_at, message.value)
    return Placed(message.offset, int(told["before"]), (int(told["position"]), message.key.decode(), *what))
