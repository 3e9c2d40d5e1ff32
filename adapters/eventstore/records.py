"""The record of an event: the small, public line that is hashed, chained and later a leaf of the transparency log."""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from adapters.eventstore.prepared import PreparedEvent


class StreamRecords:
    """Makes the records of one stream, one after the other; what they share is written once.

    ``seq`` and ``digest`` (hex, empty before the first) are those of the last record made.
    """

    __slots__ = ("_after", "_before", "_between", "digest", "seq")

    def __init__(self, log: str, recorded_at: str, stream: str, seq: int, digest: str) -> None:
        """Go on after version ``seq``. ``recorded_at`` comes from ``time_text``."""
        # No value needs escaping, by the checks of the columns that they go to.
        self._before = f'{{"log":"{log}","position":'
        self._between = f'","recorded_at":"{recorded_at}","schema":'
        self._after = f'","stream":"{stream}","type":"'
        self.seq = seq
        self.digest = digest

    def record(self, position: int, event: PreparedEvent) -> bytes:
        """Return the next record as canonical JSON: the same bytes that ``log.append`` makes in the database."""
        stored_type, schema, state, _ = event
        self.seq = seq = self.seq + 1
        record = (
            f'{self._before}{position},"prev":"{self.digest}{self._between}{schema},"seq":{seq},'
            f'"state":"{sha256(state).hexdigest()}{self._after}{stored_type}","v":1}}'
        ).encode()
        self.digest = sha256(record).hexdigest()
        return record


@lru_cache(maxsize=64)
def time_text(at: datetime) -> str:
    """Return a UTC moment with six decimals and Z. The events of a batch share one."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
