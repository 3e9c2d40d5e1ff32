"""What whoever looks after the feeds sees of each: contract, standing, deliveries, lag, and the last reconciling."""

from collections import defaultdict
from datetime import date, datetime

from adapters.feeds.deliveries import Delivery
from adapters.feeds.lagging import Lag, lags
from adapters.feeds.reconciling import Reconciled, last_reconciled
from adapters.house import House
from application.feeds import feeds
from domain.feeds.contract import Contract
from domain.feeds.standing import Standing, standing
from domain.kernel import Value
from domain.signals.kinds import DEPARTMENTS

MOST_DAYS = 100
_SUMS = """
SELECT department, manner, sum(messages)::bigint AS messages,
       coalesce(sum(messages) FILTER (WHERE day = %s), 0)::bigint AS today,
       max(last_position) AS last_position, max(last_at) AS last_at
  FROM feeds.delivered GROUP BY department, manner ORDER BY department, manner
"""
_OF_ONE = """
SELECT department, contract, manner, day, messages, first_position, last_position, last_at FROM feeds.delivered
 WHERE department = %s ORDER BY day DESC, contract DESC, manner LIMIT %s
"""


class SumOf(Value, omit_defaults=False):
    """What went out to a department by one way."""

    department: str
    manner: str
    messages: int
    today: int
    last_position: int
    last_at: datetime


class Overview(Value, omit_defaults=False):
    """A feed at a glance. ``lag``: None where nothing may be delivered."""

    department: str
    contract: Contract
    standing: Standing
    sums: tuple[SumOf, ...]
    lag: Lag | None
    reconciled: Reconciled | None

    @property
    def last_at(self) -> datetime | None:
        """When something went out last."""
        return max((each.last_at for each in self.sums), default=None)


def overviews(house: House, today: date, departments: tuple[str, ...] = tuple(DEPARTMENTS)) -> list[Overview]:
    """Return the feeds of those departments that ever had a contract. Raises LogBroken, Unavailable."""
    found = feeds(house.log, departments)
    sums: dict[str, list[SumOf]] = defaultdict(list)
    for row in house.read(_SUMS, (today,)):
        sums[row["department"]].append(SumOf(**row))
    last = {department: max(each.last_position for each in of_one) for department, of_one in sums.items()}
    behind = lags(house, [contract for feed in found.values() if (contract := feed.on(today))], last)
    runs = last_reconciled(house)
    return [
        Overview(name, contract, now, tuple(sums[name]), behind.get(name), runs.get(name))
        for name, feed in found.items()
        if (contract := feed.newest) and (now := standing(feed, today))
    ]


def deliveries_of(house: House, department: str) -> list[Delivery]:
    """Return what went out to a department, the newest first, not all of it. Raises Unavailable."""
    return [Delivery(**row) for row in house.read(_OF_ONE, (department, MOST_DAYS))]
