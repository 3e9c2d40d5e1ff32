"""Reconciling for tests: a department that keeps what it was given over HTTP, and tells it as its own query would."""

from collections import defaultdict
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from adapters.house import House
from application.ports import Write
from domain.feeds.reconciling import Key, Sum
from tests.support.erasable import OVER
from tests.support.events import append, fact_of
from tests.support.people import opened, somebody
from tests.support.samples import SAMPLES
from tests.support.serving import Served

# What a department asks its own table (infra/feeds/consumer.py makes it).
ON_THEIR_TABLE = r"""
SELECT day, left(division, 6) AS division, count(*),
       encode(sha256(convert_to(string_agg(id || ':' || record, E'\n' ORDER BY id COLLATE "C"), 'UTF8')), 'hex')
           AS digest
  FROM received GROUP BY 1, 2 ORDER BY 1, 2
"""

Message = dict[str, Any]
_EVENTS = ("case.confirmed", "case.grant_started", "case.grant_increased")
_DIVISIONS = ("320903002202", "320904001001")
_DAYS = (2, 3, 4)
_numbers = count(1)


def cases_in_days(house: House, cases: int) -> None:
    """Cases in two counties over three days; each event with an id of its own."""
    for _ in range(cases):
        number = next(_numbers)
        division, day = _DIVISIONS[number % 2], _DAYS[number // 2 % 3]
        person = somebody(f"rec-{number}", OVER, number)
        events = [opened(f"rec-{number}", "dibao", (person,), division), *(SAMPLES[name] for name in _EVENTS)]
        at = datetime(2026, 3, day, 4, tzinfo=UTC)
        facts = tuple(fact_of(event, f"rec-{number}.{place}", at) for place, event in enumerate(events))
        house.log.append(append(f"rec-{number}", Write(f"case-rec-{number}", 0, facts)))


def holder(here: Served, department: str = "yibao") -> dict[str, str]:
    """The header of a department."""
    return {"Authorization": f"Bearer {here.house.departments.make(department)}"}


def whole_feed(here: Served) -> list[Message]:
    """All that the department is given, page by page."""
    headers, cursor, found = holder(here), 0, list[Message]()
    while cursor < here.head():
        answer = here.client.get("/feeds/yibao", params={"after": cursor, "limit": 7}, headers=headers)
        assert answer.status_code == 200, answer.text
        cursor = int(answer.headers["anjuan-cursor"])
        found += answer.json()
    return found


def held(messages: list[Message]) -> dict[Key, Sum]:
    """What they hold, summed by their own means."""
    rows: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    for message in messages:
        key = message["time"][:10], message["data"]["case"]["division"][:6]
        rows[key].append((message["id"], message["record"]))
    texts = {key: "\n".join(f"{each}:{record}" for each, record in sorted(pairs)) for key, pairs in rows.items()}
    return {key: Sum(len(rows[key]), sha256(text.encode()).hexdigest()) for key, text in texts.items()}


def as_csv(rows: dict[Key, Sum]) -> str:
    """The rows as psql's \\copy writes them."""
    lines = [f"{day},{division},{row.count},{row.digest}\n" for (day, division), row in sorted(rows.items())]
    return "day,division,count,digest\n" + "".join(lines)


def as_json(rows: dict[Key, Sum]) -> list[dict[str, object]]:
    """The rows as a JSON list."""
    return [
        {"day": day, "division": division, "count": row.count, "digest": row.digest}
        for (day, division), row in rows.items()
    ]
