"""The whole state of every case: the same fold that decisions use."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from domain.cases.events import CASE_EVENTS
from domain.cases.evolve import evolve
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import Recorded
from projections.shape import Key, Table, View, Working

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(CaseState).decode


class CaseFileRow(msgspec.Struct):
    """A case at a version."""

    case_id: str
    version: int
    position: int
    changed_at: datetime
    state: CaseState


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the case's row."""
    return (("case_file", (recorded.stream[5:],)),) if recorded.stream.startswith("case-") else ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Evolve the case's state."""
    if not recorded.stream.startswith("case-"):
        return
    case_id = recorded.stream[5:]
    row = rows["case_file"].get((case_id,))
    state = evolve(row.state if row else NO_CASE, recorded.event)  # type: ignore[arg-type]  # a case stream has case events
    changed = CaseFileRow(case_id, recorded.seq, recorded.position, recorded.meta.occurred_at, state)
    rows["case_file"].put((case_id,), changed)


def _load(row: tuple[Any, ...]) -> CaseFileRow:
    case_id, version, position, changed_at, state = row
    return CaseFileRow(case_id, version, position, changed_at, _decode(state))


def _dump(row: CaseFileRow) -> tuple[Any, ...]:
    return row.case_id, row.version, row.position, row.changed_at, _encode(row.state)


CASE_FILE = View(
    name="case_file",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        Table(
            name="case_file",
            columns=CaseFileRow.__struct_fields__,
            types=("text", "int4", "int8", "timestamptz", "bytea"),
            key=1,
            load=_load,
            dump=_dump,
        ),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset(CASE_EVENTS.values()),
    personal=frozenset(CASE_EVENTS.values()),
)
