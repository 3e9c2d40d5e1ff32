"""A log that feeds are made of: granted cases under the contracts that Anjuan ships; and Kafka, for a while."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from msgspec.structs import replace

from adapters.bench.histories import bureau, histories
from adapters.feeds.files import shipped_contracts
from adapters.house import House
from adapters.ids import new_id
from adapters.kafka.administering import make_so
from adapters.kafka.connection import KafkaSettings, options
from adapters.kafka.topics import wanted
from adapters.settings import read_settings
from application.ports import Append, Write
from domain.feeds.contract import Contract, ContractApproved, feed_stream
from domain.kernel import Fact, Meta
from domain.signals.kinds import DEPARTMENTS

_AT_ONCE = 500


def contracted(house: House) -> list[Contract]:
    """Set up the bureau and approve what is shipped; return it."""
    house.log.append(bureau())
    contracts = shipped_contracts()
    for contract in contracts:
        meta = Meta(event_id=new_id(), occurred_at=datetime.now(UTC), actor="bench", command_id=new_id())
        write = Write(feed_stream(contract.department), 0, (Fact(ContractApproved(contract=contract), meta),))
        house.log.append(Append(meta.command_id, "", (write,)))
    return contracts


def write_cases(house: House, number: int) -> None:
    """Append so many cases, personal values sealed."""
    made = [history.append() for history in histories(number)]
    for start in range(0, number, _AT_ONCE):
        house.log.append_many(made[start : start + _AT_ONCE])


@contextmanager
def on_kafka(times: int = 1) -> Iterator[list[KafkaSettings]]:
    """Give so many sets of topics on the broker that ANJUAN_KAFKA names; all are gone afterwards. Raises NoKafka.

    Not one set after the other: a broker is busy for a while after topics were deleted.
    """
    from kafka import KafkaAdminClient  # noqa: PLC0415 loaded only where Kafka is used

    made = [replace(read_settings().kafka, prefix=f"bench-{new_id()}") for _ in range(times)]
    topics = [topic for each in made for topic in wanted(each.prefix, sorted(DEPARTMENTS), 1)]
    make_so(made[0], topics, 1)
    try:
        yield made
    finally:
        with closing(KafkaAdminClient(**options(made[0]))) as admin:
            admin.delete_topics([topic.name for topic in topics])
