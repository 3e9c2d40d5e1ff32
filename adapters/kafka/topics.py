"""Topics as code: what there must be."""

from collections.abc import Sequence

from domain.kernel import Value

PARTITIONS = 6
_DAY_MS = 86_400_000
LOG_PARTITIONS = 8
"""A power of two: each partition is a range of the log's slices."""
RETENTION_DAYS = 30
"""The window for replays on Kafka; over HTTP there is no end to it. What was erased is gone from topics after it."""


class Topic(Value):
    """A topic as it must be. ``reader``: the Kafka user that may read it, ``writer``: that may write to it."""

    name: str
    partitions: int
    settings: dict[str, str]
    reader: str = ""
    writer: str = ""


def progress_topic(prefix: str) -> str:
    """Return the topic, compacted, in which the relay keeps how far it has come."""
    return f"{prefix}.progress"


def feed_topic(prefix: str, department: str) -> str:
    """Return the topic of a department's feed."""
    return f"{prefix}.feed.{department}"


def inbox_topic(prefix: str, department: str) -> str:
    """Return the topic that a department writes its signals to."""
    return f"{prefix}.inbox.{department}"


def log_topic(prefix: str) -> str:
    """Return the topic of the whole log, for views that are fed from Kafka; no department reads it."""
    return f"{prefix}.log"


def wanted(prefix: str, departments: Sequence[str], replicas: int) -> list[Topic]:
    """Return the topics that there must be. A department's Kafka user is called like it."""
    safe = {"min.insync.replicas": str(max(1, replicas - 1))}
    kept = {"retention.ms": str(RETENTION_DAYS * _DAY_MS), **safe}
    feeds = [Topic(feed_topic(prefix, name), PARTITIONS, kept, reader=name) for name in departments]
    # Whatever a department compresses with, the broker writes what every client can read.
    readable = {**kept, "compression.type": "gzip"}
    inboxes = [Topic(inbox_topic(prefix, name), 1, readable, writer=name) for name in departments]
    progress = Topic(progress_topic(prefix), 1, {"cleanup.policy": "compact", **safe})
    log = Topic(log_topic(prefix), LOG_PARTITIONS, {"retention.ms": "-1", **safe})  # views begin at its beginning
    return [progress, log, *feeds, *inboxes]
