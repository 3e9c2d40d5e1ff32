"""Judging histories again: every act by the rule version, the power and the grant of its own day. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from application.bureau import Bureau
from domain.authority.check import Asked
from domain.calendar import WorkCalendar, civil_day
from domain.cases.events import benefit, closing, decision, inquiry, intake
from domain.cases.evolve import evolve
from domain.cases.facts import Act, Facts
from domain.cases.guards import authorised, in_order
from domain.cases.registry import ACTIONS
from domain.cases.state import NO_CASE, CaseState
from domain.divisions import settlement
from domain.errors import NoAuthority, NoRule, Refused
from domain.kernel import Event, Fen, PostId, Recorded, Value
from domain.rulebook.rules import RuleVersion

ACTION_OF: Mapping[type[Event], str] = {
    intake.CaseOpened: "open_case",
    intake.SeparatelyRegistered: "register_separately",
    intake.CorrectionRequested: "request_correction",
    intake.CaseAccepted: "accept_case",
    intake.AcceptanceRefused: "refuse_acceptance",
    intake.SubjectIdentified: "identify_subject",
    inquiry.ComparisonAuthorised: "authorise_comparison",
    inquiry.ComparisonReported: "report_comparison",
    inquiry.HomeVisited: "record_visit",
    inquiry.NeighbourInterviewed: "record_interview",
    inquiry.AppraisalHeld: "hold_appraisal",
    inquiry.OpinionIssued: "issue_opinion",
    inquiry.FactsEstablished: "establish_facts",
    decision.NoticePosted: "post_notice",
    decision.NoticeObjected: "record_objection",
    decision.NoticeClosed: "close_notice",
    decision.Confirmed: "confirm_case",
    decision.CaseRefused: "refuse_case",
    decision.DecisionServed: "serve_decision",
    decision.ResultPublished: "publish_result",
    benefit.GrantStarted: "start_grant",
    benefit.GrantIncreased: "increase_grant",
    benefit.GrantReduced: "reduce_grant",
    benefit.GrantSuspended: "suspend_grant",
    benefit.GrantStopped: "stop_grant",
    benefit.ChangeReported: "report_change",
    benefit.ReviewFellDue: "mark_review_due",
    benefit.ReviewCompleted: "complete_review",
    benefit.PapersBackfilled: "backfill_papers",
    closing.CaseWithdrawn: "withdraw_case",
    closing.CaseTerminated: "terminate_case",
    closing.CaseTransferred: "transfer_case",
    closing.CorrectionAppended: "append_correction",
    closing.DocumentAttached: "attach_document",
    closing.CaseAssigned: "assign_case",
    closing.NoteAdded: "add_note",
    closing.CaseArchived: "archive_case",
    closing.NextLayerScreened: "screen_next_layer",
    closing.DutyWarned: "warn_duty",
    closing.DutyBreached: "record_breach",
}
"""Which action an event is the outcome of. Events that an older system kept are the outcome of none."""


_NO_CALENDAR = WorkCalendar(())
"""Order and authority ask for no working days."""


class OtherRule(Refused):
    """A case was accepted under another version than the one in force that day."""

    code = "OTHER_RULE"
    zh = "受理所依据的规则版本不是当日有效的版本"
    en = "The case was accepted under another rule version than the one in force that day"


class Verdict(Value):
    """How one act stands: the rule version it is judged by, that version's basis for the step, and what is wrong.

    ``fault``: code and detail of what refuses the act on its own day; empty when the act is in order.
    """

    stream: str
    seq: int
    type: str
    action: str
    day: date
    rule: str
    basis: str
    in_order: bool
    fault: str = ""


def judge(history: Iterable[Recorded], bureau: Bureau) -> list[Verdict]:
    """Return a verdict on every act, of one case or of many, in the order of the history.

    Up to its acceptance a case is judged by the version in force on the day of each act; from then on by the version
    that it was accepted under. Acts of older systems are passed over: their rules are not known.
    """
    states: dict[str, CaseState] = {}
    verdicts: list[Verdict] = []
    for recorded in history:
        state = states.get(recorded.stream, NO_CASE)
        states[recorded.stream] = evolve(state, recorded.event)  # type: ignore[arg-type]  # a case stream has case events
        if type(recorded.event) in ACTION_OF:
            verdicts.append(_verdict(recorded, state, bureau))
    return verdicts


def _verdict(recorded: Recorded, case: CaseState, bureau: Bureau) -> Verdict:
    action, day = ACTION_OF[type(recorded.event)], civil_day(recorded.meta.occurred_at)
    rule: RuleVersion | None = None
    fault = ""
    try:
        rule = _rule_of(recorded.event, case, bureau, day)
        _check(recorded, case, _facts(recorded, case, bureau, rule))
    except Refused as refused:
        fault = str(refused)
    step = rule.steps.get(action) if rule else None
    return Verdict(
        stream=recorded.stream,
        seq=recorded.seq,
        type=recorded.type,
        action=action,
        day=day,
        rule=rule.id if rule else "",
        basis=step.basis if step else "",
        in_order=not fault,
        fault=fault,
    )


def _rule_of(event: Event, case: CaseState, bureau: Bureau, day: date) -> RuleVersion:
    """Raises NoRule."""
    pinned = bureau.rulebook.by_id.get(case.rule)
    if pinned:
        return pinned
    matter, division = case.matter, case.division
    if isinstance(event, intake.CaseOpened):
        matter, division = event.matter, event.division
    if isinstance(event, intake.CaseAccepted) and event.deemed:
        day = event.accepted_on
    rule = bureau.rulebook.in_force(matter, division, day)
    if rule is None:
        raise NoRule(matter)
    return rule


def _check(recorded: Recorded, case: CaseState, facts: Facts) -> None:
    """Raises Refused: no authority, not in order, or accepted under another version than the one of that day."""
    event, action = recorded.event, ACTION_OF[type(recorded.event)]
    authorised(facts.asked.division, action, facts)
    in_order(case, action, facts)
    if isinstance(event, intake.CaseAccepted) and event.rule != facts.rule.id:
        raise OtherRule(event.rule)


def _facts(recorded: Recorded, case: CaseState, bureau: Bureau, rule: RuleVersion) -> Facts:
    """What the act could know on its day. Raises NoAuthority for a post that there is not."""
    meta, event, day = recorded.meta, recorded.event, civil_day(recorded.meta.occurred_at)
    post = bureau.posts.get(PostId(meta.post))
    if post is None:
        raise NoAuthority("post")
    division = case.division or getattr(event, "division", "")
    place = settlement(division)
    action = ACTIONS[ACTION_OF[type(event)]]
    asks = "amount" in action.command.__struct_fields__ or isinstance(event, benefit.GrantStarted)
    return Facts(
        act=Act(meta.command_id, meta.actor, post, meta.occurred_at, recorded.recorded_at),
        rule=rule,
        calendar=_NO_CALENDAR,
        register=bureau.register,
        asked=Asked(
            item=f"{rule.matter}.{action.power}",
            day=day,
            division=division,
            accepted_on=case.accepted_on,
            amount=getattr(event, "amount", Fen(0)) if asks else Fen(0),
        ),
        posts=bureau.posts,
        urban=None if place is None else place == "urban",
    )
