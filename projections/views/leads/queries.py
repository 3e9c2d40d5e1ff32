"""Reading leads: the newest first. Whether one is still open follows from what the person has by that day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Value
from domain.signals.kinds import KINDS
from projections.query import Query, cursor_key, cursor_text, starts_with

MOST_ROWS = 200
LeadStatus = Literal["open", "confirmed", "served", "dismissed"]
"""Nobody has looked; it holds, and nothing was opened yet; it was applied for, or is received; it does not hold."""

_ORDER = "leads"
_FINDS = """
SELECT * FROM (
  SELECT s.*, CASE WHEN s.verdict = 'dismissed' THEN 'dismissed'
      WHEN EXISTS (SELECT FROM lead_cases AS c WHERE c.subject = s.subject AND c.matter = s.matter
                      AND (NOT c.decided OR c.received_on >= s.happened_on))
        OR {runs} THEN 'served'
      WHEN s.verdict = 'confirmed' THEN 'confirmed' ELSE 'open' END AS status
    FROM lead_signals AS s WHERE {limits}) AS leads
 WHERE {status} ORDER BY position DESC, matter LIMIT %s
"""
_RUNS = """EXISTS (SELECT FROM lead_grants AS g WHERE g.subject = s.subject AND g.matter = {matter}
                      AND (g.to_month IS NULL OR g.to_month > %s) AND (g.until IS NULL OR g.until >= %s))"""


class LeadFilter(Value):
    """Which leads to show; what is empty does not limit. ``division``: a code of any length, left-anchored."""

    division: str = ""
    matter: str = ""
    kind: str = ""
    status: LeadStatus | Literal[""] = ""


class Lead(Value, omit_defaults=False):
    """Something that a signal may open for a person. ``position``: of the signal in the log."""

    subject: str
    source: str
    signal: str
    matter: str
    kind: str
    division: str
    happened_on: date
    received_at: datetime
    verified_on: date | None
    verdict: str
    position: int
    status: LeadStatus


class LeadPage(Value):
    """Some of them, and the cursor of the next page (empty: these were the last)."""

    rows: tuple[Lead, ...]
    next: str = ""


def lead_rows(where: LeadFilter, day: date, limit: int = 50, after: str = "") -> Query:
    """Return the query of a page as of a day, one row longer than it. Raises BadCursor."""
    limits = {
        "s.division LIKE %s": starts_with(division_prefix(where.division)) if where.division else "",
        "s.matter = %s": where.matter,
        "s.kind = %s": where.kind,
    }
    used = {condition: value for condition, value in limits.items() if value}
    conditions: list[str] = [*used]
    params: list[Any] = [*used.values()]
    for kind, matter, on in _HANGS:  # 生活补贴 for whoever is on 低保
        conditions.append(f"(s.kind <> %s OR s.matter <> %s OR {_RUNS.format(matter='%s')})")
        params += [kind, matter, on, day, day]
    if after:
        position, matter = cursor_key(_ORDER, after, (int, str))
        conditions.append("(s.position < %s OR s.position = %s AND s.matter > %s)")
        params += [position, position, matter]
    status = "status = %s" if where.status else "true"
    sql = _FINDS.format(runs=_RUNS.format(matter="s.matter"), limits=" AND ".join(conditions) or "true", status=status)
    return Query(sql, (day, day, *params, *([where.status] if where.status else []), min(limit, MOST_ROWS) + 1))


def lead_page(found: Sequence[dict[str, Any]], limit: int = 50) -> LeadPage:
    """Return the page of the rows that ``lead_rows`` with the same limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(msgspec.convert(row, Lead) for row in found[:limit])
    return LeadPage(rows, cursor_text(_ORDER, (rows[-1].position, rows[-1].matter)) if len(found) > limit else "")


_HANGS = [(name, lead.matter, lead.on) for name, kind in KINDS.items() for lead in kind.leads if lead.on]
"""Kind, matter, and what the person has to receive for it."""
