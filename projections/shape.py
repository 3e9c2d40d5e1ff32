"""The shape of a view: tables, and a function that folds an event into the rows it touches."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import astuple

from domain.kernel import Event, Recorded, Value

Key = tuple[Any, ...]


class Table(Value):
    """A table, named without its schema. ``columns`` start with the key. ``types`` are PostgreSQL's names.

    ``adds``: the table only counts; its last column is a number to add, and its rows are never read while folding.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: int
    """How many of the first columns are the key."""
    load: Callable[[tuple[Any, ...]], Any]
    """Database row -> row object, of the view's own making."""
    dump: Callable[[Any], tuple[Any, ...]]
    """Row object -> database row."""
    adds: bool = False


def rows_of(name: str, row: type[msgspec.Struct], types: str, key: int = 1) -> Table:
    """Return the table whose columns are the fields of a class of rows, in order. ``types``: with blanks between."""
    return Table(name, row.__struct_fields__, tuple(types.split()), key, lambda found: row(*found), astuple)


def tuples_of(name: str, columns: str, types: str, key: int = 1) -> Table:
    """Return a table whose rows are tuples."""
    return Table(name, tuple(columns.split()), tuple(types.split()), key, tuple, tuple)


def counts_of(name: str, columns: str, types: str) -> Table:
    """Return a table that only counts: its last column is the number, all others are the key."""
    names = tuple(columns.split())
    return Table(name, names, tuple(types.split()), len(names) - 1, tuple, tuple, adds=True)


class Rows:
    """The rows of one table that a batch touches: those that exist, and what becomes of them."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._found: dict[Key, Any] = {}
        self._under: dict[Any, dict[Key, None]] = {}
        self._changed: dict[Key, Any] = {}
        self._added: dict[Key, int] = {}

    def found(self, key: Key, row: Any) -> None:  # noqa: ANN401 rows are the view's own
        """Take in a row that exists in the table."""
        self._found[key] = row
        if len(key) > 1:
            self._under.setdefault(key[0], {})[key] = None

    def get(self, key: Key) -> Any:  # noqa: ANN401 rows are the view's own
        """Return the row as it stands now, or None."""
        return self._changed.get(key) or self._found.get(key)

    def put(self, key: Key, row: Any) -> None:  # noqa: ANN401 rows are the view's own
        """Set the row."""
        self._changed[key] = row
        if len(key) > 1:
            self._under.setdefault(key[0], {})[key] = None

    def under(self, first: Any) -> list[Any]:  # noqa: ANN401 a column of a key, of any type
        """Return the rows of a longer key that begin with this, as they stand now; ``touches`` must name them so."""
        return [self.get(key) for key in self._under.get(first, ())]

    def add(self, key: Key, number: int) -> None:
        """Add to a counting row."""
        self._added[key] = self._added.get(key, 0) + number

    def new(self) -> Iterator[Any]:
        """Return the rows that do not exist in the table yet."""
        return (row for key, row in self._changed.items() if key not in self._found)

    def changed(self) -> Iterator[Any]:
        """Return the rows that exist and were set."""
        return (row for key, row in self._changed.items() if key in self._found)

    def added(self) -> Iterator[tuple[Any, ...]]:
        """Return key + sum for every counting row, also for a sum of 0: which rows exist must not hang on batches."""
        return ((*key, number) for key, number in self._added.items())


Working = dict[str, Rows]
"""Rows by table name."""


class View(Value):
    """A read model. ``version`` grows with every change of its tables or its fold; it is then built anew, beside.

    ``folds``: the only event types that change a row. ``by_stream``: every row that is read while folding belongs to
    one stream (rows that only count apart), so that slices of streams can be folded apart from each other.
    """

    name: str
    version: int
    folder: Path
    tables: tuple[Table, ...]
    touches: Callable[[Recorded], Iterable[tuple[str, Key]]]
    """The rows (table, key) that must be loaded before the event can be folded; a shorter key, all that begin so."""
    fold: Callable[[Working, Recorded], None]
    """Folds one event. Pure but for the rows that it is given: no clock, no random, no reading."""
    folds: frozenset[type[Event]]
    by_stream: bool = True
    personal: frozenset[type[Event]] = frozenset()
    """The events whose personal fields it reads; those of all others are withheld from it."""
    forget: str = ""
    """SQL with the case's id as its parameter: takes away rows whose very keys come from personal values, once those
    are erased; all other rows are made anew from the log."""

    def schema(self) -> str:
        """Return the SQL that makes the tables."""
        return (self.folder / "schema.sql").read_text(encoding="utf-8")


def nothing(_: Recorded) -> Iterable[tuple[str, Key]]:
    """Touch no row: for views that only insert."""
    return ()
