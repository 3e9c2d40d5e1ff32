"""What Prometheus reads of the log, its views and who folds them."""

from collections import Counter
from collections.abc import Iterable, Iterator

from adapters.house import House
from adapters.operating.builds import Build, builds
from adapters.operating.exchange import of_exchange
from adapters.operating.metrics import Kind, Labels, Metric, Sample, text_of
from adapters.operating.seen import Projection, RangeHeld, WorkerSeen, projections, ranges, workers
from adapters.projector.told import BUCKETS


def exposition(house: House, answers: "Counter[int]") -> str:
    """Return all metrics of a house. Raises Unavailable."""
    seen, told, held, building = projections(house), workers(house), ranges(house), builds(house)
    views = [*_of_server(seen, answers), *_of_views(seen), *_of_builds(building)]
    return text_of([*views, *of_workers(told), *_of_ranges(held), *of_exchange(house)])


def _of_server(seen: list[Projection], answers: "Counter[int]") -> list[Metric]:
    statuses = [Sample(number, (("status", str(status)),)) for status, number in sorted(answers.items())]
    head = max(each.position + each.lag for each in seen)
    return [
        Metric("anjuan_http_answers_total", "counter", "HTTP answers by status.", statuses),
        Metric("anjuan_log_position", "gauge", "The last position of the log.", [Sample(head)]),
    ]


def _of_views(seen: list[Projection]) -> list[Metric]:
    def gauge(name: str, about: str, values: Iterable[float]) -> Metric:
        samples = [Sample(value, (("view", each.view),)) for each, value in zip(seen, values, strict=True)]
        return Metric(f"anjuan_view_{name}", "gauge", about, samples)

    stale = "Seconds since the view last moved while there was something to fold; 0 when it is level."
    return [
        gauge("lag_events", "Events that the view has not folded.", (each.lag for each in seen)),
        gauge("lag_seconds", "From its last event to the last of the log.", (each.behind for each in seen)),
        gauge("stale_seconds", stale, (each.stale for each in seen)),
        gauge("parked_events", "Events that it could not digest, and those behind.", (each.parked for each in seen)),
        gauge("paused", "1 while an operator has paused the view.", (each.paused for each in seen)),
    ]


def of_workers(told: list[WorkerSeen]) -> list[Metric]:
    """Counts of those that are alive; gaps of all of the last hour, since a worker that sees one ends."""
    alive = [each for each in told if each.alive]

    def each_one(name: str, kind: Kind, about: str, values: Iterable[float]) -> Metric:
        samples = [Sample(value, _labels(each)) for each, value in zip(alive, values, strict=True)]
        return Metric(f"anjuan_worker_{name}", kind, about, samples)

    gaps = sum(each.gaps for each in told)
    return [
        Metric("anjuan_workers", "gauge", "Workers that are alive.", [Sample(len(alive))]),
        each_one("steps_total", "counter", "Steps that folded something.", (each.steps for each in alive)),
        each_one("events_total", "counter", "Events passed.", (each.events for each in alive)),
        each_one("last_batch_events", "gauge", "Events of the last step.", (each.last_events for each in alive)),
        each_one("lease_denials_total", "counter", "Steps undone by a lost lease.", (each.denials for each in alive)),
        _step_times(alive),
        Metric("anjuan_gap_assertions_total", "counter", "Holes seen in the log; always 0.", [Sample(gaps)]),
    ]


def _step_times(alive: list[WorkerSeen]) -> Metric:
    samples = [sample for each in alive for sample in _histogram(each)]
    return Metric("anjuan_worker_step_seconds", "histogram", "How long steps took.", samples)


def _histogram(worker: WorkerSeen) -> Iterator[Sample]:
    """Buckets are cumulative here; the worker tells each by itself."""
    counts = worker.buckets or (0,) * (len(BUCKETS) + 1)
    total, labels = 0, _labels(worker)
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        total += count
        yield Sample(total, (*labels, ("le", bound)), "_bucket")
    yield Sample(worker.seconds, labels, "_sum")
    yield Sample(total, labels, "_count")


def _labels(worker: WorkerSeen) -> Labels:
    return (("worker", worker.worker),)


def _of_ranges(held: list[RangeHeld]) -> list[Metric]:
    def of(each: RangeHeld) -> Labels:
        return (("lane", each.lane), ("slices", f"{each.lo}-{each.hi}"))

    owned = [Sample(bool(each.owner), of(each)) for each in held]
    age = [Sample(each.age, of(each)) for each in held if each.age is not None]
    expires = [Sample(each.expires, of(each)) for each in held if each.expires is not None]
    return [
        Metric("anjuan_lease_owned", "gauge", "1 while a worker owns the range of slices.", owned),
        Metric("anjuan_lease_age_seconds", "gauge", "Since its owner took the range.", age),
        Metric("anjuan_lease_expires_seconds", "gauge", "Until the lease runs out; below 0 it has.", expires),
    ]


def _of_builds(building: list[Build]) -> list[Metric]:
    """A view that two builds are of is told by the younger one."""
    shares = {view: each.share for each in building if each.purpose == "rebuild" for view in each.views}
    progress = [Sample(part, (("view", view),)) for view, part in sorted(shares.items())]
    running = sum(each.running for each in building)
    return [
        Metric("anjuan_builds", "gauge", "Builds beside the live views that are under way.", [Sample(running)]),
        Metric("anjuan_rebuild_progress", "gauge", "How much of a rebuild is filled, 0 to 1.", progress),
    ]
