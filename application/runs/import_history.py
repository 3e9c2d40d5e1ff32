"""Histories of older systems in: a trace becomes one case, whole or not at all, under a command id made of its content.

So importing the same file again writes nothing, an import that was killed goes on where it stopped, and a trace that
changed since is told as a conflict instead of being mixed into the case.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from application.history import Activity, HistoryDamaged, Trace, backward_steps
from application.ports import Append, Appended, Conflict, EventLog, Write, case_stream
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.kernel import CaseId, Event, Fact, Meta, Value

BATCH_TRACES = 200
BATCH_EVENTS = 5_000
SOURCE = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}")
"""Names of sources have no hyphen, so that ``legacy-SOURCE-TRACE`` can be read in one way only."""

_STARTS = "startdate"
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_OTHER = re.compile(r"[^a-z0-9]+")
_encode = msgspec.json.Encoder(order="sorted").encode


class Imported(Value):
    """What came of an import so far. ``conflicts``: numbers of traces whose case is there with another content."""

    traces: int = 0
    events: int = 0
    repeated: int = 0
    backward: int = 0
    conflicts: tuple[int, ...] = ()


def import_history(log: EventLog, source: str, traces: Iterable[Trace], now: datetime) -> Iterator[Imported]:
    """Write the traces, many in a transaction; after each, yield what came of it so far.

    ``now`` dates a trace that says no time at all. Raises HistoryDamaged after the traces before the damage are
    written, and Unavailable.
    """
    imported = Imported()
    for batch in batches(traces):
        appends = [append_of(source, trace, now) for trace in batch]
        for trace, outcome in zip(batch, log.append_many(appends), strict=True):
            imported = _counted(imported, trace, outcome)
        yield imported


def batches(traces: Iterable[Trace]) -> Iterator[list[Trace]]:
    """Give out bounded lists of traces; before a damage is told, those that were whole."""
    batch: list[Trace] = []
    size = 0
    try:
        for trace in traces:
            batch.append(trace)
            size += 1 + len(trace.activities)
            if len(batch) == BATCH_TRACES or size >= BATCH_EVENTS:
                yield batch
                batch, size = [], 0
    except HistoryDamaged:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def source_named(text: str) -> str:
    """Return a name for a source, made from a file's name."""
    name = _OTHER.sub("_", text.lower()).strip("_")[:40].strip("_")
    return name if SOURCE.fullmatch(name) else f"log_{_digest(text)[:8]}"


def append_of(source: str, trace: Trace, now: datetime) -> Append:
    """Return the append that makes the trace a case."""
    case_id = legacy_id(source, trace.case_id)
    digest = _digest([trace.case_id, trace.attributes, trace.activities])
    command_id = f"import:{source}:{digest}"
    opened = LegacyCaseOpened(case_id=case_id, number=trace.case_id, source=source, attributes=trace.attributes)
    happened: list[tuple[Event, datetime, str]] = [(opened, _opened_at(trace, now), "system")]
    happened += [(_recorded(activity), activity.at, f"legacy:{activity.resource}") for activity in trace.activities]
    facts = tuple(
        Fact(event, Meta(event_id=f"{command_id}.{number}", occurred_at=at, actor=actor, command_id=command_id))
        for number, (event, at, actor) in enumerate(happened, 1)
    )
    return Append(command_id=command_id, fingerprint=digest, writes=(Write(case_stream(case_id), 0, facts),))


def legacy_id(source: str, trace_id: str) -> CaseId:
    """Return the id of an imported case: readable where the trace's own id can be part of an address."""
    if _PLAIN.fullmatch(trace_id):
        return CaseId(f"legacy-{source}-{trace_id}")
    slug = _OTHER.sub("-", trace_id.lower()).strip("-")[:60].strip("-")
    return CaseId("-".join(filter(None, ("legacy", source, slug, _digest(trace_id)[:16]))))


def _recorded(activity: Activity) -> LegacyActivityRecorded:
    return LegacyActivityRecorded(
        activity=activity.name,
        lifecycle=activity.lifecycle,
        resource=activity.resource,
        at_text=activity.at_text,
        attributes=activity.attributes,
    )


def _opened_at(trace: Trace, now: datetime) -> datetime:
    """When the case began, as its start date says; else with its first activity."""
    starts = [a.value for a in trace.attributes if (a.key, a.kind) == (_STARTS, "date")]
    moment = _moment(starts[0]) if starts else None
    if moment is not None:
        return moment
    return trace.activities[0].at if trace.activities else now


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _counted(imported: Imported, trace: Trace, outcome: Appended | Conflict) -> Imported:
    conflict = isinstance(outcome, Conflict)
    repeated = isinstance(outcome, Appended) and outcome.repeated
    return Imported(
        traces=imported.traces + 1,
        events=imported.events + (0 if conflict or repeated else 1 + len(trace.activities)),
        repeated=imported.repeated + repeated,
        backward=imported.backward + backward_steps(trace),
        conflicts=(*imported.conflicts, trace.number) if conflict else imported.conflicts,
    )


def _digest(content: object) -> str:
    return sha256(_encode(content)).hexdigest()
