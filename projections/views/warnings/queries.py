"""Reading warnings: a signal against what the person received when it happened, or since; the newest first."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from domain.divisions import division_prefix
from domain.kernel import Fen, Value
from domain.signals.kinds import EVERY, KINDS
from projections.query import Query, cursor_key, cursor_text, starts_with

MOST_ROWS = 200
WarningStatus = Literal["open", "confirmed", "dismissed", "settled"]
"""Nobody has looked; it holds, and the money runs; it does not hold; the money has ended."""

_ORDER = "warnings"
# A month is paid after it happened where it begins later: the rules of the last month (DOMAIN §2.2) are the decision's.
_FINDS = """
SELECT * FROM (
  SELECT s.subject, s.source, s.signal, s.kind, s.happened_on, s.received_at, s.verified_on, s.position,
         g.case_id, coalesce(c.number, '') AS number, g.matter, coalesce(c.division, g.division) AS division,
         coalesce(own.verdict, whole.verdict, '') AS verdict, g.amount,
         greatest(0, 12 * (extract(year FROM t.past)::int - extract(year FROM t.since)::int)
                       + extract(month FROM t.past)::int - extract(month FROM t.since)::int) AS months,
         CASE WHEN coalesce(own.verdict, whole.verdict) = 'dismissed' THEN 'dismissed'
              WHEN g.to_month IS NOT NULL OR g.until < %s THEN 'settled'
              WHEN coalesce(own.verdict, whole.verdict) = 'confirmed' THEN 'confirmed' ELSE 'open' END AS status
    FROM warning_signals AS s
    JOIN warning_grants AS g ON g.subject = s.subject
    LEFT JOIN warning_cases AS c ON c.case_id = g.case_id
    LEFT JOIN warning_verdicts AS own ON (own.subject, own.source, own.signal, own.matter)
                                       = (s.subject, s.source, s.signal, g.matter)
    LEFT JOIN warning_verdicts AS whole ON (whole.subject, whole.source, whole.signal, whole.matter)
                                         = (s.subject, s.source, s.signal, '')
   CROSS JOIN LATERAL (SELECT
         greatest(g.from_month, (date_trunc('month', s.happened_on) + interval '1 month')::date) AS since,
         least(g.to_month, (date_trunc('month', g.until) + interval '1 month')::date,
               (date_trunc('month', %s::date) + interval '1 month')::date) AS past) AS t
   WHERE (g.to_month IS NULL OR g.to_month > s.happened_on) AND (g.until IS NULL OR g.until >= s.happened_on)
     AND ({speaks})) AS warnings
 WHERE {limits} ORDER BY position DESC, case_id LIMIT %s
"""


class WarningFilter(Value):
    """Which warnings to show; what is empty does not limit. ``division``: where the case lies, left-anchored."""

    division: str = ""
    matter: str = ""
    kind: str = ""
    status: WarningStatus | Literal[""] = ""
    case_id: str = ""


class Warned(Value, omit_defaults=False):
    """A signal against what a person receives by a case.

    ``amount``: fen a month of the whole case, as it is now. ``months``: paid since it happened, up to this one, those
    that begin after that day; suspended ones are counted.
    """

    subject: str
    source: str
    signal: str
    kind: str
    happened_on: date
    received_at: datetime
    verified_on: date | None
    position: int
    case_id: str
    number: str
    matter: str
    division: str
    verdict: str
    amount: Fen
    months: int
    status: WarningStatus


class WarningPage(Value):
    """Some of them, and the cursor of the next page (empty: these were the last)."""

    rows: tuple[Warned, ...]
    next: str = ""


def warning_rows(where: WarningFilter, day: date, limit: int = 50, after: str = "") -> Query:
    """Return the query of a page as of a day, one row longer than it. Raises BadCursor."""
    limits = {
        "division LIKE %s": starts_with(division_prefix(where.division)) if where.division else "",
        "matter = %s": where.matter,
        "kind = %s": where.kind,
        "status = %s": where.status,
        "case_id = %s": where.case_id,
    }
    used = {condition: value for condition, value in limits.items() if value}
    conditions: list[str] = [*used]
    params: list[Any] = [*used.values()]
    if after:
        position, case_id = cursor_key(_ORDER, after, (int, str))
        conditions.append("(position < %s OR position = %s AND case_id > %s)")
        params += [position, position, case_id]
    speaks, spoken = _speaks()
    sql = _FINDS.format(speaks=speaks, limits=" AND ".join(conditions) or "true")
    return Query(sql, (day, day, *spoken, *params, min(limit, MOST_ROWS) + 1))


def warning_page(found: Sequence[dict[str, Any]], limit: int = 50) -> WarningPage:
    """Return the page of the rows that ``warning_rows`` with the same limit found."""
    limit = min(limit, MOST_ROWS)
    rows = tuple(msgspec.convert(row, Warned) for row in found[:limit])
    return WarningPage(rows, cursor_text(_ORDER, (rows[-1].position, rows[-1].case_id)) if len(found) > limit else "")


def _speaks() -> tuple[str, tuple[Any, ...]]:
    """Return the condition of a kind putting a matter in doubt, as ``domain.signals.kinds.warns``."""
    conditions: list[str] = []
    params: list[Any] = []
    for name, kind in KINDS.items():
        if kind.warns:
            every = EVERY in kind.warns
            conditions.append(f"s.kind = %s AND g.matter {'<> ALL' if every else '= ANY'}(%s)")
            params += [name, list(kind.spared if every else kind.warns)]
    return " OR ".join(conditions), tuple(params)
