"""Topics of a broker: how they differ from what there must be, and making them so."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from adapters.kafka.connection import KafkaDown, KafkaSettings, options
from adapters.kafka.topics import Topic
from domain.kernel import Value

MISSING, PARTITIONS = "missing", "partitions"


class Change(Value, omit_defaults=False):
    """What differs. ``what``: ``missing``, ``partitions`` or the name of a setting."""

    topic: str
    what: str
    now: str
    wanted: str


def changes(settings: KafkaSettings, topics: Sequence[Topic]) -> list[Change]:
    """Return how the broker differs from what there must be. Raises NoKafka, KafkaDown."""
    with _admin(settings) as admin:
        return _changes(admin, topics)


def make_so(settings: KafkaSettings, topics: Sequence[Topic], replicas: int) -> list[Change]:
    """Make it so; return how it differed. Raises NoKafka, KafkaDown.

    The number of partitions of a topic that is there is never changed: keys would go to others, and the order of a
    case be lost.
    """
    with _admin(settings) as admin:
        todo = _changes(admin, topics)
        by_name = {topic.name: topic for topic in topics}
        new = {change.topic: _shape(by_name[change.topic], replicas) for change in todo if change.what == MISSING}
        if new:
            admin.create_topics(new)
        for name in {change.topic for change in todo if change.what not in (MISSING, PARTITIONS)}:
            admin.alter_configs([_resource(name, by_name[name].settings)])
        if settings.security.startswith("SASL"):
            admin.create_acls([*_rights(topics)])
    return todo


def _changes(admin: Any, topics: Sequence[Topic]) -> list[Change]:  # noqa: ANN401 the library publishes no types
    there = set(admin.list_topics())
    known = [topic for topic in topics if topic.name in there]
    missing = [Change(each.name, MISSING, "", str(each.partitions)) for each in topics if each.name not in there]
    found = {each["name"]: each for each in admin.describe_topics([topic.name for topic in known])} if known else {}
    return [*missing, *(change for topic in known for change in _differences(admin, topic, found[topic.name]))]


def _differences(admin: Any, topic: Topic, found: Mapping[str, Any]) -> Iterator[Change]:  # noqa: ANN401 the library publishes no types
    partitions = len(found["partitions"])
    if partitions != topic.partitions:
        yield Change(topic.name, PARTITIONS, str(partitions), str(topic.partitions))
    (now,) = admin.describe_configs([_resource(topic.name, None)])["topic"].values()
    for name, value in topic.settings.items():
        if now.get(name, {}).get("value") != value:
            yield Change(topic.name, name, now.get(name, {}).get("value", ""), value)


def _shape(topic: Topic, replicas: int) -> dict[str, Any]:
    return {"num_partitions": topic.partitions, "replication_factor": replicas, "configs": topic.settings}


def _resource(name: str, settings: dict[str, str] | None) -> Any:  # noqa: ANN401 the library publishes no types
    from kafka.admin import ConfigResource, ConfigResourceType  # noqa: PLC0415 loaded only where Kafka is used

    return ConfigResource(ConfigResourceType.TOPIC, name, configs=settings)


def _rights(topics: Sequence[Topic]) -> Iterator[Any]:
    """Yield who may read or write what; a department reads its own feed, in groups whose names begin like it."""
    from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType  # noqa: PLC0415 loaded only where Kafka is used
    from kafka.admin import ACLResourcePatternType as Pattern  # noqa: PLC0415 loaded only where Kafka is used

    def allow(user: str, operation: Any, what: Any) -> Any:  # noqa: ANN401 the library publishes no types
        return ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, what)

    for topic in topics:
        here = ResourcePattern(ResourceType.TOPIC, topic.name)
        if topic.reader:
            groups = ResourcePattern(ResourceType.GROUP, f"{topic.reader}.", Pattern.PREFIXED)
            yield from (allow(topic.reader, ACLOperation.READ, what) for what in (here, groups))
        if topic.writer:
            yield allow(topic.writer, ACLOperation.WRITE, here)


@contextmanager
def _admin(settings: KafkaSettings) -> Iterator[Any]:
    from kafka import KafkaAdminClient  # noqa: PLC0415 loaded only where Kafka is used
    from kafka.errors import KafkaError  # noqa: PLC0415 loaded only where Kafka is used

    try:
        with closing(KafkaAdminClient(**options(settings))) as admin:
            yield admin
    except KafkaError as error:
        raise KafkaDown(type(error).__name__) from error
