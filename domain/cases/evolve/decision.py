"""How decision events change a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.cases.events.decision import (
    CaseRefused,
    Confirmed,
    DecisionEvent,
    DecisionServed,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    ResultPublished,
)
from domain.cases.parts import Decision, Notice
from domain.cases.state import CaseState

_UNDONE_BY_OBJECTION = frozenset({"home_visited", "opinion_issued", "notice_posted"})
"""An objection is answered by a new inquiry, a new opinion and a new notice."""


def evolve_decision(state: CaseState, event: DecisionEvent) -> CaseState:
    """Return the state after a decision event."""
    match event:
        case NoticePosted():
            notice = Notice(posted_on=event.posted_on, until=event.until, place=event.place)
            return replace(state, stage="notice", notice=notice, due=event.due, done=state.done | {"notice_posted"})
        case NoticeObjected():
            return _objected(state, event)
        case NoticeClosed():
            closed = replace(state.notice, closed_on=event.closed_on) if state.notice else None
            return replace(state, stage="noticed", notice=closed, due=event.due, done=state.done | {"notice_closed"})
        case Confirmed():
            decision = Decision(
                result="grant",
                on=event.confirmed_on,
                amount=event.amount,
                from_month=event.from_month,
                until=event.until,
            )
            return replace(state, stage="confirmed", decision=decision, due=event.due, done=state.done | {"decided"})
        case CaseRefused():
            decision = Decision(result="refuse", on=event.refused_on, reason=event.reason)
            return replace(state, stage="refused", decision=decision, due=event.due, done=state.done | {"decided"})
        case DecisionServed() | ResultPublished():
            return _told(state, event)
        case _:
            assert_never(event)


def _objected(state: CaseState, event: NoticeObjected) -> CaseState:
    notice = replace(state.notice, objections=state.notice.objections + 1) if state.notice else None
    return replace(state, stage="accepted", notice=notice, due=event.due, done=state.done - _UNDONE_BY_OBJECTION)


def _told(state: CaseState, event: DecisionServed | ResultPublished) -> CaseState:
    if state.decision is None:
        return state
    if isinstance(event, ResultPublished):
        decision = replace(state.decision, published_on=event.published_on)
        return replace(state, decision=decision, done=state.done | {"result_published"})
    due = None if state.due is not None and state.due.what == "serve" else state.due
    decision = replace(state.decision, served_on=event.served_on)
    return replace(state, decision=decision, due=due, done=state.done | {"decision_served"})
