"""Events by which the log vouches for itself: the heads of all streams, and the keys that sign the log's own heads."""

from typing import ClassVar

from domain.kernel import Event

HEADS = "log-heads"
KEYS = "log-keys"
"""Names of the two streams."""


class HeadsSealed(Event):
    """The last version of every stream at ``position``, as one root: an end that was cut off a stream shows.

    ``root``: RFC 6962 root, in hex, over one entry for each of the ``streams``, in the order of their names' bytes.
    """

    TYPE: ClassVar = "heads.sealed"
    position: int
    streams: int
    root: str


class LogKeyIntroduced(Event):
    """From here on the log's heads are signed with this key. ``key``: its public part, as note tools read it."""

    TYPE: ClassVar = "log_key.introduced"
    key: str


class LogKeyRetired(Event):
    """No head of a larger log than this event's position is signed with the key any more."""

    TYPE: ClassVar = "log_key.retired"
    key: str
    reason: str


ATTESTING_EVENTS: dict[str, type[Event]] = {cls.TYPE: cls for cls in (HeadsSealed, LogKeyIntroduced, LogKeyRetired)}
