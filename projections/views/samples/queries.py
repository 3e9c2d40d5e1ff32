"""Reading samples: with their cases, and which quarters of a grant have none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.authority.powers import Grant
from domain.authority.sampling import quarters_owed
from domain.kernel import Value
from projections.query import Query

MOST_ROWS = 500


class OwedSample(Value, omit_defaults=False):
    """A finished quarter of a grant whose decisions were not sampled. ``decisions``: how many there were."""

    grant: str
    grantor: str
    region: str
    since: date
    until: date
    percent: int
    decisions: int


def sample_rows(grant: str = "", limit: int = 100) -> Query:
    """Return the query of the newest samples, each with its cases."""
    text = """
SELECT samples.*, (
    SELECT coalesce(jsonb_agg(to_jsonb(cases) - 'sample_id' ORDER BY case_id), '[]')
      FROM sample_cases AS cases WHERE cases.sample_id = samples.sample_id) AS cases
  FROM samples WHERE %s IN ('', grant_id) ORDER BY position DESC LIMIT %s
"""
    return Query(text, (grant, min(limit, MOST_ROWS)))


PERIODS = Query("SELECT grant_id, since, until FROM samples")
"""The periods that were sampled."""


def owed_samples(
    grants: Iterable[Grant], counted: Sequence[Mapping[str, Any]], drawn: Sequence[Mapping[str, Any]], today: date
) -> list[OwedSample]:
    """Return the finished quarters with decisions of which no sample covers all days, the oldest first.

    ``counted``: decisions per grant and quarter (``grant_id``, ``since``, ``decisions``). ``drawn``: ``PERIODS``.
    """
    decisions = {(row["grant_id"], row["since"]): int(row["decisions"]) for row in counted}
    owed = [
        OwedSample(grant.id, grant.grantor, grant.region, since, until, grant.sample_percent, number)
        for grant in grants
        for since, until in quarters_owed(grant, today)
        if (number := decisions.get((grant.id, since), 0))
        and not any(row["grant_id"] == grant.id and row["since"] <= since and until <= row["until"] for row in drawn)
    ]
    return sorted(owed, key=lambda each: (each.since, each.grant))
