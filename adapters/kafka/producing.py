"""Producing in transactions. One port, two clients: kafka-python, and confluent-kafka where ``[fast]`` is installed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from adapters.kafka.connection import BLOCK_MS, KafkaDown, KafkaSettings, fast_options, options
from domain.errors import Refused

DELIVERY_MS = 30_000
TRANSACTION_MS = 60_000
_LINGER_MS = 5
_BATCH_BYTES = 262_144
_MOST_BYTES = 4 * 1024 * 1024


class Record(NamedTuple):
    """What goes to a topic. Its key says to which partition, unless one is named."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int | None = None


class Fenced(Refused):
    """Another producer under the same transactional id has taken over."""

    code = "RELAY_FENCED"
    zh = "另一个转发进程已接管，本进程停止"
    en = "Another relay has taken over: this one stops"


class NoFastClient(Refused):
    """confluent-kafka is not installed."""

    code = "NO_FAST_CLIENT"
    zh = "未安装 confluent-kafka（anjuan[fast]）"
    en = "confluent-kafka is not installed: anjuan[fast]"


class Producer(Protocol):
    """A producer that has fenced those before it. After a fault it can only be closed."""

    def send(self, records: Sequence[Record]) -> None:
        """Begin a transaction with these records. Raises Fenced, KafkaDown."""

    def commit(self) -> None:
        """End it: all of them, or none. Raises Fenced, KafkaDown."""

    def close(self) -> None:
        """Close it; what is open is aborted."""


Make = Callable[[KafkaSettings, str], Producer]


class _Plain:
    """kafka-python."""

    def __init__(self, settings: KafkaSettings, transactional_id: str) -> None:
        from kafka import KafkaProducer  # noqa: PLC0415 a quarter of a second, for who needs it

        with _plain_faults():
            self._client = KafkaProducer(
                **options(settings),
                transactional_id=transactional_id,
                transaction_timeout_ms=TRANSACTION_MS,
                delivery_timeout_ms=DELIVERY_MS,
                request_timeout_ms=BLOCK_MS,
                max_block_ms=BLOCK_MS,
                batch_size=_BATCH_BYTES,
                max_request_size=_MOST_BYTES,
                linger_ms=_LINGER_MS,
                metrics_enabled=False,
            )
        self._sent: list[Any] = []
        try:
            with _plain_faults():
                self._client.init_transactions()
        except (Fenced, KafkaDown):
            self.close()
            raise

    def send(self, records: Sequence[Record]) -> None:
        with _plain_faults(self._client):
            self._client.begin_transaction()
            send = self._client.send
            self._sent = [send(topic, value, key, headers, at) for topic, key, value, headers, at in records]

    def commit(self) -> None:
        with _plain_faults(self._client):
            self._client.flush(timeout=DELIVERY_MS / 1_000)
            # The client would commit without what it gave up on, and say nothing.
            failed = next((future for future in self._sent if not future.is_done or future.exception is not None), None)
            if failed is not None:
                self._client.abort_transaction()
                raise KafkaDown("not delivered")
            self._client.commit_transaction()

    def close(self) -> None:
        """Close it. What it cannot get rid of makes its own close fail half-way: then that is dropped first."""
        from kafka.errors import KafkaTimeoutError  # noqa: PLC0415 loaded only where Kafka is used

        try:
            self._client.close(timeout=1)
        except KafkaTimeoutError:
            self._client._sender.force_close()  # noqa: SLF001 it has no other door
            with suppress(KafkaTimeoutError):
                self._client.close(timeout=1)


@contextmanager
def _plain_faults(client: Any = None) -> Iterator[None]:  # noqa: ANN401 the library publishes no types
    from kafka import errors  # noqa: PLC0415 loaded only where Kafka is used

    try:
        yield
    except errors.KafkaConfigurationError:
        raise
    except errors.KafkaError as error:
        # Once fenced, the client answers with its most general error, and has the reason on it.
        fenced = (errors.ProducerFencedError, errors.InvalidProducerEpochError)
        if isinstance(error, fenced) or (client and isinstance(client._transaction_manager.last_error, fenced)):  # noqa: SLF001 it tells nowhere else
            raise Fenced from error
        raise KafkaDown(type(error).__name__) from error


class _Fast:
    """confluent-kafka."""

    def __init__(self, settings: KafkaSettings, transactional_id: str) -> None:
        from confluent_kafka import Producer as Client  # noqa: PLC0415 an extra, which may be missing

        self._client = Client(
            {
                **fast_options(settings),
                "transactional.id": transactional_id,
                "transaction.timeout.ms": TRANSACTION_MS,
                "linger.ms": _LINGER_MS,
                "batch.size": _BATCH_BYTES,
                "message.max.bytes": _MOST_BYTES,
                "queue.buffering.max.messages": 1_000_000,
                "partitioner": "murmur2_random",  # as the other client, and Java: a key has one partition
            }
        )
        with _fast_faults():
            self._client.init_transactions(BLOCK_MS / 1_000)

    def send(self, records: Sequence[Record]) -> None:
        with _fast_faults():
            self._client.begin_transaction()
            produce = self._client.produce
            for topic, key, value, headers, at in records:
                produce(topic, value, key, -1 if at is None else at, headers=headers)  # type: ignore[arg-type]  # mypy's lists are invariant

    def commit(self) -> None:
        with _fast_faults():
            self._client.commit_transaction(DELIVERY_MS / 1_000)

    def close(self) -> None:
        """Drop it: a transaction that is open is aborted by whoever comes next, or by time."""
        self._client.purge()


@contextmanager
def _fast_faults() -> Iterator[None]:
    from confluent_kafka import KafkaError, KafkaException  # noqa: PLC0415 an extra, which may be missing

    try:
        yield
    except KafkaException as error:
        fault: Any = error.args[0]
        if fault.code() in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH):  # noqa: SLF001 the library's name for it
            raise Fenced from error
        raise KafkaDown(fault.name()) from error


def has_fast() -> bool:
    """Tell whether the fast client is installed."""
    return find_spec("confluent_kafka") is not None


def producer(settings: KafkaSettings, transactional_id: str, *, fast: bool) -> Producer:
    """Make a producer, fencing all before it under this id. Raises NoKafka, NoFastClient, KafkaDown."""
    if not fast:
        return _Plain(settings, transactional_id)
    if not has_fast():
        raise NoFastClient
    return _Fast(settings, transactional_id)
