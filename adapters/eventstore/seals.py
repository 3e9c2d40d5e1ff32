"""How personal values are written and read again: the vault's two parts in it, and what stands in without a vault."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from adapters.eventstore.fields import UNOPENED, Opening, SealedField
from domain.kernel import Event


class Sealing(Protocol):
    """Puts commitments in place of personal values (adapters/vault/sealing.py)."""

    def expect(self, writes: Iterable[tuple[str, Iterable[Event]]]) -> None:
        """Make ready for events of these streams, which are sealed later."""

    def seal(self, events: Sequence[Event], stream: str, before: int) -> list[tuple[Event, Sequence[SealedField]]]:
        """Return the events with commitments, and their sealed fields. ``before``: the version they follow."""


class InClear:
    """Seals nothing: for a log of test data, whose vault nobody needs."""

    def expect(self, writes: Iterable[tuple[str, Iterable[Event]]]) -> None:
        """Make nothing ready."""

    def seal(self, events: Sequence[Event], stream: str, before: int) -> list[tuple[Event, Sequence[SealedField]]]:  # noqa: ARG002 nothing is looked at
        """Return the events as they are."""
        return [(event, ()) for event in events]


class Seals(NamedTuple):
    """Both parts."""

    sealing: Sealing
    opening: Opening


IN_CLEAR = InClear()
IN_CLEAR_ALWAYS = Seals(IN_CLEAR, UNOPENED)
