"""A case in two times as JSON shows it: for the API and for ``--json``."""

from collections.abc import Sequence
from typing import Any

from adapters.http.history_fields import event_fields
from application.knowledge import Difference, learned_since, order_matters
from application.marks import Corrected, counted
from application.two_times import Account, Placed
from domain.kernel import Recorded


def account_fields(account: Account, stored: Sequence[Recorded]) -> dict[str, object]:
    """Return the case at a moment, step by step as things happened; ``stored``: all that is known of it now."""
    return {
        **standing_fields(account, stored),
        "later": account.later,
        "counts": counted(each.marks for each in account.steps),
        "events": [_step(each) for each in account.steps],
        "order_matters": [
            {"field": each.field, "recorded": each.then, "happened": each.now}
            for each in order_matters(stored, account.at)
        ],
    }


def standing_fields(account: Account, stored: Sequence[Recorded]) -> dict[str, object]:
    """Return the state at a moment, what was asked, and what is known otherwise now."""
    return {
        "by": "happened",
        "on": account.at.on,
        "as_of": account.at.as_of,
        "late_after_seconds": int(account.late_after.total_seconds()),
        "standing": account.standing,
        "since": account.since,
        "version": account.version,
        "position": account.position,
        "state": account.state,
        "learned_since": [_learned(each) for each in learned_since(stored, account.at)],
    }


def _step(placed: Placed) -> dict[str, object]:
    marks = placed.marks
    return {
        **event_fields(placed.step),
        "late_seconds": marks.late,
        "ahead_seconds": marks.ahead,
        "recorded_after": marks.overtaken,
        "before_opening": marks.before_opening,
        "moot": marks.moot,
        "corrects": _corrected(marks.corrects) if marks.corrects else None,
        "corrected": [_corrected(each) for each in marks.corrected],
    }


def _corrected(put: Corrected) -> dict[str, Any]:
    return {
        "by": put.by.seq,
        "of": put.of.seq,
        "field": put.field,
        "before": put.before,
        "after": put.after,
        "shown": put.shown,
        "reason": put.reason,
        "recorded_at": put.by.recorded_at,
    }


def _learned(difference: Difference) -> dict[str, Any]:
    step = difference.learned
    return {
        "field": difference.field,
        "then": difference.then,
        "now": difference.now,
        "seq": step.seq if step else None,
        "recorded_at": step.recorded_at if step else None,
    }
