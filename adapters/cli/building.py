"""Progress of what is built beside: a bar with rate and time left on a terminal, a line every few seconds elsewhere."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from adapters.cli.progress import Bar, bars, say
from adapters.operating.builds import seconds_left, share_of, speed
from adapters.projector.asides import Aside, Stage
from projections.shape import View

LINE_SECONDS = 5.0
_STAGES: dict[Stage, str] = {"filling": "填充 filling", "indexing": "建索引 indexing", "ready": "比对切换 comparing"}
_MOST_NAMES = 1


class Building:
    """Shows how far an aside is."""

    def __init__(self, text: str, bar: Bar | None) -> None:
        """Show it in the bar; without one, in lines."""
        self._text = text
        self._bar = bar
        self._began: tuple[float, int] | None = None
        self._said = time.monotonic()

    def at(self, aside: Aside) -> None:
        """So far it is."""
        now = time.monotonic()
        self._began = self._began or (now, aside.events)
        if self._bar is not None:
            self._bar.told(f"{self._text} {_STAGES[aside.stage]}", max(aside.target, aside.events))
            self._bar.at(aside.events)
        elif now - self._said >= LINE_SECONDS:
            self._said = now
            say(line_of(self._text, aside, speed(aside.events - self._began[1], now - self._began[0])))


def line_of(text: str, aside: Aside, rate: float) -> str:
    """Return the progress as a line. ``rate``: events a second."""
    left = seconds_left(aside.target - aside.events, rate) if aside.stage == "filling" else None
    until = f"，剩余 left {timedelta(seconds=round(left))}" if left is not None else ""
    done = f"{aside.events:,}/{aside.target:,} {share_of(aside):.0%}"
    return f"{text} {_STAGES[aside.stage]}: {done}，{rate:,.0f}/s{until}"


@contextmanager
def building(what: str, views: Sequence[View]) -> Iterator[Building]:
    """Give a place to show progress while the views are built."""
    names = [view.name for view in views]
    more = f" +{len(names) - _MOST_NAMES}" if len(names) > _MOST_NAMES else ""
    text = f"{what} {', '.join(names[:_MOST_NAMES])}{more}"
    if not sys.stderr.isatty():
        yield Building(text, None)
        return
    with bars() as shown:
        bar = shown.bar(text)
        yield Building(text, bar)
        bar.complete()
