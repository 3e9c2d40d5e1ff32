"""What Prometheus reads of feeds and of the inbox: counts, by department."""

from adapters.house import House
from adapters.operating.metrics import Metric, Sample

_DELIVERED = """
SELECT department, manner, sum(messages)::int8 AS number FROM feeds.delivered GROUP BY 1, 2 ORDER BY 1, 2
"""
_PARKED = "SELECT department, count(*) AS number FROM feeds.parked WHERE settled_at IS NULL GROUP BY 1 ORDER BY 1"
_STILL = """
SELECT view, count(*) FILTER (WHERE fault <> '') AS number FROM views.kafka_checkpoint GROUP BY 1 ORDER BY 1
"""


def of_exchange(house: House) -> list[Metric]:
    """Return them. Raises Unavailable."""
    delivered = [
        Sample(row["number"], (("department", row["department"]), ("manner", row["manner"])))
        for row in house.read(_DELIVERED)
    ]
    parked = [Sample(row["number"], (("department", row["department"]),)) for row in house.read(_PARKED)]
    still = [Sample(row["number"], (("view", row["view"]),)) for row in house.read(_STILL)]
    return [
        Metric("anjuan_feed_messages_total", "counter", "Messages that were delivered.", delivered),
        Metric("anjuan_inbox_parked", "gauge", "Messages of departments that could not be taken in.", parked),
        Metric("anjuan_kafka_view_faults", "gauge", "Partitions in which a view from Kafka stands still.", still),
    ]
