"""One row per policy: its stage, comments and answers, review, decision, pilot."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from domain.kernel import Event, Recorded
from domain.policy.events import (
    POLICY_EVENTS,
    CollectivelyDecided,
    CommentAnswered,
    CommentReceived,
    ConsultationClosed,
    ConsultationOpened,
    DraftRevised,
    LegalityReviewed,
    PilotClosed,
    PilotEvaluated,
    PilotMeasured,
    PilotOpened,
    PolicyDrafted,
    PolicyPublished,
    PromotedToNorm,
)
from domain.rulebook.rules import RuleVersion
from projections.shape import Key, View, Working, rows_of

_STREAM = "policy-"


class PolicyRow(msgspec.Struct, gc=False):
    """A row of the table, fields in the order of its columns."""

    policy_id: str
    drafted_at: datetime
    changed_at: datetime
    title_zh: str
    title_en: str
    division: str
    stage: str = "draft"
    matters: str = ""
    versions: str = ""
    comments: int = 0
    answered: int = 0
    adopted: int = 0
    review: str = ""
    decision: str = ""
    pilot: str = ""
    pilot_stage: str = ""
    pilot_from: date | None = None
    pilot_to: date | None = None
    document: str = ""
    published_on: date | None = None
    version: int = 0
    position: int = 0


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the policy's row."""
    return (("policies", _key(recorded)),) if recorded.stream.startswith(_STREAM) else ()


def fold(rows: Working, recorded: Recorded) -> None:
    """Make or change the policy's row."""
    if not recorded.stream.startswith(_STREAM):
        return
    key, event, at = _key(recorded), recorded.event, recorded.meta.occurred_at
    row = rows["policies"].get(key)
    if row is None:
        if not isinstance(event, PolicyDrafted):
            raise TypeError(f"{event.TYPE} before the draft")
        row = PolicyRow(key[0], at, at, event.title_zh, event.title_en, event.division)
        _lay(row, event.versions)
    row.changed_at, row.version, row.position = at, recorded.seq, recorded.position
    change = _CHANGES.get(type(event))
    if change is not None:
        change(row, event)
    rows["policies"].put(key, row)


def _key(recorded: Recorded) -> tuple[str]:
    return (recorded.stream.removeprefix(_STREAM),)


def _lay(row: PolicyRow, versions: tuple[RuleVersion, ...]) -> None:
    row.matters = ",".join(dict.fromkeys(version.matter for version in versions))
    row.versions = ",".join(version.id for version in versions)


def _revised(row: PolicyRow, event: DraftRevised) -> None:
    _lay(row, event.versions)
    row.review = row.decision = ""
    if row.stage in ("reviewed", "decided"):
        row.stage = "consulted"


def _consulting(row: PolicyRow, _: ConsultationOpened) -> None:
    row.stage = "consulting"


def _commented(row: PolicyRow, event: CommentReceived) -> None:
    row.comments = event.number


def _answered(row: PolicyRow, event: CommentAnswered) -> None:
    row.answered += 1
    row.adopted += event.reply.adopted


def _consulted(row: PolicyRow, _: ConsultationClosed) -> None:
    row.stage = "consulted"


def _reviewed(row: PolicyRow, event: LegalityReviewed) -> None:
    row.review, row.decision = "passed" if event.review.passed else "failed", ""
    row.stage = "reviewed" if event.review.passed else "consulted"


def _decided(row: PolicyRow, event: CollectivelyDecided) -> None:
    row.decision = event.decision.result
    row.stage = "decided" if event.decision.result == "approved" else "reviewed"


def _published(row: PolicyRow, event: PolicyPublished) -> None:
    row.stage, row.document, row.published_on = "published", event.document, event.published_on


def _piloted(row: PolicyRow, event: PilotOpened) -> None:
    row.pilot, row.pilot_stage, row.pilot_from, row.pilot_to = event.pilot, "opened", event.valid_from, event.valid_to


def _promoted(row: PolicyRow, event: PromotedToNorm) -> None:
    row.stage, row.document, row.published_on = "published", event.document, event.promoted_on
    row.pilot_stage = "promoted"


def _pilot(stage: str) -> Callable[[PolicyRow, Event], None]:
    def change(row: PolicyRow, _: Event) -> None:
        row.pilot_stage = stage

    return change


_CHANGES: dict[type[Event], Any] = {
    DraftRevised: _revised,
    ConsultationOpened: _consulting,
    CommentReceived: _commented,
    CommentAnswered: _answered,
    ConsultationClosed: _consulted,
    LegalityReviewed: _reviewed,
    CollectivelyDecided: _decided,
    PolicyPublished: _published,
    PilotOpened: _piloted,
    PilotMeasured: _pilot("measured"),
    PilotEvaluated: _pilot("evaluated"),
    PromotedToNorm: _promoted,
    PilotClosed: _pilot("closed"),
}

_TYPES = (
    "text timestamptz timestamptz text text text text text text int4 int4 int4 text text text text date date text date "
    "int4 int8"
)


def _load(row: tuple[Any, ...]) -> PolicyRow:
    return PolicyRow(*row)


POLICIES = View(
    name="policies",
    version=1,
    folder=Path(__file__).parent,
    tables=(rows_of("policies", PolicyRow, _TYPES),),
    touches=touches,
    fold=fold,
    folds=frozenset(POLICY_EVENTS.values()),
)
