"""Imported histories out again, in the order in which they came in: the log is read once, one case in memory."""

from collections.abc import Callable, Iterator

from application.history import Activity, Trace
from application.ports import EventLog
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.kernel import Recorded

BATCH_EVENTS = 5_000

Progress = Callable[[int], None]
"""Is told the position read so far."""


class ManySources(Exception):
    """Cases of more than one source would be mixed, and their numbers may clash. ``sources``: the first two found."""

    def __init__(self, *sources: str) -> None:
        """Keep the names."""
        super().__init__(", ".join(sources))
        self.sources = sources


def export_history(log: EventLog, source: str = "", progress: Progress = lambda _: None) -> Iterator[Trace]:
    """Give the traces of a source as they were imported. Without a name: of the only one, or raises ManySources."""
    found, number = source, 0
    for opened, activities in _cases(log, progress):
        if source and opened.source != source:
            continue
        if found and opened.source != found:
            raise ManySources(found, opened.source)
        found, number = opened.source, number + 1
        yield Trace(opened.number, opened.attributes, tuple(activities), number)


def _cases(log: EventLog, progress: Progress) -> Iterator[tuple[LegacyCaseOpened, list[Activity]]]:
    """An import writes a case in one piece, so its events stand together in the log."""
    opened: LegacyCaseOpened | None = None
    stream = ""
    activities: list[Activity] = []
    for recorded in _events(log, progress):
        event = recorded.event
        if isinstance(event, LegacyCaseOpened):
            if opened is not None:
                yield opened, activities
            opened, stream, activities = event, recorded.stream, []
        elif isinstance(event, LegacyActivityRecorded) and recorded.stream == stream:
            activities.append(_activity(event, recorded))
    if opened is not None:
        yield opened, activities


def _events(log: EventLog, progress: Progress) -> Iterator[Recorded]:
    after = 0
    while batch := log.read(after, BATCH_EVENTS):
        yield from batch
        after = batch[-1].position
        progress(after)


def _activity(event: LegacyActivityRecorded, recorded: Recorded) -> Activity:
    return Activity(
        name=event.activity,
        lifecycle=event.lifecycle,
        resource=event.resource,
        at=recorded.meta.occurred_at,
        at_text=event.at_text,
        attributes=event.attributes,
    )
