"""Arrays in PostgreSQL's binary form (its source: ``array_send``), for the append call.

The driver's own arrays ask the type of every element; nine of them cost a lone append more than its round trip.
"""

from collections.abc import Sequence
from struct import Struct

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format

_BYTEA, _INT2, _INT4, _TEXT = 17, 21, 23, 25
_EMPTY = Struct(">iii").pack
_HEAD = Struct(">iiiii").pack
_LENGTH = Struct(">i").pack


class BinaryArray(bytes):
    """An array as the wire has it; the query's cast says of what type."""


class _AsItIs(Dumper):
    """The type is left to the cast."""

    format = Format.BINARY

    def dump(self, obj: BinaryArray) -> bytes:
        return bytes(obj)


adapters.register_dumper(BinaryArray, _AsItIs)


def texts(values: Sequence[str]) -> BinaryArray:
    """Return a ``text[]``."""
    return _of_bytes(_TEXT, [*map(str.encode, values)])


def byteas(values: Sequence[bytes]) -> BinaryArray:
    """Return a ``bytea[]``."""
    return _of_bytes(_BYTEA, values)


def int4s(values: Sequence[int]) -> BinaryArray:
    """Return an ``int4[]``. Raises struct.error for a number that does not fit; ``checked`` has seen to that."""
    return _of_numbers(_INT4, "ii", 4, values)


def int2s(values: Sequence[int]) -> BinaryArray:
    """Return an ``int2[]``, in the same way."""
    return _of_numbers(_INT2, "ih", 2, values)


def _of_bytes(oid: int, values: Sequence[bytes]) -> BinaryArray:
    """Every value with its length before it, interleaved without a loop in Python: a batch has hundreds."""
    parts: list[bytes] = [b""] * (2 * len(values))
    parts[::2] = map(_LENGTH, map(len, values))
    parts[1::2] = values
    return BinaryArray(b"".join((_head(oid, len(values)), *parts)))


def _of_numbers(oid: int, form: str, size: int, values: Sequence[int]) -> BinaryArray:
    items = [size] * (2 * len(values))
    items[1::2] = values
    return BinaryArray(_head(oid, len(values)) + Struct(f">{form * len(values)}").pack(*items))


def _head(oid: int, count: int) -> bytes:
    return _HEAD(1, 0, oid, count, 1) if count else _EMPTY(0, 0, oid)
