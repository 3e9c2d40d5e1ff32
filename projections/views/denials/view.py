"""Every act that was refused for want of authority: who tried what, where, when, and why not (法无授权不可为)."""

from datetime import datetime
from pathlib import Path

import msgspec

from domain.authority.events import ActDenied
from domain.kernel import Recorded
from projections.shape import View, Working, nothing, rows_of


class DenialRow(msgspec.Struct, gc=False):
    """A row of the table, fields in the order of its columns. ``amount`` in fen."""

    position: int
    recorded_at: datetime
    occurred_at: datetime
    actor: str
    post: str
    organ: str
    action: str
    code: str
    detail: str
    matter: str
    division: str
    case_id: str
    amount: int


def fold(rows: Working, recorded: Recorded) -> None:
    """Add the denial's row."""
    event, meta = recorded.event, recorded.meta
    if not isinstance(event, ActDenied):
        return
    row = DenialRow(
        position=recorded.position,
        recorded_at=recorded.recorded_at,
        occurred_at=meta.occurred_at,
        actor=meta.actor,
        post=meta.post,
        organ=meta.organ,
        action=event.action,
        code=event.code,
        detail=event.detail,
        matter=event.matter,
        division=event.division,
        case_id=event.case,
        amount=event.amount,
    )
    rows["denials"].put((row.position,), row)


DENIALS = View(
    name="denials",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("denials", DenialRow, "int8 timestamptz timestamptz text text text text text text text text text int8"),
    ),
    touches=nothing,
    fold=fold,
    folds=frozenset({ActDenied}),
)
