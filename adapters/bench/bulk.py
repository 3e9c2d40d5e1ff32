"""Bulk append: 100,000 events, against a raw COPY of the same bytes and against the library's batches."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from adapters.bench.ground import Ground
from adapters.bench.histories import History, histories
from adapters.bench.library import case_of, cases, save_all
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar, timed
from application.ports import Append

_WHAT = "批量追加 100,000 个事件 bulk append, 100,000 events"
_COPY = Question(name="bulk-copy", what=f"{_WHAT}, of raw COPY", unit="events/s", bar=0.5)
_LIBRARY = Question(name="bulk-library", what=f"{_WHAT}, of the library", unit="events/s", bar=6)
_EVENTS = 100_000
_PER_CASE = 10
_CALL = 5_000
"""Cases in one ``append_many``."""
_TABLES = {"events": "position", "streams": "stream", "commands": "first_position"}
"""What an append writes, and the order of it."""


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Ours: one append per case of ten events. COPY: all the rows that ours wrote, into tables with the same keys."""
    made = list(histories(plan.size(_EVENTS // _PER_CASE, 10), steps=_PER_CASE))
    some = made[: max(1, len(made) // 5)]
    raw: dict[str, list[bytes]] = {}
    samples = in_turns(
        plan,
        lambda: _ours(ground, made, raw),
        lambda: _copy(ground, made, raw),
        lambda: _theirs(ground, some),
    )
    return [
        ratio_bar(_COPY, samples[0], samples[1], "raw binary COPY, same bytes, same keys, indexes and checks"),
        ratio_bar(_LIBRARY, samples[0], samples[2], "eventsourcing.postgres, save() in batches of 100 events"),
    ]


def _ours(ground: Ground, made: Sequence[History], raw: dict[str, list[bytes]]) -> float:
    appends = [history.append() for history in made]
    with ground.migrated() as url:
        ground.checkpoint()
        with ground.house(url) as house:
            rate = timed(_events(made), lambda: [house.log.append_many(part) for part in _parts(appends)])
        raw.update({table: _rows(url, table) for table in _TABLES})
    return rate


def _copy(ground: Ground, made: Sequence[History], raw: dict[str, list[bytes]]) -> float:
    with ground.migrated() as url, psycopg.connect(url, autocommit=True) as connection:
        for table in _TABLES:
            connection.execute(f"CREATE TABLE public.{table} (LIKE log.{table} INCLUDING ALL)".encode())
        ground.checkpoint()

        def copy() -> None:
            with connection.transaction():
                for table, parts in raw.items():
                    _send(connection, table, parts)

        return timed(_events(made), copy)


def _theirs(ground: Ground, made: Sequence[History]) -> float:
    aggregates = [case_of(history) for history in made]
    with ground.database() as url, cases(url) as app:
        ground.checkpoint()
        return timed(_events(made), lambda: save_all(app, aggregates))


def _events(made: Sequence[History]) -> int:
    return sum(len(history.facts) for history in made)


def _parts(appends: Sequence[Append]) -> Iterator[Sequence[Append]]:
    return (appends[start : start + _CALL] for start in range(0, len(appends), _CALL))


def _send(connection: "psycopg.Connection[Any]", table: str, parts: list[bytes]) -> None:
    with connection.cursor().copy(f"COPY public.{table} FROM STDIN (FORMAT binary)".encode()) as copy:
        for part in parts:
            copy.write(part)


def _rows(url: str, table: str) -> list[bytes]:
    out = f"COPY (SELECT * FROM log.{table} ORDER BY {_TABLES[table]}) TO STDOUT (FORMAT binary)"  # noqa: S608 names of ours
    with psycopg.connect(url) as connection, connection.cursor().copy(out.encode()) as copy:
        return [bytes(part) for part in copy]
