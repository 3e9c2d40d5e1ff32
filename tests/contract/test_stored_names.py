"""Names that stand in logs for ever: a change here is a change of every log ever written. Lists may only grow."""

import inspect

import pytest

from adapters.eventstore.codec import encode_state
from adapters.eventstore.event_types import EVENT_TYPES
from application.ports import case_stream
from domain.bureau_events import BUREAU, RULEBOOK
from domain.cases.registry import ACTIONS
from domain.kernel import Authority, CaseId, Event, Meta
from domain.policy.registry import POLICY_ACTIONS
from domain.signals.events import signals_stream
from tests.support.samples import SAMPLES, fact

TYPES = {
    "authority.act_denied": 1,
    "authority.grant_resumed": 1,
    "authority.grant_revoked": 1,
    "authority.grant_suspended": 1,
    "authority.grants_given": 1,
    "authority.power_changed": 1,
    "authority.powers_listed": 1,
    "authority.sample_drawn": 1,
    "authority.sample_inspected": 1,
    "bureau.kin_declared": 1,
    "bureau.posts_created": 1,
    "case.acceptance_refused": 1,
    "case.accepted": 1,
    "case.appraisal_held": 1,
    "case.archived": 1,
    "case.assigned": 1,
    "case.change_reported": 1,
    "case.comparison_authorised": 1,
    "case.comparison_reported": 1,
    "case.confirmed": 1,
    "case.correction_appended": 1,
    "case.correction_requested": 1,
    "case.decision_served": 1,
    "case.document_attached": 1,
    "case.duty_breached": 1,
    "case.personal_erased": 1,
    "erasure.begun": 1,
    "erasure.completed": 1,
    "erasure.requested": 1,
    "hold.lifted": 1,
    "hold.placed": 1,
    "case.duty_warned": 1,
    "case.facts_established": 1,
    "case.grant_increased": 1,
    "case.grant_reduced": 1,
    "case.grant_started": 1,
    "case.grant_stopped": 1,
    "case.grant_suspended": 1,
    "case.home_visited": 1,
    "case.neighbour_interviewed": 1,
    "case.next_layer_screened": 1,
    "case.noted": 1,
    "case.notice_closed": 1,
    "case.notice_objected": 1,
    "case.notice_posted": 1,
    "case.opened": 1,
    "case.opinion_issued": 1,
    "case.papers_backfilled": 1,
    "case.refused": 1,
    "case.result_published": 1,
    "case.review_completed": 1,
    "case.review_due": 1,
    "case.separately_registered": 1,
    "case.subject_identified": 1,
    "case.terminated": 1,
    "case.transferred": 1,
    "case.withdrawn": 1,
    "entitlement.changed": 1,
    "entitlement.ended": 1,
    "entitlement.granted": 1,
    "feed.contract_approved": 1,
    "feed.contract_ended": 1,
    "heads.sealed": 1,
    "legacy.activity": 1,
    "legacy.opened": 1,
    "log_key.introduced": 1,
    "log_key.retired": 1,
    "policy.collectively_decided": 1,
    "policy.comment_answered": 1,
    "policy.comment_received": 1,
    "policy.consultation_closed": 1,
    "policy.consultation_opened": 1,
    "policy.draft_revised": 1,
    "policy.drafted": 1,
    "policy.legality_reviewed": 1,
    "policy.pilot_closed": 1,
    "policy.pilot_evaluated": 1,
    "policy.pilot_measured": 1,
    "policy.pilot_opened": 1,
    "policy.promoted": 1,
    "policy.published": 1,
    "policy.research_recorded": 1,
    "rule.matter_published": 1,
    "rule.version_published": 1,
    "signal.judged": 1,
    "signal.received": 1,
    "signal.verified": 1,
}
ACTION_NAMES = [
    "accept_case",
    "add_note",
    "append_correction",
    "archive_case",
    "assign_case",
    "attach_document",
    "authorise_comparison",
    "backfill_papers",
    "close_notice",
    "complete_review",
    "confirm_case",
    "establish_facts",
    "hold_appraisal",
    "identify_subject",
    "increase_grant",
    "issue_opinion",
    "mark_review_due",
    "open_case",
    "post_notice",
    "publish_result",
    "record_breach",
    "record_interview",
    "record_objection",
    "record_visit",
    "reduce_grant",
    "refuse_acceptance",
    "refuse_case",
    "register_separately",
    "report_change",
    "report_comparison",
    "request_correction",
    "screen_next_layer",
    "serve_decision",
    "start_grant",
    "stop_grant",
    "suspend_grant",
    "terminate_case",
    "transfer_case",
    "warn_duty",
    "withdraw_case",
]
POLICY_ACTION_NAMES = [
    "answer_comment",
    "close_consultation",
    "close_pilot",
    "decide_collectively",
    "draft_policy",
    "evaluate_pilot",
    "measure_pilot",
    "open_consultation",
    "open_pilot",
    "promote_pilot",
    "publish_policy",
    "record_research",
    "review_legality",
    "revise_draft",
    "submit_comment",
]
META = [
    "event_id",
    "occurred_at",
    "actor",
    "command_id",
    "post",
    "organ",
    "authority",
    "rule",
    "correlation",
    "causation",
]


def test_stored_types_and_their_schema_numbers_stay() -> None:
    assert {stored_type: cls.SCHEMA for stored_type, cls in EVENT_TYPES.items()} == TYPES


def test_action_names_stay_since_powers_are_named_by_them() -> None:
    assert sorted(ACTIONS) == ACTION_NAMES
    assert all(action.name == name for name, action in ACTIONS.items())


def test_names_of_acts_on_policies_stay() -> None:
    assert sorted(POLICY_ACTIONS) == POLICY_ACTION_NAMES
    assert all(action.name == name for name, action in POLICY_ACTIONS.items())


def test_stream_names_stay() -> None:
    assert (BUREAU, RULEBOOK, case_stream(CaseId("0192a3b4"))) == ("bureau", "rulebook", "case-0192a3b4")
    assert signals_stream("s-1") == "signals-s-1"


def test_the_surroundings_of_an_event_keep_their_names() -> None:
    assert list(Meta.__struct_fields__) == META
    assert list(Authority.__struct_fields__) == ["power", "grant", "in_name_of"]


@pytest.mark.parametrize("cls", EVENT_TYPES.values(), ids=EVENT_TYPES.keys())
def test_a_stored_type_is_written_out_where_the_event_is_and_not_made_of_python_names(cls: type[Event]) -> None:
    assert f'TYPE: ClassVar = "{cls.TYPE}"' in inspect.getsource(cls)
    assert not {cls.__name__, cls.__module__} & set(cls.TYPE.split("."))


def test_nothing_stored_names_a_module_or_class_of_ours() -> None:
    text = b"".join(encode_state(fact(event)) for event in SAMPLES.values()).decode()
    for cls in EVENT_TYPES.values():
        assert cls.__module__ not in text
        assert f'"{cls.__name__}"' not in text
