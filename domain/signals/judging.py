"""Verifying and judging a signal 核实、认定: by a post that answers for the person, with its reason."""

from datetime import date

from domain.authority.denied import KinExcluded
from domain.authority.posts import Post, Role, covers
from domain.errors import InvalidValue, NoAuthority, ReasonMissing
from domain.kernel import Command, PostId, Value
from domain.signals.events import SignalEvent, SignalJudged, SignalVerified, Verdict
from domain.signals.kinds import concerns
from domain.signals.refusals import AlreadyVerified, NotVerified, UnknownSignal, VerdictGiven
from domain.signals.state import Signal

JUDGES: frozenset[Role] = frozenset({"town_handler", "town_lead", "county_reviewer", "county_decider"})
_OF_COUNTIES: frozenset[Role] = frozenset({"county_reviewer", "county_decider"})


class VerifySignal(Command):
    """``by_source``: how it was verified, and with whom."""

    verified_on: date
    by_source: str


class JudgeSignal(Command):
    """``matter``: for this one only; empty: for all that the signal concerns."""

    verdict: Verdict
    reason: str
    matter: str = ""
    basis: str = ""


class SignalFacts(Value):
    """What a decision on a signal may know besides it. ``today``: the civil day of the act.

    ``places``: divisions of what the person receives, of the matter judged; else where the signal says they live.
    ``kin_posts``: posts held by kin of the person.
    """

    post: Post
    today: date
    places: tuple[str, ...] = ()
    kin_posts: tuple[PostId, ...] = ()


def verify(signal: Signal | None, command: VerifySignal, facts: SignalFacts) -> list[SignalEvent]:
    """Note that it is true. Raises NoAuthority, UnknownSignal, AlreadyVerified, InvalidValue."""
    known = _competent(signal, facts)
    how = command.by_source.strip()
    if not how:
        raise InvalidValue("by_source")
    if known.verified_on == command.verified_on:
        return []
    if known.verified_on is not None:
        raise AlreadyVerified(f"{known.verified_on}")
    if not known.happened_on <= command.verified_on <= facts.today:
        raise InvalidValue("verified_on")
    return [SignalVerified(known.source, known.id, command.verified_on, how)]


def judge(signal: Signal | None, command: JudgeSignal, facts: SignalFacts) -> list[SignalEvent]:
    """Say whether it holds. Raises NoAuthority, UnknownSignal, NotVerified, VerdictGiven, ReasonMissing, InvalidValue.

    What was judged for all is judged for each; after verdicts on some matters, one for all is about the others.
    """
    known, matter = _competent(signal, facts), command.matter
    if matter and not concerns(known.kind, matter):
        raise InvalidValue("matter")
    if known.verdict_for(matter) is not None:
        raise VerdictGiven
    if command.verdict == "confirmed" and known.verified_on is None:
        raise NotVerified
    reason = command.reason.strip()
    if not reason:
        raise ReasonMissing
    return [SignalJudged(known.source, known.id, matter, command.verdict, reason, command.basis.strip())]


def _competent(signal: Signal | None, facts: SignalFacts) -> Signal:
    """Return the signal. Raises NoAuthority or KinExcluded before telling whether there is one, else UnknownSignal."""
    post = facts.post
    if post.role not in JUDGES:
        raise NoAuthority(post.role)
    if signal is None:
        raise UnknownSignal
    if not _answers_for(post, facts.places):
        raise NoAuthority("division")
    if post.id in facts.kin_posts:
        raise KinExcluded
    return signal


def _answers_for(post: Post, places: tuple[str, ...]) -> bool:
    """Where no place is known, any county may take it up (assumed): else nobody could."""
    return all(covers(post, place) for place in places) if places else post.role in _OF_COUNTIES
