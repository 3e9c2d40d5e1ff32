"""A million cases, ten million events: building the views of every day, the memory that it takes, finding a case.

Asked for by name: it writes some thirty gigabytes and takes half an hour.
"""

import subprocess
import sys
import time
from typing import Any, Literal

import msgspec
import psycopg

from adapters.bench.building import Built
from adapters.bench.ground import Ground
from adapters.bench.histories import bureau
from adapters.bench.live import worker
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample
from adapters.bench.memory import peak_mb
from adapters.bench.pages import first_pages
from adapters.bench.rebuild import SET, filled
from adapters.settings import child_environment

_CASES, _COPIES = 1_000_000, 200
_FULL_EVENTS = 10_000_000
_PARTS = 20
_MOST_MB = 300
_BACKLOG_SECONDS = 60
_SET = " + ".join(SET)

# Every event of the originals so many times over, the copies of one event beside each other: the events of a case are
# as far apart as if so many cases went on at the same time. Each copy has an id, a number and a name of its own.
_COPY = """
INSERT INTO log.events (position, stream, seq, type, schema, recorded_at, state, record)
SELECT (o.position - 1) * %(copies)s + k + %(first)s, 'case-' || new_id, o.seq, o.type, o.schema, o.recorded_at,
       convert_to(replace(replace(replace(o.text, old_id, new_id), '-' || upper(right(old_id, 8)) || '"',
                                  '-' || upper(right(new_id, 8)) || '"'), '样例甲', name), 'UTF8'), o.record
  FROM (SELECT *, substr(stream, 6) AS old_id, convert_from(state, 'UTF8') AS text
          FROM public.original WHERE position > %(after)s AND position <= %(upto)s ORDER BY position) AS o,
       generate_series(1, %(copies)s) AS k,
       LATERAL (SELECT left(old_id, 28) || lpad(to_hex(k), 4, '0') || right(old_id, 4) AS new_id) AS i,
       LATERAL (SELECT chr(19968 + abs(hashtext(new_id)) %% 400) || chr(20368 + abs(hashtext(new_id || 'b')) %% 2000)
                       || '例' AS name) AS n
"""
_HEAD = "UPDATE log.head SET position = (SELECT max(position) FROM log.events), recorded_at = clock_timestamp()"


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """One round: a smaller scale shows the time of ten million events as that many times as long."""
    cases = plan.size(_CASES, _COPIES)
    with ground.migrated() as url:
        events = _many(ground, url, cases // _COPIES, plan)
        ground.checkpoint()
        built = _build(ground, url)
        plan.progress(f"{events:,} events in {built.seconds:,.0f} s, {built.peak_mb:,.0f} MB")
        backlog = _backlog(ground, url)
        plan.progress(f"a worker with that backlog: {backlog:,.0f} MB")
        pages = first_pages(ground, url, plan)
    what = f"{cases:,} 案 {events:,} 个事件 cases, events"
    minutes = built.seconds / 60 * max(1.0, _FULL_EVENTS / events)
    lines: list[tuple[Question, float, Literal["at_least", "at_most"]]] = [
        (Question("million-build", f"{what}: {_SET}, 按一千万计 as for 10,000,000", "minutes", 10), minutes, "at_most"),
        (Question("million-rate", f"{what}: {_SET}", "events/s"), events / built.seconds, "at_least"),
        (
            Question("million-memory", "重建进程峰值内存 the rebuild, peak", "MB", _MOST_MB),
            built.peak_mb,
            "at_most",
        ),
        (Question("million-backlog", "积压时投影进程 a worker with that backlog", "MB", _MOST_MB), backlog, "at_most"),
    ]
    return [*(number_bar(asked, sample([found]), kind) for asked, found, kind in lines), *pages]


def _many(ground: Ground, url: str, originals: int, plan: Plan) -> int:
    """Fill the log; return the last position."""
    with ground.migrated() as small:
        last = filled(ground, small, originals)
        with ground.house(url) as house:
            house.log.append(bureau())
            first = house.log.head().position
        with psycopg.connect(url, autocommit=True) as target:
            _take_originals(small, target)
            for part in range(_PARTS):
                span = {"after": last * part // _PARTS, "upto": last * (part + 1) // _PARTS}
                target.execute(_COPY, {"copies": _COPIES, "first": first, **span})
                plan.progress(f"written {span['upto'] * _COPIES:,} of {last * _COPIES:,}")
            target.execute("DROP TABLE public.original")
            target.execute(_HEAD)
            target.execute("VACUUM ANALYZE log.events")
    return first + last * _COPIES


def _take_originals(small: str, target: "psycopg.Connection[Any]") -> None:
    target.execute("CREATE TABLE public.original (LIKE log.events)")
    with (
        psycopg.connect(small) as source,
        source.cursor().copy("COPY log.events TO STDOUT (FORMAT binary)") as rows,
        target.cursor().copy("COPY public.original FROM STDIN (FORMAT binary)") as copy,
    ):
        for part in rows:
            copy.write(part)


def _build(ground: Ground, url: str) -> Built:
    """Rebuild in a process of its own, whose memory is nobody else's."""
    settings = ground.settings(url)
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-P", "-m", "adapters.bench.building", *SET],
        env=child_environment(settings),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Built)


def _backlog(ground: Ground, url: str) -> float:
    """Return the peak megabytes of a projector that has begun on all the other views."""
    with worker(ground, url) as process:
        time.sleep(_BACKLOG_SECONDS)
        return peak_mb(process.pid)
