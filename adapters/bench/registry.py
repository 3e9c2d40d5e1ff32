"""The benches by name, in the order of the table."""

from collections.abc import Callable

from adapters.bench import append, bulk, callers, catch_up, decisions, duties, http_commands, lookups, replay
from adapters.bench.ground import Ground
from adapters.bench.measure import Bar, Plan

BENCHES: dict[str, Callable[[Ground, Plan], list[Bar]]] = {
    "append": append.measure,
    "callers": callers.measure,
    "decisions": decisions.measure,
    "bulk": bulk.measure,
    "catch-up": catch_up.measure,
    "replay": replay.measure,
    "duties": duties.measure,
    "http": http_commands.measure,
    "lookups": lookups.measure,
}
