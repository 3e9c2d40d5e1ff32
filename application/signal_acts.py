"""What posts make of a signal: verified, confirmed, dismissed. Read the person's signals, decide, append."""

from collections.abc import Callable
from typing import cast

from application.asking import CaseHouse
from application.denials import denials_recorded
from application.fingerprint import fingerprint
from application.handle import MOST_TRIES
from application.ports import Append, Appended, Conflict, Write
from application.runs.change_authority import meta_of
from application.signals import command_id_of
from domain.calendar import civil_day
from domain.cases.facts import Act
from domain.errors import Unavailable
from domain.kernel import CaseId, Command, Fact, SubjectId, Value
from domain.signals.events import SignalEvent, signals_stream
from domain.signals.judging import JudgeSignal, SignalFacts, VerifySignal, judge, verify
from domain.signals.state import Signal, fold_signals, reference

_Decide = Callable[..., list[SignalEvent]]


class SignalName(Value):
    """Which signal: the department's slug and its own id."""

    source: str
    id: str


class SignalAnswer(Value, omit_defaults=False):
    """What came of it. ``position`` is the last one written (0: nothing was, it was so already)."""

    source: str
    id: str
    position: int
    events: tuple[str, ...] = ()
    repeated: bool = False


class _Asked(Value):
    """One wish, by name."""

    action: str
    name: SignalName
    command: Command
    act: Act
    mark: str


def verify_signal(house: CaseHouse, name: SignalName, command: VerifySignal, act: Act) -> SignalAnswer:
    """Note that a signal was verified. Raises Refused as ``verify`` does, KeyReused, Unavailable."""
    return _carried_out(house, _asked(house, "verify_signal", name, command, act), verify)


def judge_signal(house: CaseHouse, name: SignalName, command: JudgeSignal, act: Act) -> SignalAnswer:
    """Say whether a signal holds. Raises Refused as ``judge`` does, KeyReused, Unavailable."""
    return _carried_out(house, _asked(house, "judge_signal", name, command, act), judge)


def _asked(house: CaseHouse, action: str, name: SignalName, command: Command, act: Act) -> _Asked:
    target = CaseId(reference(name.source, name.id))
    return _Asked(action, name, command, act, fingerprint(house.key, action, target, act.post.id, command))


def _carried_out(house: CaseHouse, asked: _Asked, decide: _Decide) -> SignalAnswer:
    for _ in range(MOST_TRIES):
        done = house.log.outcome(asked.act.command_id, asked.mark)
        if done is not None:
            return _answer(asked, done, ())
        try:
            return _once(house, asked, decide)
        except Conflict:
            continue
    raise Unavailable("too many concurrent changes")


def _once(house: CaseHouse, asked: _Asked, decide: _Decide) -> SignalAnswer:
    bureau, act = house.bureau.refresh(), asked.act
    stream = house.log.stream_of(command_id_of(asked.name.source, asked.name.id))
    before = cast("list[SignalEvent]", house.log.events(stream)) if stream else []
    signal = fold_signals(before).get(reference(asked.name.source, asked.name.id))
    places = _places(house, signal, getattr(asked.command, "matter", ""), act) if signal else ()
    kin = bureau.kin_posts([signal.subject]) if signal else ()
    facts = SignalFacts(post=act.post, today=civil_day(act.occurred_at), places=places, kin_posts=kin)
    with denials_recorded(house, act, asked.action):
        events = decide(signal, asked.command, facts)
    if not events or signal is None:
        return SignalAnswer(asked.name.source, asked.name.id, 0)
    told = tuple(Fact(each, meta_of(act, f"signal.{asked.action}", number)) for number, each in enumerate(events, 1))
    write = Write(signals_stream(signal.subject), len(before), told)
    done = house.log.append(Append(act.command_id, asked.mark, (write,), bureau.guards))
    return _answer(asked, done, tuple(event.TYPE for event in events))


def _places(house: CaseHouse, signal: Signal, matter: str, act: Act) -> tuple[str, ...]:
    """Return where the cases lie now by which the person receives something; else where the signal says they live."""
    day, subject = civil_day(act.occurred_at), SubjectId(signal.subject)
    held = house.entitlements.of([subject], fresh=True)[subject].entitlements.held.values()
    running = [
        each
        for each in held
        if matter in ("", each.matter)
        and (each.to_month is None or each.to_month > day)
        and (each.until is None or each.until >= day)
    ]
    places = [house.hot.get(each.case).state.division or each.division for each in running]
    return tuple(sorted({*places} or {signal.division} - {""}))


def _answer(asked: _Asked, done: Appended, events: tuple[str, ...]) -> SignalAnswer:
    return SignalAnswer(asked.name.source, asked.name.id, done.last, () if done.repeated else events, done.repeated)
