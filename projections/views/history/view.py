"""Every event with who, when it happened, when it was recorded, under which power and rule, and what it said."""

from pathlib import Path

import msgspec

from domain.cases.events import CASE_EVENTS
from domain.kernel import Recorded
from projections.shape import Table, View, Working, nothing

_encode = msgspec.json.Encoder(order="sorted").encode


def fold(rows: Working, recorded: Recorded) -> None:
    """Add the event's row."""
    if not recorded.stream.startswith("case-"):
        return
    meta = recorded.meta
    rows["history"].put(
        (recorded.position,),
        (
            recorded.position,
            recorded.stream[5:],
            recorded.seq,
            recorded.type,
            meta.occurred_at,
            recorded.recorded_at,
            meta.actor,
            meta.post,
            meta.organ,
            meta.authority.power if meta.authority else "",
            meta.rule,
            _encode(recorded.event),
        ),
    )


_COLUMNS = (
    "position",
    "case_id",
    "seq",
    "type",
    "occurred_at",
    "recorded_at",
    "actor",
    "post",
    "organ",
    "power",
    "rule",
    "data",
)
_TYPES = ("int8", "text", "int4", "text", "timestamptz", "timestamptz", *["text"] * 5, "bytea")

HISTORY = View(
    name="history",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        Table(
            name="history",
            columns=_COLUMNS,
            types=_TYPES,
            key=1,
            load=tuple,
            dump=tuple,
        ),
    ),
    touches=nothing,
    fold=fold,
    folds=frozenset(CASE_EVENTS.values()),
    personal=frozenset(CASE_EVENTS.values()),
)
