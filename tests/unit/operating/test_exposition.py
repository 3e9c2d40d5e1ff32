"""Metrics as text: what a strict reader takes, and what it must refuse."""

from datetime import UTC, datetime

import pytest

from adapters.operating.exposition import of_workers
from adapters.operating.metrics import Metric, Sample, text_of
from adapters.operating.seen import WorkerSeen
from adapters.projector.told import BUCKETS
from tests.support.prometheus import parse

AT = datetime(2026, 3, 2, tzinfo=UTC)


def worker(name: str, buckets: tuple[int, ...], *, alive: bool = True, gaps: int = 0) -> WorkerSeen:
    return WorkerSeen(
        worker=name,
        alive=alive,
        seen=0.2,
        started_at=AT,
        steps=sum(buckets),
        events=70,
        seconds=1.25,
        buckets=buckets,
        last_events=30,
        last_seconds=0.02,
        denials=2,
        gaps=gaps,
    )


def test_steps_become_a_cumulative_histogram() -> None:
    told = (1, 0, 2, 0, 0, 0, 0, 0, 4)
    found = parse(text_of(of_workers([worker("w-1", told)])))["anjuan_worker_step_seconds"]
    assert found.value(le="0.005") == 1
    assert found.value(le="0.025") == 3
    assert found.value(le="1.0") == 3
    assert found.value(le="+Inf") == 7
    assert found.samples["anjuan_worker_step_seconds_sum", frozenset({("worker", "w-1")})] == 1.25
    assert found.samples["anjuan_worker_step_seconds_count", frozenset({("worker", "w-1")})] == 7


def test_a_worker_that_has_told_nothing_yet_has_empty_buckets() -> None:
    found = parse(text_of(of_workers([worker("w-1", ())])))["anjuan_worker_step_seconds"]
    assert found.value(le="+Inf") == 0
    assert len(found.samples) == len(BUCKETS) + 3


def test_a_gap_is_counted_after_the_worker_that_saw_it_has_ended() -> None:
    families = parse(text_of(of_workers([worker("w-1", ()), worker("w-2", (), alive=False, gaps=1)])))
    assert families["anjuan_gap_assertions_total"].value() == 1
    assert families["anjuan_workers"].value() == 1
    assert families["anjuan_worker_lease_denials_total"].samples == {
        ("anjuan_worker_lease_denials_total", frozenset({("worker", "w-1")})): 2
    }


def test_labels_are_escaped() -> None:
    odd = 'a"b\\c\nd'
    text = text_of([Metric("x", "gauge", "About.", [Sample(0.5, (("name", odd),))])])
    assert text == '# HELP x About.\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} 0.5\n'
    assert parse(text)["x"].kind == "gauge"


def test_a_family_without_samples_is_left_out() -> None:
    assert text_of([Metric("x", "gauge", "About.", [])]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "# HELP x A\n# TYPE x gauge\nx 1",
        "# HELP x A\nx 1\n",
        "# HELP x A\n# TYPE x gauge\ny 1\n",
        "# HELP x A\n# TYPE x gauge\nx 1\nx 2\n",
        "# HELP x A\n# TYPE x gauge\nx one\n",
        "# HELP x A\n# TYPE x gauge\nx{a=b} 1\n",
        '# HELP x A\n# TYPE x gauge\nx{a="b" c="d"} 1\n',
        "# HELP x A\n# TYPE x counter\nx 1\n",
        "# HELP x_total A\n# TYPE x_total counter\nx_total -1\n",
        '# HELP x A\n# TYPE x histogram\nx_bucket{le="1"} 2\nx_bucket{le="+Inf"} 1\nx_sum 1\nx_count 1\n',
        '# HELP x A\n# TYPE x histogram\nx_bucket{le="+Inf"} 1\nx_sum 1\nx_count 2\n',
    ],
)
def test_the_reader_is_strict(text: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        parse(text)
