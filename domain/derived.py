"""What follows from a frozen value, worked out once: every decision asks the same of the same few rule versions."""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MOST = 10_000


def once_per(derive: Callable[[K], V]) -> Callable[[K], V]:
    """Return ``derive`` with a memory: what it returned for a value it returns for that very object again.

    Values are told apart by identity, for hashing a rule version costs more than most of what follows from it. What
    raises is not remembered.
    """
    known: dict[int, tuple[K, V]] = {}

    def derived(value: K) -> V:
        found = known.get(id(value))
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            # The value is held, so that no other can get its id.
            found = known[id(value)] = (value, derive(value))
        return found[1]

    return derived
