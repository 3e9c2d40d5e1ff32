"""The duties board: first pages over a million running clocks, whatever they are filtered by."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from psycopg import Connection

from adapters.bench.ground import Ground
from adapters.bench.histories import bureau
from adapters.bench.measure import Bar, Plan, Question, in_turns, number_bar
from adapters.duties import Asked, board
from adapters.house import House
from adapters.postgres.connections import connect
from adapters.projector.tables import prepare_views
from adapters.reference import load_divisions
from projections.registry import VIEWS
from projections.views.duties.queries import DutyFilter

_CLOCKS = 1_000_000
_PAGES = 100
_MOST_MILLISECONDS = 50
_DAY = date(2026, 7, 1)
_TOWN = 9
_P95 = 0.95

# Clocks end at midnights, thousands with each; the rarest article and role have one clock in ten thousand.
_FILL = """
INSERT INTO views.duties
SELECT md5(n::text), 'opinion', left(village, 6) || '-20260701-' || n, 'matter-' || n %% 14, village, 'started', holder,
       left(village, CASE holder WHEN 'town_handler' THEN 9 WHEN 'county_decider' THEN 6 ELSE 4 END),
       CASE WHEN n %% 3 = 0 THEN left(village, 9) || '-handler-' || 1 + n %% 2 ELSE '' END,
       CASE WHEN n %% 10000 = 0 THEN '某办法第九十九条' ELSE '某办法第' || n %% 23 || '条' END,
       'rule-' || n %% 20, n, due_at - interval '15 days', due_at, due_at - interval '1 day',
       due_at < now(), false, CASE WHEN due_at < now() THEN due_at END, NULL, false,
       CASE WHEN due_at > now() + interval '1 day' THEN due_at - interval '1 day' WHEN due_at > now() THEN due_at END
  FROM generate_series(1, %(clocks)s) AS n,
       LATERAL (SELECT (%(villages)s::text[])[1 + abs(hashint4(n)) %% %(number)s] AS village,
                       date_trunc('day', now()) + make_interval(days => abs(hashint4(n + 7)) %% 45 - 5) AS due_at,
                       CASE WHEN n %% 10000 = 1 THEN 'assessor' WHEN n %% 3 = 1 THEN 'county_decider'
                            ELSE 'town_handler' END AS holder) AS drawn
"""


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Ask for first pages, as the board does: rows, offices and names. The 95th of a hundred, in milliseconds."""
    clocks = plan.size(_CLOCKS, 1_000)
    with ground.migrated() as url, ground.house(url) as house:
        house.log.append(bureau())
        with connect(url, "anjuan_projector") as connection:
            prepare_views(connection, VIEWS.values())
            village = _fill(connection, clocks)
        ground.checkpoint()
        questions = {name: (what, where) for name, what, where in _questions(village)}
        sides: list[Callable[[], float]] = [_side(house, where, plan) for _, where in questions.values()]
        samples = in_turns(plan, *sides)
    return [
        number_bar(
            Question(name=f"duties-{name}", what=f"{clocks:,} 个时限 {what}", unit="ms", bar=_MOST_MILLISECONDS),
            sample,
            "at_most",
        )
        for (name, (what, _)), sample in zip(questions.items(), samples, strict=True)
    ]


def _questions(village: str) -> list[tuple[str, str, DutyFilter]]:
    return [
        ("page", "首页 first page", DutyFilter()),
        ("overdue", "已超时 overdue", DutyFilter(state="overdue")),
        ("county", "某县 of a county", DutyFilter(division=village[:6])),
        ("village", "某村 of a village", DutyFilter(division=village)),
        ("organ", "某单位 of an organ", DutyFilter(organ=village[:_TOWN])),
        ("role", "某角色 of a role", DutyFilter(holder="county_decider")),
        ("post", "某岗位 of a post", DutyFilter(post=f"{village[:_TOWN]}-handler-1")),
        ("rare-article", "少见依据 of a rare article", DutyFilter(article="某办法第九十九条")),
    ]


def _fill(connection: "Connection[Any]", clocks: int) -> str:
    villages = [village.code for village in load_divisions().of_level("village", _DAY)]
    connection.execute(_FILL.encode(), {"clocks": clocks, "villages": villages, "number": len(villages)})
    connection.execute("VACUUM ANALYZE views.duties")
    return villages[len(villages) // 2]


def _side(house: House, where: DutyFilter, plan: Plan) -> Callable[[], float]:
    def pages() -> float:
        took = sorted(_milliseconds(house, where) for _ in range(plan.size(_PAGES, 5)))
        return took[int(len(took) * _P95)]

    return pages


def _milliseconds(house: House, where: DutyFilter) -> float:
    start = time.perf_counter()
    board(house, Asked(where))
    return (time.perf_counter() - start) * 1_000
