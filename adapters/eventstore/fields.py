"""Sealed fields as the log stores them, and commitments as states hold them."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

import msgspec
from psycopg import Connection

from adapters.eventstore.event_types import EVENT_TYPES
from domain.errors import Unavailable
from domain.kernel import Event
from domain.personal import WITHHELD, plan_of

_COMMITMENT = re.compile(rb'"([a-z_]+)":\{(?:"alg":"([a-z0-9+-]+)",)?"d":"([0-9a-f]{64})","h":"([0-9a-f]{64})"\}')
_SOME_COMMITMENT = b'","h":"'
_FIELDS = """
SELECT position, path, subject, key_id, commitment, sealed, erased_by FROM log.sealed_field WHERE position = ANY(%s)
"""


class SealedField(NamedTuple):
    """A personal value as it is stored. ``commitment``: the hash of ``sealed`` (nonce, ciphertext, tag)."""

    path: str
    subject: str
    key_id: bytes
    commitment: bytes
    sealed: bytes


class StoredField(NamedTuple):
    """A row of ``log.sealed_field``. ``sealed`` is None, and ``erased_by`` the id of an event, once it is erased."""

    position: int
    path: str
    subject: str
    key_id: bytes
    commitment: bytes
    sealed: bytes | None
    erased_by: str | None


class Place(NamedTuple):
    """An event's place, and its state as stored."""

    position: int
    stream: str
    seq: int
    state: bytes


class NoVault(Unavailable):
    """Personal values are asked for, and no vault is at hand that could open them."""

    code = "NO_VAULT"
    zh = "未连接密钥库，无法读取个人信息"
    en = "No vault is at hand to open personal data"


class Opening(Protocol):
    """Opens sealed fields: the vault's part in reading (adapters/vault/opening.py)."""

    def opened(self, places: list[Place], fields: list[StoredField]) -> Iterator[bytes]:
        """Return the states with their personal values, or with what says that they are erased. Raises SealBroken."""


class Unopened:
    """Opens nothing: for whoever has no vault, and asks for no personal value."""

    def opened(self, places: list[Place], fields: list[StoredField]) -> Iterator[bytes]:  # noqa: ARG002 nothing is looked at
        """Raise NoVault."""
        raise NoVault


UNOPENED = Unopened()


def has_commitments(state: bytes) -> bool:
    """Tell whether a state may hold commitments: text in a state never has such quotes unescaped."""
    return _SOME_COMMITMENT in state


def count_commitments(state: bytes) -> int:
    """Return how many commitments a state has."""
    return state.count(_SOME_COMMITMENT)


def replaced(state: bytes, value: Callable[[str, str], bytes]) -> bytes:
    """Return the state with JSON in place of each commitment. ``value``: of the field's name and ``h`` in hex."""

    def put(found: "re.Match[bytes]") -> bytes:
        name = found[1].decode()
        return b'"%b":%b' % (found[1], value(name, found[4].decode()))

    return _COMMITMENT.sub(put, state)


def withheld(state: bytes) -> bytes:
    """Return the state with something that reads as a value in place of each commitment, for who does not ask."""
    return replaced(state, lambda name, _: b"{}" if name in mappings() else _WITHHELD)


def stored_fields(connection: "Connection[Any]", positions: list[int]) -> list[StoredField]:
    """Return the sealed fields of these events."""
    return [StoredField._make(row) for row in connection.execute(_FIELDS, (positions,), binary=True)]


def opened_rows(
    connection: "Connection[Any]",
    rows: Sequence[tuple[Any, ...]],
    opening: Opening,
    personal: Collection[str] | None = None,
) -> list[tuple[Any, ...]]:
    """Return rows (position, stream, seq, type, schema, recorded_at, state, anything) with personal values in place.

    ``personal``: the types of whose events they are wanted (None: of all); the others read as withheld.
    Raises SealBroken, NoVault, Unavailable.
    """
    found = {row[0]: row for row in rows if has_commitments(row[6])}
    if not found:
        return list(rows)
    asked = [Place(row[0], row[1], row[2], row[6]) for row in found.values() if personal is None or row[3] in personal]
    states = {position: withheld(row[6]) for position, row in found.items()} if personal is not None else {}
    if asked:
        fields = stored_fields(connection, [place.position for place in asked])
        states |= zip([place.position for place in asked], opening.opened(asked, fields), strict=True)
    return [(*row[:6], states[row[0]], *row[7:]) if row[0] in found else row for row in rows]


@cache
def mappings() -> frozenset[str]:
    """Return the names of the personal fields that hold facts by name; all others are texts."""
    plans = [plan for cls in EVENT_TYPES.values() if (plan := plan_of(cls))]  # facts lie in events, never deeper
    return frozenset(name for plan in plans for name, mapping in plan.own if mapping)


def personal_types() -> frozenset[type[Event]]:
    """Return the events that have personal fields."""
    return frozenset(cls for cls in EVENT_TYPES.values() if plan_of(cls))


_WITHHELD = msgspec.json.encode(WITHHELD)
