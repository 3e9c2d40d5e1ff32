"""What views must hold, counted from the stored bytes of the log alone: none of the code that folds them is used."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from adapters.projector.comparing import Compared
from adapters.projector.rebuild import verify
from adapters.projector.sessions import session
from projections.registry import VIEWS
from tests.support.logs import query

_EVENTS = "SELECT position, stream, seq, type, state FROM log.events ORDER BY position"
_COUNTS = "SELECT matter, division, stage, month::text, cases FROM views.dashboard_count WHERE cases <> 0"
_STAGES = {
    "case.opened": "opened",
    "case.correction_requested": "correcting",
    "case.accepted": "accepted",
    "case.acceptance_refused": "not_accepted",
    "case.opinion_issued": "opinion",
    "case.notice_posted": "notice",
    "case.notice_objected": "accepted",
    "case.notice_closed": "noticed",
    "case.confirmed": "confirmed",
    "case.refused": "refused",
    "case.grant_started": "granted",
    "case.grant_suspended": "suspended",
    "case.grant_stopped": "stopped",
    "case.withdrawn": "withdrawn",
    "case.terminated": "terminated",
    "legacy.opened": "legacy_running",
}
_AMOUNTS = ("case.confirmed", "case.grant_started", "case.grant_increased", "case.grant_reduced")
_CHINA = timedelta(hours=8)


class Count(NamedTuple):
    """Numbers of rows and what they say, of the views that this counts."""

    history: Counter[tuple[int, str, int, str]]
    worklist: Counter[tuple[str, str, int, int, int]]
    stages: Counter[tuple[str, str, str, str]]
    duties: Counter[tuple[str, str, str]]


class _Case:
    """A case, followed by hand. ``amount`` in fen."""

    def __init__(self, data: dict[str, Any], meta: dict[str, Any]) -> None:
        self.matter = data.get("matter", "legacy")
        self.town = data.get("division", "")[:9]
        self.month = (datetime.fromisoformat(meta["occurred_at"]) + _CHINA).strftime("%Y-%m-01")
        self.stage = "none"
        self.standing = "opened"
        self.seq = self.position = self.amount = 0
        self.duties: dict[str, str] = {}

    def take(self, position: int, type_: str, data: dict[str, Any]) -> None:
        self.seq, self.position = self.seq + 1, position
        self.stage = _STAGES.get(type_, self.stage)
        self.standing = self.stage if self.matter != "legacy" else data.get("activity", self.standing)
        self.amount = data["amount"] if type_ in _AMOUNTS else self.amount
        if type_ == "case.transferred":
            self.town = data["to_division"][:9]
        for move in data.get("moves", ()):
            self.duties[move["what"]] = {"resumed": "started"}.get(move["to"], move["to"])


def counted_from_the_log(url: str) -> Count:
    """Walk through the log once. Fails where a position or a version is missing, or there twice."""
    cases: dict[str, _Case] = {}
    history: Counter[tuple[int, str, int, str]] = Counter()
    versions: Counter[str] = Counter()
    for number, (position, stream, seq, type_, state) in enumerate(query(url, _EVENTS), 1):
        versions[stream] += 1
        assert (position, seq) == (number, versions[stream]), f"{stream}: {seq} at {position}"
        if not stream.startswith("case-"):
            continue
        case_id, stored = stream.removeprefix("case-"), json.loads(state)
        case = cases.setdefault(case_id, _Case(stored["data"], stored["meta"]))
        case.take(position, type_, stored["data"])
        history[position, case_id, seq, type_] += 1
    return Count(
        history,
        Counter((name, case.stage, case.seq, case.position, case.amount) for name, case in cases.items()),
        Counter((case.matter, case.town, case.standing, case.month) for case in cases.values()),
        Counter((name, what, status) for name, case in cases.items() for what, status in case.duties.items()),
    )


def counted_from_the_views(url: str) -> Count:
    """Count the live tables, without counts of nothing."""
    counts = query(
        url, "SELECT matter, division, stage, month::text, cases FROM views.dashboard_count WHERE cases <> 0"
    )
    return Count(
        Counter(query(url, "SELECT position, case_id, seq, type FROM views.history")),
        Counter(query(url, "SELECT case_id, stage, version, position, amount FROM views.worklist")),
        Counter({tuple(key): cases for *key, cases in counts}),
        Counter(query(url, "SELECT case_id, what, status FROM views.duties")),
    )


def compared(url: str) -> list[Compared]:
    """Compute all views again beside the live ones, and compare row by row."""
    with session(lambda: url) as (connection, name):
        lanes = [[view for view in VIEWS.values() if view.by_stream is kind] for kind in (True, False)]
        return [each for views in lanes for each in verify(connection, views, name)]


def assert_views_are_the_log(url: str) -> Count:
    """Nothing is lost, twice or out of order: by an independent count, and row by row. The views must have come up."""
    (head,) = query(url, "SELECT position FROM log.head")
    assert query(url, "SELECT DISTINCT position FROM views.checkpoint") == [head]
    wanted, found = counted_from_the_log(url), counted_from_the_views(url)
    for table in Count._fields:
        right: Counter[object] = getattr(wanted, table)
        here: Counter[object] = getattr(found, table)
        assert here == right, f"{table}: {(here - right).total()} too many, {(right - here).total()} missing"
    assert [each for each in compared(url) if not each.same] == []
    return wanted
