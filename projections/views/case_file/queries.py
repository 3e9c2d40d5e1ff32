"""Reading a case file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.cases.state import CaseState
from domain.kernel import Value
from projections.query import Query

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
