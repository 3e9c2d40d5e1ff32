"""Folding events into the tables that a connection's search path names: live ones, or those of an aside."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import psycopg
from psycopg import Connection

from adapters.projector.batch import Undecoded
from adapters.projector.refolding import refold
from adapters.projector.rows import load_rows, write_rows
from domain.cases.events.closing import PersonalErased
from domain.kernel import Recorded
from projections.shape import Rows, View, Working


class Indigestible(Exception):
    """An event that this program cannot decode, of a type that a view wants or that is not known at all."""


class ViewFault(Exception):
    """A view could not digest a batch; the cause is the exception's cause. Nothing of the batch is written."""

    def __init__(self, view: View) -> None:
        """Keep the view."""
        super().__init__(view.name)
        self.view = view


_DATABASE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    psycopg.errors.ProgramLimitExceeded,  # an OperationalError by class, but waiting cures nothing
)


def fold_view(connection: "Connection[Any]", view: View, events: Sequence[Recorded], *, fresh: bool = False) -> None:
    """Fold the events into the view's rows, within the caller's transaction. Raises ViewFault.

    ``fresh``: no row that the events touch is in the tables yet, so that none need be looked for.
    Rows that the database refuses are the view's fault as well; a server that is not there, or a lost race, is not.
    """
    wanted = wanted_by(view, events)
    try:
        for part in [wanted] if fresh else _parts(view, wanted):
            _fold(connection, view, part, fresh=fresh)
    except _DATABASE as error:
        raise ViewFault(view) from error
    except psycopg.Error:
        raise
    except Exception as error:  # whatever a fold raises is the view's fault, and the other views must go on
        raise ViewFault(view) from error


def _parts(view: View, events: list[Recorded]) -> Iterator[list[Recorded]]:
    """Each erasure begins a part: its stream is folded anew first. Whole streams, read now, know nothing of it."""
    if not view.personal:
        yield events
        return
    starts = [n for n, each in enumerate(events) if type(each.event) is PersonalErased]
    for start, end in pairwise([0, *starts, len(events)]):
        yield events[start:end]


def wanted_by(view: View, events: Sequence[Recorded]) -> list[Recorded]:
    """Return the events that the view folds; what cannot be decoded is every view's matter."""
    types = _types(view)
    return [each for each in events if type(each.event) in types]


@cache
def _types(view: View) -> frozenset[type[Any]]:
    return view.folds | {Undecoded} | ({PersonalErased} if view.personal else frozenset())


def _fold(connection: "Connection[Any]", view: View, events: Sequence[Recorded], *, fresh: bool) -> None:
    for recorded in events:
        if type(recorded.event) is Undecoded:
            raise Indigestible(recorded.event.reason)
    if not events:
        return
    if not fresh and view.personal and type(events[0].event) is PersonalErased:
        refold(connection, view, events[0])
    rows: Working = {table.name: Rows() for table in view.tables}
    events = [each for each in events if type(each.event) in view.folds]
    if not fresh:
        load_rows(connection, view, events, rows)
    fold = view.fold
    for recorded in events:
        fold(rows, recorded)
    for table in view.tables:
        write_rows(connection, table, rows[table.name])
