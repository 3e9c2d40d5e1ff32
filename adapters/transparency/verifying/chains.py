"""Records one after the other, without their states: positions, versions, chains and times."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from adapters.transparency.verifying.findings import FaultCode, Finding


class Link(NamedTuple):
    """What a record tells of its place. ``whole``: its bytes are canonical."""

    log: str
    position: int
    stream: str
    seq: int
    prev: str
    at: datetime
    whole: bool


class Chains:
    """Takes records in the order of positions."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.log = ""
        self.last = 0
        self.tips: dict[str, tuple[int, str]] = {}
        self.findings: list[Finding] = []
        self._at: datetime | None = None

    def take(self, link: Link, record: bytes) -> None:
        """Take the next record."""
        self.log = self.log or link.log
        seq, digest = self.tips.get(link.stream, (0, ""))
        faults: dict[FaultCode, bool] = {
            "POSITION_MISSING": link.position != self.last + 1,
            "RECORD_ALTERED": not link.whole or link.log != self.log,
            "VERSION_MISSING": link.seq != seq + 1,
            "CHAIN_BROKEN": link.prev != digest,
            "TIME_WENT_BACK": self._at is not None and link.at < self._at,
        }
        self.findings += [
            Finding(code=code, position=self.last + 1, detail=link.stream) for code, bad in faults.items() if bad
        ]
        self.last, self._at = link.position, link.at
        self.tips[link.stream] = link.seq, sha256(record).hexdigest()
