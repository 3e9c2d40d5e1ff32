"""The library's mapper seam: our events under our own type names, as our own bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from eventsourcing.persistence import Mapper, StoredEvent

from adapters.eventstore.codec import decode_state, encode_parts
from adapters.eventstore.fields import SealedField
from adapters.eventstore.seals import IN_CLEAR, Sealing
from domain.kernel import Fact


class Numbered(NamedTuple):
    """A fact in its place in a stream: what the library calls a domain event."""

    originator_id: str
    originator_version: int
    fact: Fact


@dataclass(frozen=True)
class SealedEvent(StoredEvent):
    """A stored event with the personal fields that its state commits to."""

    sealed: Sequence[SealedField] = ()


def sealed_of(stored: StoredEvent) -> Sequence[SealedField]:
    """Return the personal fields of a stored event; one that the library made itself has none."""
    return stored.sealed if isinstance(stored, SealedEvent) else ()


class FactMapper(Mapper[Any]):
    """Maps Numbered facts to stored events and back, uncompressed: the bytes are hashed as they are."""

    sealing: Sealing = IN_CLEAR

    def to_stored_event(self, domain_event: Any) -> StoredEvent:  # noqa: ANN401 the library's signature
        """Return the stored event; its topic is ``type`` or ``type#schema``."""
        stream, version, fact = domain_event
        ((event, sealed),) = self.sealing.seal([fact.event], stream, version - 1)
        return SealedEvent(stream, version, topic(event.TYPE, event.SCHEMA), encode_parts(event, fact.meta), sealed)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:  # noqa: ANN401 the library's signature
        """Return the fact in its place. Raises UnknownType for a type that is not registered."""
        stored_type, schema = type_of(stored_event.topic)
        fact = decode_state(stored_type, schema, stored_event.state)
        return Numbered(str(stored_event.originator_id), stored_event.originator_version, fact)


def topic(stored_type: str, schema: int) -> str:
    """Return the topic of a type and schema number; schema 1 goes without saying."""
    return stored_type if schema == 1 else f"{stored_type}#{schema}"


def type_of(topic_: str) -> tuple[str, int]:
    """Return the type and schema number of a topic."""
    stored_type, _, schema = topic_.partition("#")
    return stored_type, int(schema or 1)
