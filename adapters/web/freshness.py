"""Read your writes: a page waits a little for the view that it, or the next one, is read from."""

import time

from adapters.house import House

_MOST_SECONDS = 2.0
_EVERY_SECONDS = 0.02
_POSITION = "SELECT min(position) AS position FROM views.checkpoint WHERE view = %s HAVING count(*) > 0"


def wait_for_view(house: House, view: str, position: int) -> bool:
    """Wait until the view has folded the position, at most two seconds; tell whether it has.

    Nobody waits for a position that the log has not reached.
    """
    if position > house.log.head().position:
        return False
    until = time.monotonic() + _MOST_SECONDS
    while True:
        found = house.read(_POSITION, (view,))
        if found and found[0]["position"] >= position:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_EVERY_SECONDS)
