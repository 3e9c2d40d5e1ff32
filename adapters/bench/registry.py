"""The benches by name, in the order of the table."""

from collections.abc import Callable

from adapters.bench import (
    append,
    bulk,
    callers,
    catch_up,
    decisions,
    duties,
    feed_backfill,
    feed_lag,
    http_commands,
    inbox,
    live,
    lookups,
    million,
    proofs,
    rebuild,
    relaying,
    replay,
    sealing,
)
from adapters.bench.ground import Ground
from adapters.bench.measure import Bar, Plan

BENCHES: dict[str, Callable[[Ground, Plan], list[Bar]]] = {
    "append": append.measure,
    "callers": callers.measure,
    "decisions": decisions.measure,
    "bulk": bulk.measure,
    "catch-up": catch_up.measure,
    "rebuild": rebuild.measure,
    "live": live.measure,
    "replay": replay.measure,
    "duties": duties.measure,
    "http": http_commands.measure,
    "lookups": lookups.measure,
    "proofs": proofs.measure,
    "sealing": sealing.measure,
    "feed-http": feed_backfill.measure,
    "relay": relaying.measure,
    "feed-lag": feed_lag.measure,
    "inbox": inbox.measure,
    "million": million.measure,
}

BY_NAME_ALONE = frozenset({"million", "relay", "feed-lag", "inbox"})
"""Too long for every run, or in need of Kafka."""
