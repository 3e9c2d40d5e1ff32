r"""A department's consumer: each message of its feed has its effect once, whatever ends this process, and when.

    python consumer.py KAFKA TOPIC GROUP DATABASE [--until-end | --from-zero]

Rows and the offset behind them are written in one transaction of PostgreSQL, so neither is ever there without the
other; Kafka's own memory of offsets is not used. Run as many as the topic has partitions: they share them. Ended by
whatever, it is started again. ``--from-zero`` forgets all and takes in what the topic still has. Needs: kafka-python,
psycopg. Where the broker asks for it, add security_protocol, ssl_cafile, sasl_mechanism and what belongs to them.

What is held, for reconciling (psql, "\copy (...) TO theirs.csv CSV HEADER", all in one line):

    SELECT day, left(division, 6) AS division, count(*), encode(sha256(convert_to(
           string_agg(id || ':' || record, E'\n' ORDER BY id COLLATE "C"), 'UTF8')), 'hex') AS digest
      FROM received GROUP BY 1, 2
"""

import json
import sys
from contextlib import closing

import psycopg
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition

TABLES = """
CREATE TABLE IF NOT EXISTS received (
    id text PRIMARY KEY, case_id text NOT NULL, sequence bigint NOT NULL, type text NOT NULL, record text NOT NULL,
    day date NOT NULL, division text NOT NULL, data jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS offsets (topic text, partition int, next bigint NOT NULL, PRIMARY KEY (topic, partition));
"""
TAKE = "INSERT INTO received VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
ERASE = "UPDATE received SET data = data - 'persons' - 'proofs' WHERE case_id = %s AND sequence <= %s"
# Nothing moves for one who has lost the partition to another and does not know it yet.
MOVE = """
INSERT INTO offsets AS o VALUES (%s, %s, %s) ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next
 WHERE o.next <= %s
"""


class FromTable(ConsumerRebalanceListener):
    """Starts each partition that we are given where the table says."""

    def __init__(self, consumer: KafkaConsumer, db: psycopg.Connection) -> None:
        self.consumer, self.db = consumer, db

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Nothing is held back: what was taken is committed."""

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        for place in assigned:
            found = self.db.execute("SELECT next FROM offsets WHERE topic = %s AND partition = %s", place).fetchone()
            self.consumer.seek(place, found[0] if found else 0)


def row(message) -> tuple:
    """Return the message as a row."""
    told = {name: value.decode() for name, value in message.headers}
    key, text = message.key.decode(), message.value.decode()
    which = (told["ce_id"], key, int(told["ce_sequence"]), told["ce_type"], told["ce_record"])
    return (*which, told["ce_time"][:10], json.loads(text)["case"]["division"], text)


def take(db: psycopg.Connection, place: TopicPartition, messages: list) -> None:
    """Take in a batch of one partition: rows and offset together, or nothing."""
    rows = [row(message) for message in messages]
    with db.transaction(), db.cursor() as cursor:
        cursor.executemany(TAKE, rows)
        erased = [(case_id, sequence) for _, case_id, sequence, kind, *_ in rows if kind == "case.personal_erased"]
        cursor.executemany(ERASE, erased)
        if not cursor.execute(MOVE, (*place, messages[-1].offset + 1, messages[0].offset)).rowcount:
            raise SystemExit(f"{place}: another consumer is further")


def main(kafka: str, topic: str, group: str, database: str, option: str = "") -> None:
    consumer = KafkaConsumer(
        bootstrap_servers=kafka.split(","), group_id=group, isolation_level="read_committed",
        enable_auto_commit=False, auto_offset_reset="earliest", session_timeout_ms=6_000, max_poll_records=2_000,
    )  # fmt: skip
    with closing(consumer), psycopg.connect(database, autocommit=True) as db:
        db.execute(TABLES)
        if option == "--from-zero":
            db.execute("TRUNCATE received, offsets")
        consumer.subscribe([topic], listener=FromTable(consumer, db))
        while True:
            batches = consumer.poll(timeout_ms=1_000)
            for place, messages in batches.items():
                take(db, place, messages)
            places = list(consumer.assignment())
            if option == "--until-end" and places and not batches:
                ends = consumer.end_offsets(places)
                if all(consumer.position(place) >= ends[place] for place in places):
                    return


if __name__ == "__main__":
    main(*sys.argv[1:])
