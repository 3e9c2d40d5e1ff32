"""Waiting for the log to grow: one question at a time for all who wait, and none while nobody does."""

import asyncio
import time

from adapters.house import House
from domain.errors import Unavailable

_POLL_SECONDS = 0.1


class Growth:
    """Knows where the log ends, while somebody waits for it to go on."""

    def __init__(self, house: House) -> None:
        """Wait for this log."""
        self._house = house
        self._position = 0
        self._asking: asyncio.Task[None] | None = None

    async def beyond(self, position: int, until: float) -> bool:
        """Return True once the log is beyond the position, False when the time is over (of ``time.monotonic``)."""
        while time.monotonic() < until:
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask())
            await asyncio.shield(self._asking)
            if self._position > position:
                return True
        return False

    async def _ask(self) -> None:
        await asyncio.sleep(_POLL_SECONDS)
        try:
            head = await asyncio.to_thread(self._house.log.head)
        except Unavailable:  # those who wait go on waiting; their own next read tells them
            return
        self._position = head.position
