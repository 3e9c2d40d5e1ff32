"""The timekeeper as a service: looks again and again at the clocks that have come to their moment.

Any number may run beside each other: what one has recorded, another one's command finds done.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

import msgspec

from adapters.beside import beside
from adapters.house import House
from application.reactions.timekeeper import Kept, RunningDuty, keep_time, timekeeper_of
from domain.errors import Refused, Unavailable
from projections.views.duties.queries import to_tell

POLL_SECONDS = 5.0
_PAGE = 200
_log = logging.getLogger("anjuan.timekeeper")


class NoTimekeeper(Refused):
    """The bureau has no such post, so nobody could be named in the log."""

    code = "NO_TIMEKEEPER"
    zh = "本单位没有时限监督岗"
    en = "The bureau has no timekeeper post"


def keep_round(house: House, stopped: Callable[[], bool] = lambda: False) -> Kept:
    """Look once at every clock whose moment has come, or as far as it gets. Raises NoTimekeeper, Unavailable."""
    bureau = house.cases.bureau
    post = timekeeper_of(bureau.now().posts) or timekeeper_of(bureau.refresh().posts)
    if post is None:
        raise NoTimekeeper
    now, total = house.now(), Kept()
    for duties in _pages(house, now):
        total = _sum(total, keep_time(house.handle, duties, post, now))
        if stopped():
            break
    return total


def keep(house: House, stop: threading.Event, told: Callable[[Kept], None] = lambda _: None) -> None:
    """Keep time until ``stop`` is set. Outages pass by themselves; refusals are told to the program's log."""
    while not stop.is_set():
        try:
            kept = keep_round(house, stop.is_set)
        except (NoTimekeeper, Unavailable) as reason:
            _log.warning("%s", reason.code)
        else:
            if kept.looked_at:
                told(kept)
            if kept.refused:
                _log.warning("refused: %s", kept.refused)
        stop.wait(POLL_SECONDS)


def keeping_time(house: House) -> AbstractContextManager[None]:
    """Keep time in a thread beside this one."""
    return beside("anjuan-timekeeper", lambda stop: keep(house, stop))


def _pages(house: House, now: datetime) -> Iterator[list[RunningDuty]]:
    """By key, not by what is left: the view may not have folded yet what was just recorded."""
    after = None
    if not house.read("SELECT to_regclass('views.duties') AS found")[0]["found"]:
        return  # nobody has served this house yet
    while rows := house.read(*to_tell(now, _PAGE, after)):
        yield [msgspec.convert(row, RunningDuty) for row in rows]
        after = (rows[-1]["next_at"], rows[-1]["seq"])


def _sum(one: Kept, other: Kept) -> Kept:
    counts = {name: getattr(one, name) + getattr(other, name) for name in Kept.__struct_fields__[:-1]}
    codes = one.refused.keys() | other.refused.keys()
    refused = {code: one.refused.get(code, 0) + other.refused.get(code, 0) for code in sorted(codes)}
    return Kept(**counts, refused=refused)
