"""The row of a decision: what was decided, and what had gone before it."""

from datetime import date

from domain.cases.assess import age_on
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.divisions import settlement
from domain.kernel import Recorded
from projections.views.audit_questions.months import months_between
from projections.views.audit_questions.rows import CaseRow, DecisionRow

_BEFORE = ("accepted", "kin", "compared", "compared_on", "inquired", "opined", "noticed", "closed", "objected")


def decision_row(case: CaseRow, recorded: Recorded) -> DecisionRow:
    """Return the row of a confirmation or a refusal on the case as it stood."""
    event = recorded.event
    confirmed = event if isinstance(event, Confirmed) else None
    day = event.refused_on if isinstance(event, CaseRefused) else confirmed.confirmed_on if confirmed else date.min
    first = confirmed.from_month if confirmed else None
    return DecisionRow(
        position=recorded.position,
        case_id=case.case_id,
        division=case.division,
        result="grant" if confirmed else "refuse",
        decided_on=day,
        rule=confirmed.rule if confirmed else recorded.meta.rule or case.rule,
        pinned=case.rule,
        post=recorded.meta.post,
        amount=confirmed.amount if confirmed else 0,
        standard=_standard(confirmed) if confirmed else 0,
        settlement=settlement(case.division) or "",
        from_month=first,
        after_confirmation=_months(day, first),
        after_receipt=_months(case.received_on, first),
        after_condition=_months(case.condition_from, first),
        age_months=_months(case.born, first),
        age=age_on(case.born, day) if case.born and case.born <= day else None,
        **{name: getattr(case, name) for name in _BEFORE},
    )


def _months(since: date | None, first: date | None) -> int | None:
    return months_between(since, first) if since and first else None


def _standard(event: Confirmed) -> int:
    """The standard that was applied: where a rule has two tracks, that of the place."""
    return event.calculation.inputs.get("standard", event.standard) if event.calculation else event.standard
