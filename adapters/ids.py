"""New ids: UUIDv7 (RFC 9562), ordered by time, so that indexes grow at their end."""

import secrets
import time
from uuid import UUID


def new_id() -> str:
    """Return a new UUIDv7 as text."""
    millis = time.time_ns() // 1_000_000
    number = (millis << 80) | secrets.randbits(80)
    number &= ~(0xF << 76) & ~(0x3 << 62)
    return str(UUID(int=number | (7 << 76) | (2 << 62)))
