"""The words of the rulebook, from what cases are made of: which action brings a case to which stage and milestone."""

from typing import get_args

from domain.cases.events import CASE_EVENTS
from domain.cases.registry import ACTIONS
from domain.cases.state import Stage
from domain.rulebook.faults import Outcome, Vocabulary

_STAGES: dict[str, tuple[Stage, ...]] = {
    "open_case": ("opened",),
    "request_correction": ("correcting",),
    "accept_case": ("accepted",),
    "refuse_acceptance": ("not_accepted",),
    "issue_opinion": ("opinion",),
    "post_notice": ("notice",),
    "record_objection": ("accepted",),
    "close_notice": ("noticed",),
    "confirm_case": ("confirmed",),
    "refuse_case": ("refused",),
    "start_grant": ("granted",),
    "suspend_grant": ("suspended",),
    "stop_grant": ("stopped",),
    "withdraw_case": ("withdrawn",),
    "terminate_case": ("terminated",),
}
_MILESTONES: dict[str, tuple[str, ...]] = {
    "open_case": ("opened",),
    "register_separately": ("separately_registered",),
    "request_correction": ("correction_requested",),
    "accept_case": ("accepted",),
    "authorise_comparison": ("comparison_authorised",),
    "report_comparison": ("comparison_reported",),
    "record_visit": ("home_visited",),
    "establish_facts": ("facts_established",),
    "hold_appraisal": ("appraisal_held",),
    "issue_opinion": ("opinion_issued",),
    "post_notice": ("notice_posted",),
    "close_notice": ("notice_closed",),
    "confirm_case": ("decided",),
    "refuse_case": ("decided",),
    "serve_decision": ("decision_served",),
    "publish_result": ("result_published",),
    "start_grant": ("grant_started",),
    "mark_review_due": ("review_due",),
    "archive_case": ("archived",),
    "backfill_papers": ("backfilled",),
    "identify_subject": ("identified",),
    "screen_next_layer": ("screened",),
}

VOCABULARY = Vocabulary(
    actions={
        name: Outcome(power=action.power, stages=_STAGES.get(name, ()), milestones=_MILESTONES.get(name, ()))
        for name, action in ACTIONS.items()
    },
    stages=frozenset(get_args(Stage)),
    events=frozenset(CASE_EVENTS),
)

ACTION_WORDS = {name: (action.zh, action.en) for name, action in ACTIONS.items()}
"""Action -> Chinese and English words for it."""
