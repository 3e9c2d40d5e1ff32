"""What was drawn of the decisions under a grant, by whom, with which seed, and what the inspections found."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec

from domain.authority.events import SampleDrawn, SampleInspected
from domain.kernel import Recorded
from projections.shape import Key, View, Working, rows_of

_STREAM = "sample-"


class SampleRow(msgspec.Struct, gc=False):
    """A sample, fields in the order of the columns. ``drawn``, ``inspected``: numbers of cases."""

    sample_id: str
    grant_id: str
    since: date
    until: date
    percent: int
    population: int
    drawn: int
    inspected: int
    seed: str
    digest: str
    upto: int
    drawn_at: datetime
    drawn_by: str
    position: int


class SampleCaseRow(msgspec.Struct, gc=False):
    """A case of a sample; the newest inspection, where there was one."""

    sample_id: str
    case_id: str
    outcome: str = ""
    finding: str = ""
    inspector: str = ""
    inspected_at: datetime | None = None


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the rows of the sample and of the inspected case."""
    if not isinstance(recorded.event, SampleInspected):
        return ()
    sample = recorded.stream.removeprefix(_STREAM)
    return (("samples", (sample,)), ("sample_cases", (sample, recorded.event.case)))


def fold(rows: Working, recorded: Recorded) -> None:
    """Add a sample with its cases, or what an inspection found."""
    event = recorded.event
    sample = recorded.stream.removeprefix(_STREAM)
    if isinstance(event, SampleDrawn):
        rows["samples"].put((sample,), _sample(sample, recorded, event))
        for case_id in event.cases:
            rows["sample_cases"].put((sample, case_id), SampleCaseRow(sample, case_id))
    elif isinstance(event, SampleInspected):
        row, whole = rows["sample_cases"].get((sample, event.case)), rows["samples"].get((sample,))
        whole.inspected += row.inspected_at is None
        row.outcome, row.finding, row.inspector = event.outcome, event.finding, event.inspector
        row.inspected_at = recorded.meta.occurred_at
        rows["sample_cases"].put((sample, event.case), row)
        rows["samples"].put((sample,), whole)


def _sample(sample: str, recorded: Recorded, event: SampleDrawn) -> SampleRow:
    return SampleRow(
        sample_id=sample,
        grant_id=event.grant,
        since=event.since,
        until=event.until,
        percent=event.percent,
        population=event.population,
        drawn=len(event.cases),
        inspected=0,
        seed=event.seed,
        digest=event.population_digest,
        upto=event.upto,
        drawn_at=recorded.meta.occurred_at,
        drawn_by=recorded.meta.post,
        position=recorded.position,
    )


SAMPLES = View(
    name="samples",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("samples", SampleRow, "text text date date int4 int4 int4 int4 text text int8 timestamptz text int8"),
        rows_of("sample_cases", SampleCaseRow, "text text text text text timestamptz", key=2),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset({SampleDrawn, SampleInspected}),
)
