"""The broker that tests, benchmarks and trials run on: transactions, aborts and kill -9, through both clients."""

import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as ConfluentPartition
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.support.kafka import PATIENCE_SECONDS, SCRIPT, Broker, make_topic, unique

Values = list[bytes]
End = Literal["commit", "abort"]
Write = Callable[[str, str, Values, End], None]
Read = Callable[[str, str], Values]


def write_with_python(address: str, topic: str, values: Values, end: End) -> None:
    with closing(KafkaProducer(bootstrap_servers=address, transactional_id=unique("writer"))) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        for value in values:
            producer.send(topic, value)
        producer.flush()  # an abort would drop what has not been sent
        _end(producer, end)


def _end(producer: KafkaProducer | Producer, end: End) -> None:
    if end == "commit":
        producer.commit_transaction()
    else:
        producer.abort_transaction()


def write_with_confluent(address: str, topic: str, values: Values, end: End) -> None:
    producer = Producer({"bootstrap.servers": address, "transactional.id": unique("writer")})
    producer.init_transactions(PATIENCE_SECONDS)
    producer.begin_transaction()
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(PATIENCE_SECONDS) == 0
    _end(producer, end)


def read_with_python(address: str, topic: str) -> Values:
    """Everything that was committed, up to the end as it is now."""
    partition = TopicPartition(topic, 0)
    consumer = KafkaConsumer(
        bootstrap_servers=address, isolation_level="read_committed", auto_offset_reset="earliest", group_id=None
    )
    found: Values = []
    with closing(consumer):
        consumer.assign([partition])
        end = consumer.end_offsets([partition])[partition]
        until = time.monotonic() + PATIENCE_SECONDS
        while consumer.position(partition) < end:  # markers of transactions have offsets too
            assert time.monotonic() < until
            found += [record.value for records in consumer.poll(100).values() for record in records]
    return found


def read_with_confluent(address: str, topic: str) -> Values:
    """The same."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": unique("reader"),
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
        }
    )
    found: Values = []
    with closing(consumer):
        partition = ConfluentPartition(topic, 0, 0)
        consumer.assign([partition])
        _, end = consumer.get_watermark_offsets(partition, timeout=PATIENCE_SECONDS)
        until = time.monotonic() + PATIENCE_SECONDS
        while consumer.position([partition])[0].offset < end:
            assert time.monotonic() < until
            message = consumer.poll(0.1)
            if message is not None and message.error() is None:
                value = message.value()
                assert isinstance(value, bytes)
                found.append(value)
    return found


writers = pytest.mark.parametrize("write", [write_with_python, write_with_confluent])
readers = pytest.mark.parametrize("read", [read_with_python, read_with_confluent])


@pytest.mark.kafka
@writers
@readers
def test_what_was_committed_is_read_and_what_was_aborted_is_not(kafka: Broker, write: Write, read: Read) -> None:
    topic = make_topic(kafka.address, "transactions")
    write(kafka.address, topic, [b"1", b"2"], "commit")
    write(kafka.address, topic, [b"3"], "abort")
    write(kafka.address, topic, [b"4"], "commit")
    write(kafka.address, topic, [b"5"], "abort")
    assert read(kafka.address, topic) == [b"1", b"2", b"4"]


@pytest.mark.kafka
def test_what_was_committed_survives_the_killing_of_the_broker(kafka: Broker) -> None:
    topic = make_topic(kafka.address, "killed", retention_ms="-1")
    many = [b"%d" % number for number in range(1000)]
    write_with_python(kafka.address, topic, many, "commit")
    kafka.kill()
    kafka.start()
    write_with_confluent(kafka.address, topic, [b"after"], "commit")
    assert read_with_python(kafka.address, topic) == read_with_confluent(kafka.address, topic) == [*many, b"after"]


@pytest.mark.kafka
def test_a_broker_that_was_stopped_goes_on_with_the_same_data(kafka: Broker) -> None:
    topic = make_topic(kafka.address, "stopped")
    write_with_python(kafka.address, topic, [b"before"], "commit")
    kafka.stop()
    kafka.start()
    assert read_with_python(kafka.address, topic) == [b"before"]


@pytest.mark.kafka
def test_a_second_broker_on_the_same_folder_gives_up_and_does_the_first_no_harm(kafka: Broker) -> None:
    topic = make_topic(kafka.address, "shared")
    write_with_python(kafka.address, topic, [b"before"], "commit")
    said = kafka.fail_to_start_another()
    assert "Failed to acquire lock on file .lock" in said
    time.sleep(1)  # the first one would notice when it next writes its metadata
    make_topic(kafka.address, "shared")
    write_with_python(kafka.address, topic, [b"after"], "commit")
    assert read_with_python(kafka.address, topic) == [b"before", b"after"]


def test_without_java_the_script_says_so_and_ends_with_69(tmp_path: Path) -> None:
    run = _script(tmp_path, {"PATH": str(tmp_path)})
    assert run.returncode == 69
    assert run.stderr == (
        "infra/kafka/broker: Java 17 or later is needed and was not found. "
        "On Debian 12: apt install openjdk-17-jre-headless\n"
    )


def test_without_maven_the_script_says_so_and_ends_with_69(tmp_path: Path) -> None:
    (tmp_path / "java").symlink_to("/bin/true")
    (tmp_path / "sed").symlink_to("/bin/sed")
    run = _script(tmp_path, {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})
    assert run.returncode == 69
    assert run.stderr == "infra/kafka/broker: Maven is needed and was not found. On Debian 12: apt install maven\n"


def test_a_failed_fetch_leaves_nothing_and_ends_with_69(tmp_path: Path) -> None:
    for name, program in {"java": "true", "mvn": "false"}.items():
        (tmp_path / name).symlink_to(f"/bin/{program}")
    cache = tmp_path / "cache"
    run = _script(tmp_path, {"PATH": f"{tmp_path}:/usr/bin:/bin", "XDG_CACHE_HOME": str(cache)})
    assert run.returncode == 69
    assert "Kafka could not be fetched" in run.stderr
    assert list((cache / "anjuan").iterdir()) == []


@pytest.mark.parametrize("arguments", [(), ("folder", "port"), ("folder", "1", "x"), ("folder", "1", "2", "3")])
def test_the_script_refuses_what_it_does_not_understand(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    run = subprocess.run([SCRIPT, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 64
    assert len(run.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def _script(folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, folder / "data"], env=env | {"HOME": str(folder)}, capture_output=True, text=True, check=False
    )
