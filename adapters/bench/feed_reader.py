"""A department's consumer for the bench, with ``KAFKA TOPIC``: notes when it got each position, and tells at the end.

Says a line when it has its partitions; ends, and writes JSON, when its input ends.
"""

import select
import sys
import time

import msgspec
from kafka import KafkaConsumer, TopicPartition

_POLL_MS = 50


def main(servers: str, topic: str) -> None:
    """Read to the end of the input."""
    consumer = KafkaConsumer(
        bootstrap_servers=servers.split(","), isolation_level="read_committed", enable_auto_commit=False
    )
    places = [TopicPartition(topic, partition) for partition in sorted(consumer.partitions_for_topic(topic))]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    consumer.poll(timeout_ms=_POLL_MS)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    seen: dict[int, float] = {}
    while not select.select([sys.stdin], [], [], 0)[0]:
        for messages in consumer.poll(timeout_ms=_POLL_MS).values():
            now = time.time()
            for message in messages:
                seen[int(next(value for name, value in message.headers if name == "ce_position"))] = now
    consumer.close()
    sys.stdout.buffer.write(msgspec.json.encode(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
