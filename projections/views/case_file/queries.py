"""Reading a case file."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.cases.state import CaseState
from domain.kernel import Recorded, Value
from projections.query import Query
from projections.shape import Rows
from projections.views.case_file.view import CaseFileRow, fold

_SELECT = "SELECT case_id, version, position, changed_at, state FROM case_file WHERE case_id = %s"
_decode = msgspec.json.Decoder(CaseState).decode


class CaseFile(Value):
    """A case as it stands at a version. ``changed_at``: when the last event happened, UTC."""

    case_id: str
    version: int
    position: int
    changed_at: datetime
    state: CaseState


def case_file_row(case_id: str) -> Query:
    """Return the query of one case."""
    return Query(_SELECT, (case_id,))


def case_file(found: Sequence[dict[str, Any]]) -> CaseFile | None:
    """Return the case that ``case_file_row`` found, or None."""
    if not found:
        return None
    row = dict(found[0])
    return CaseFile(**{**row, "state": _decode(row["state"])})


def case_file_of(history: Iterable[Recorded]) -> CaseFile | None:
    """Return what the view says of a case after just these of its events, or None after none."""
    rows, case_id = Rows(), ""
    for recorded in history:
        fold({"case_file": rows}, recorded)
        case_id = recorded.stream[5:]
    row: CaseFileRow | None = rows.get((case_id,))
    return CaseFile(row.case_id, row.version, row.position, row.changed_at, row.state) if row else None
