"""征求意见, both ways (上下通气): opened, commented on, answered one by one, closed."""

from datetime import date

from domain.errors import InvalidValue
from domain.kernel import Command
from domain.policy.action import Outcome, PolicyAction
from domain.policy.events import CommentAnswered, CommentReceived, ConsultationClosed, ConsultationOpened
from domain.policy.guards import PolicyFacts, answers_for, in_stage, reasoned, written
from domain.policy.parts import DIRECTIONS, Consultation, Direction, Reply
from domain.policy.refusals import CommentsOpen, ConsultationMissing, ConsultationRunning, ResearchMissing
from domain.policy.state import PolicyState


class OpenConsultation(Command):
    """``audience``: who is asked. ``until``: the last day for comments."""

    direction: Direction
    audience: str
    until: date


class SubmitComment(Command):
    """``of``: the organ whose words they are, when it has no post here."""

    direction: Direction
    text: str
    of: str = ""


class AnswerComment(Command):
    """``number``: of the comment, from 1. Why it was not adopted is always said."""

    number: int
    adopted: bool
    reason: str = ""


class CloseConsultation(Command):
    """Nothing but the wish."""


def open_consultation(state: PolicyState, command: OpenConsultation, facts: PolicyFacts) -> Outcome:
    """Ask in one direction, once research has been done."""
    consultation = Consultation(direction=command.direction, audience=command.audience, until=command.until)
    if consultation in state.consultations:
        return []
    answers_for(state, "open_consultation", facts)
    in_stage(state, "open_consultation", "draft", "consulting")
    if not state.research:
        raise ResearchMissing
    written(audience=command.audience)
    if command.until < facts.today:
        raise InvalidValue("until")
    return [ConsultationOpened(consultation=consultation)]


def comment(state: PolicyState, command: SubmitComment, facts: PolicyFacts) -> Outcome:
    """Take a comment from any post; the same words of the same post are one comment."""
    post = facts.act.post.id
    told = {(each.post, each.direction, each.of, each.text) for each in state.comments}
    if (post, command.direction, command.of, command.text) in told:
        return []
    in_stage(state, "submit_comment", "consulting")
    _asked(state, command.direction)
    written(text=command.text)
    number = len(state.comments) + 1
    return [CommentReceived(number, command.direction, post, command.text, command.of)]


def answer(state: PolicyState, command: AnswerComment, facts: PolicyFacts) -> Outcome:
    """Say what becomes of a comment. Raises InvalidValue for a number that is not there, or answered otherwise."""
    if not 0 < command.number <= len(state.comments):
        raise InvalidValue("number")
    reply = Reply(adopted=command.adopted, reason=command.reason)
    known = state.comments[command.number - 1].reply
    if known == reply:
        return []
    answers_for(state, "answer_comment", facts)
    in_stage(state, "answer_comment", "consulting")
    if known is not None:
        raise InvalidValue("number: answered")
    if not command.adopted:
        reasoned(command.reason)
    return [CommentAnswered(number=command.number, reply=reply)]


def close_consultation(state: PolicyState, command: CloseConsultation, facts: PolicyFacts) -> Outcome:  # noqa: ARG001  decisions are called alike
    """End it when both ways were asked, the time has passed and every comment has its answer."""
    if state.stage == "consulted":
        return []
    answers_for(state, "close_consultation", facts)
    in_stage(state, "close_consultation", "consulting")
    for direction in DIRECTIONS:
        _asked(state, direction)
    open_ones = [str(each.number) for each in state.comments if each.reply is None]
    if open_ones:
        raise CommentsOpen(", ".join(open_ones))
    last = max(each.until for each in state.consultations)
    if facts.today <= last:
        raise ConsultationRunning(last.isoformat())
    adopted = sum(each.reply is not None and each.reply.adopted for each in state.comments)
    return [ConsultationClosed(closed_on=facts.today, comments=len(state.comments), adopted=adopted)]


def _asked(state: PolicyState, direction: Direction) -> None:
    if direction not in {each.direction for each in state.consultations}:
        raise ConsultationMissing(direction)


ACTIONS = (
    PolicyAction(
        "open_consultation", OpenConsultation, open_consultation, "征求意见", "Open a consultation", "policy_officer"
    ),
    PolicyAction("submit_comment", SubmitComment, comment, "提出意见", "Comment", None),
    PolicyAction("answer_comment", AnswerComment, answer, "答复意见", "Answer a comment", "policy_officer"),
    PolicyAction(
        "close_consultation",
        CloseConsultation,
        close_consultation,
        "结束征求意见",
        "Close the consultation",
        "policy_officer",
    ),
)
