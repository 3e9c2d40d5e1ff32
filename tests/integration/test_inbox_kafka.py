"""Signals through Kafka: each once, in whatever order; what cannot be taken in waits, and keeps nobody."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from confluent_kafka import Producer
from kafka import KafkaAdminClient, KafkaProducer

from adapters.house import House
from adapters.inbox.following import Followed, follow_to_the_end
from adapters.inbox.parked import open_parked, settle
from adapters.inbox.replaying import replay
from adapters.inbox.taking import take_messages
from adapters.kafka.administering import changes, make_so
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.consuming import NoTopic
from adapters.kafka.topics import inbox_topic, wanted
from adapters.operating.exposition import exposition
from adapters.projector.service import bring_up
from domain.signals.kinds import DEPARTMENTS
from tests.support.builders import VILLAGE, id_number
from tests.support.command_line import read, run, said
from tests.support.houses import house_on, set_up
from tests.support.kafka import Broker, unique
from tests.support.logs import query
from tests.support.processes import finish, line, program
from tests.support.workers import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

_SIGNALS = "SELECT stream, seq, state FROM log.events WHERE type = 'signal.received'"


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


@pytest.fixture
def kafka_settings(kafka: Broker) -> KafkaSettings:
    settings = KafkaSettings(servers=kafka.address, prefix=unique("t"))
    make_so(settings, wanted(settings.prefix, sorted(DEPARTMENTS), 1), 1)
    return settings


def message(ident: str, kind: str = "death", number: int = 1, **changed: object) -> bytes:
    about = {"name": f"样例{number}", "id_number": id_number(number), "division": VILLAGE}
    return json.dumps({"id": ident, "kind": kind, "happened_on": "2026-08-20", **about, **changed}).encode()


def send(settings: KafkaSettings, messages: Sequence[bytes | None], department: str = "gongan") -> None:
    """As the department does it."""
    with closing(KafkaProducer(bootstrap_servers=settings.servers, max_request_size=4_000_000)) as producer:
        for each in messages:
            producer.send(inbox_topic(settings.prefix, department), each, b"any").get(30)


def followed(house: House, settings: KafkaSettings) -> Followed:
    """Take in what there is; the sum of it."""
    done: list[Followed] = []
    follow_to_the_end(house, settings, done.append)
    return Followed(
        "", sum(each.taken for each in done), sum(each.repeated for each in done), sum(each.parked for each in done)
    )


def received(house: House) -> list[str]:
    """The ids of the signals in the log."""
    rows = query(house.conninfo, _SIGNALS)
    return sorted(json.loads(bytes(state))["data"]["id"] for _, _, state in rows)


def test_what_comes_again_by_either_door_is_one_event(house: House, kafka_settings: KafkaSettings) -> None:
    send(kafka_settings, [message("a"), message("a"), message("b", number=2)])
    assert followed(house, kafka_settings) == Followed("", 2, 1, 0)
    take_messages(house, "gongan", [message("c", number=3)])
    send(kafka_settings, [message("b", number=2), message("c", number=3), message("d", number=4)])
    assert followed(house, kafka_settings) == Followed("", 1, 2, 0)
    assert followed(house, kafka_settings) == Followed("", 0, 0, 0)
    assert received(house) == ["a", "b", "c", "d"]
    assert open_parked(house) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)], ids=str)
def test_the_order_in_which_signals_come_changes_nothing(
    house: House, kafka_settings: KafkaSettings, order: tuple[int, ...]
) -> None:
    sent = [
        message("dp-1", "disability_issued", facts={"grade": 2}, happened_on="2026-05-01"),
        message("dp-2", "disability_changed", facts={"grade": 1}, happened_on="2026-07-01", verified_on="2026-07-02"),
        message("dp-3", "disability_expired", facts={"valid_until": "2026-08-01"}, happened_on="2026-08-01"),
    ]
    send(kafka_settings, [*(sent[place] for place in order), sent[0]], "canlian")
    assert followed(house, kafka_settings) == Followed("", 3, 1, 0)
    bring_up(house.locate)
    leads = "SELECT signal, matter, happened_on::text, verified_on::text FROM views.lead_signals ORDER BY 1, 2"
    assert query(house.conninfo, leads) == [
        ("dp-1", "canji-huli", "2026-05-01", None),
        ("dp-1", "canji-shenghuo", "2026-05-01", None),
        ("dp-2", "canji-huli", "2026-07-01", "2026-07-02"),
    ]
    warned = "SELECT signal, happened_on::text FROM views.warning_signals ORDER BY 1"
    assert query(house.conninfo, warned) == [("dp-2", "2026-07-01"), ("dp-3", "2026-08-01")]


def test_what_is_no_signal_waits_and_names_nobody_and_the_others_go_on(
    house: House, kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = json.loads(message("x")) | {"样例": "金丝雀"}
    poison = [
        b"{",
        json.dumps(unknown).encode(),
        message("y", "金丝雀"),
        message("first", number=5, division="320901"),
        message("z", "disability_issued"),
        b"",
        None,
        b"\xff" * 900_000,
        b"[" + message("in-list", number=6) + b"," + b'{"id": 1}' + b"]",
    ]
    send(kafka_settings, [message("first", number=5), *poison, message("last", number=7)])
    assert followed(house, kafka_settings) == Followed("", 3, 0, len(poison))
    assert received(house) == ["first", "in-list", "last"]
    waiting = open_parked(house)
    codes = [(each.code, each.at_offset) for each in waiting]
    assert [code for code, _ in codes].count("BAD_SIGNAL") == len(poison) - 2
    assert {code for code, _ in codes} == {"BAD_SIGNAL", "SIGNAL_CHANGED", "WRONG_DEPARTMENT"}
    assert [offset for _, offset in codes] == list(range(1, len(poison) + 1))
    kept = str(query(house.conninfo, "SELECT * FROM feeds.parked"))
    assert [trace for trace in ("金丝雀", "样例", id_number(1)) if trace in kept] == []
    bring_up(house.locate)
    for name, value in settings_of(house, kafka_settings).items():
        monkeypatch.setenv(name, value)
    assert f'anjuan_inbox_parked{{department="gongan"}} {len(poison)}\n' in exposition(house, Counter())
    assert run("inbox", "parked").exit_code == 1
    assert len(json.loads(run("inbox", "parked", "--json").output)) == len(poison)
    for each in waiting:
        said("inbox", "drop", str(each.id), "--reason", "格式错误，部门已更正重发")
    assert read("inbox", "parked", "--json") == []
    assert "NOT_PARKED" in run("inbox", "drop", "1", "--reason", "x").output


def settings_of(house: House, settings: KafkaSettings) -> dict[str, str]:
    return {
        "ANJUAN_HOME": str(house.settings.home),
        "ANJUAN_DATABASE_URL": house.conninfo,
        "ANJUAN_KAFKA": settings.servers,
        "ANJUAN_KAFKA_PREFIX": settings.prefix,
    }


def test_a_message_whose_cause_is_cured_is_taken_after_all(house: House, kafka_settings: KafkaSettings) -> None:
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(house.now().timestamp() + 2 * 86_400))
    send(kafka_settings, [message("early", happened_on=tomorrow), message("bad", "no-kind")])
    assert followed(house, kafka_settings).parked == 2
    assert replay(house, kafka_settings) == (0, 2, 0)
    later = house.now
    house.now = lambda: later().replace(year=later().year + 1)  # type: ignore[method-assign]  # the day has come
    assert replay(house, kafka_settings) == (1, 1, 0)
    assert received(house) == ["early"]
    (waiting,) = open_parked(house)
    assert waiting.detail == "$.kind"
    assert replay(house, kafka_settings) == (0, 1, 0)


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
def test_however_a_department_compresses_it_is_read(house: House, kafka_settings: KafkaSettings, codec: str) -> None:
    producer = Producer({"bootstrap.servers": kafka_settings.servers, "compression.type": codec})
    for number in range(40):
        producer.produce(inbox_topic(kafka_settings.prefix, "gongan"), message(f"z-{number}", number=1 + number % 9))
    assert producer.flush(30) == 0
    assert followed(house, kafka_settings) == Followed("", 40, 0, 0)


def test_two_share_the_topics(house: House, kafka_settings: KafkaSettings, database_url: str) -> None:
    args = database_url, house.settings.home, kafka_settings.servers, kafka_settings.prefix, 0
    with program("follow_inbox", *args) as one, program("follow_inbox", *args) as other:
        group = f"{kafka_settings.prefix}-inbox"
        with closing(KafkaAdminClient(bootstrap_servers=kafka_settings.servers)) as admin:

            def shares() -> list[int]:
                members = admin.describe_groups([group])[group]["members"]
                return sorted(
                    sum(len(topic["partitions"]) for topic in each["member_assignment"]["assigned_partitions"])
                    for each in members
                    if each["member_assignment"]
                )

            eventually(lambda: shares() == [len(DEPARTMENTS) // 2] * 2, "one has them all")
        assert one.poll() is None
        assert other.poll() is None


def test_a_topic_that_was_made_anew_has_other_messages_at_its_offsets(
    house: House, kafka_settings: KafkaSettings
) -> None:
    topics = wanted(kafka_settings.prefix, sorted(DEPARTMENTS), 1)
    send(kafka_settings, [b"{"])
    assert followed(house, kafka_settings).parked == 1
    (first,) = open_parked(house)
    settle(house, first.id, "重发")
    with closing(KafkaAdminClient(bootstrap_servers=kafka_settings.servers)) as admin:
        admin.delete_topics([first.topic])
        eventually(lambda: bool(changes(kafka_settings, topics)), "it is still there")
        make_so(kafka_settings, topics, 1)
        admin.delete_groups([f"{kafka_settings.prefix}-inbox"])
    send(kafka_settings, [b"[", message("new")])
    assert followed(house, kafka_settings) == Followed("", 1, 0, 1)
    (second,) = open_parked(house)
    assert (second.at_offset, second.topic) == (first.at_offset, first.topic)
    query(house.conninfo, "UPDATE feeds.parked SET at_offset = 1 WHERE id = %s", second.id)  # another message is there
    assert replay(house, kafka_settings) == (0, 0, 1)


def test_without_topics_it_says_so(house: House, kafka: Broker) -> None:
    with pytest.raises(NoTopic):
        follow_to_the_end(house, KafkaSettings(servers=kafka.address, prefix=unique("t")))


@pytest.mark.slow
def test_killed_between_the_log_and_the_offset_it_loses_and_doubles_nothing(
    house: House, kafka_settings: KafkaSettings, database_url: str
) -> None:
    times, signals = 8, [f"k-{number}" for number in range(120)]
    send(kafka_settings, [message(ident, number=1 + place % 9) for place, ident in enumerate(signals)])
    args = database_url, house.settings.home, kafka_settings.servers, kafka_settings.prefix, times
    with program("follow_inbox", *args) as following:
        assert [line(following) for _ in range(times)] == ["killed"] * times
        assert line(following) == "following"
        again = int(line(following).split()[2])
        eventually(lambda: len(received(house)) == len(signals), "not all are taken in")
        finish(following)
    assert again >= 1, "what the last one had in the log came again"
    assert received(house) == sorted(signals)


@pytest.mark.slow
def test_topics_that_change_hands_in_the_middle_lose_and_double_nothing(
    house: House, kafka_settings: KafkaSettings, database_url: str
) -> None:
    chance = random.Random(3)  # noqa: S311 when to go
    args = database_url, house.settings.home, kafka_settings.servers, kafka_settings.prefix, 0
    sent = []
    with ExitStack() as held:
        for turn in range(6):
            if turn in (0, 2):
                held.enter_context(program("follow_inbox", *args))
            idents = [f"t-{turn}-{number}" for number in range(40)]
            sent += [*idents, *(f"d-{ident}" for ident in idents)]
            send(kafka_settings, [message(ident, number=1 + place % 9) for place, ident in enumerate(idents)])
            deaf = [message(f"d-{ident}", "disability_issued", 1, facts={"grade": 1}) for ident in idents]
            send(kafka_settings, deaf, "canlian")
            time.sleep(chance.uniform(0, 0.5))
        eventually(lambda: len(received(house)) == len(sent), "not all are taken in")
    assert received(house) == sorted(sent)
    assert open_parked(house) == []
