"""A case in two times: as it stood on X, as known on Y, step by step as things happened. Pure.

``recorded_at`` says when the log learned of a step, ``occurred_at`` when it happened, as its actor told. ``replay``
folds in the order of learning. Here, what was known at Y is folded in the order of happening: a visit of 09:10 that was
told at 18:40 stands before an act of 15:00. Steps of the same moment keep their order in the log.

- Nothing of a case happens before its opening: what is dated earlier counts from there, and is marked.
- A correction puts the state right from the step that it corrects on; as long as it was not recorded, the wrong value
  shows. Its own step changes nothing more. Who corrects a correction corrects the step that the first one was about.
- What an act did to the clock of a duty was reckoned on what had been recorded before it. So clocks move, of what had
  happened, in the order of recording: a visit of 09:10 meets the duty that an acceptance of 15:00 started.
- A warning or a breach of a duty that, by what happened, was done by then or due at another moment is moot: it was
  recorded because an act was told late. It stands among the steps and changes nothing.

With nothing told late and nothing corrected, both orders give the same state after every step. As known now, with all
of it happened, they give the same facts except where the order itself is the fact:

- of two steps that set one thing (stage, due date, assignee, a fact, an income, a milestone that an objection undoes),
  the one that happened last counts here, and there the one that was told last;
- a corrected value gives way to a later step that sets it anew; in the order of recording the correction is the last;
- visits, papers and corrections are listed in another order, and other papers were there when defects were told;
- a moot warning or breach is none.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from msgspec.structs import replace

from application.marks import Corrected, Marks, lateness, overtaken, put_right, targets
from application.replay import NOW, Moment, Step, as_known, changes
from domain.calendar import civil_day
from domain.cases.clockwork import runs
from domain.cases.events.clocked import Clocked
from domain.cases.events.closing import CorrectionAppended, DutyBreached, DutyWarned
from domain.cases.evolve import evolve
from domain.cases.evolve.duties import evolve_duties
from domain.cases.parts import Duty
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import Recorded, Value

LATE_AFTER = timedelta(hours=1)
"""From this long between happening and recording on, a step is called late."""

Standing = Literal["told", "not_known_yet", "not_happened_yet"]


class Turn(NamedTuple):
    """One step of the fold: the case before and after it."""

    recorded: Recorded
    happened_at: datetime
    before: CaseState
    after: CaseState
    moot: bool
    corrected: tuple[Corrected, ...]


class Placed(Value):
    """A step at its place among what happened. ``happened_at``: as told, but not before the opening."""

    step: Step
    happened_at: datetime
    marks: Marks


class Account(Value):
    """The case at a moment. ``version``, ``position``: the last step known then, whether it had happened or not.

    ``later``: how many of the known steps happened after the day asked about. ``since``: of a case that was not known
    then, when it became known; of one that had not begun by that day, when it began.
    """

    at: Moment
    late_after: timedelta
    standing: Standing
    version: int = 0
    position: int = 0
    steps: tuple[Placed, ...] = ()
    later: int = 0
    since: datetime | None = None

    @property
    def state(self) -> CaseState | None:
        """The case as it stood; None while there was none."""
        return self.steps[-1].step.state if self.steps else None


def account(history: Iterable[Recorded], at: Moment = NOW, late_after: timedelta = LATE_AFTER) -> Account:
    """Return the case as it stood at the end of the day ``at.on``, as known at ``at.as_of``; None limits nothing."""
    stored = list(history)
    known = as_known(stored, replace(at, on=None))
    told = by_happening(known, late_after)
    steps = tuple(each for each in told if _by(each.happened_at, at.on))
    if not known:
        since = stored[0].recorded_at if stored else None
        return Account(at=at, late_after=late_after, standing="not_known_yet", since=since)
    return Account(
        at=at,
        late_after=late_after,
        standing="told" if steps else "not_happened_yet",
        version=known[-1].seq,
        position=known[-1].position,
        steps=steps,
        later=len(told) - len(steps),
        since=None if steps else told[0].happened_at,
    )


def by_happening(known: Sequence[Recorded], late_after: timedelta = LATE_AFTER) -> list[Placed]:
    """Return the steps of one case, given in the order of recording, in the order in which they happened."""
    turns = list(turns_of(known))
    aimed = {put.by.seq: put for turn in turns for put in turn.corrected}
    return [
        Placed(
            step=Step(recorded=turn.recorded, changes=changes(turn.before, turn.after), state=turn.after),
            happened_at=turn.happened_at,
            marks=_marks(turn, known, aimed.get(turn.recorded.seq), late_after),
        )
        for turn in turns
    ]


def state_on(known: Sequence[Recorded], on: date | None) -> CaseState:
    """Return the case at the end of a day, None for no day in particular, from what is known: the fold alone."""
    state = NO_CASE
    for turn in turns_of(known):
        if not _by(turn.happened_at, on):
            break
        state = turn.after
    return state


def turns_of(known: Sequence[Recorded]) -> Iterator[Turn]:
    """Fold what is known of one case, given in the order of recording, in the order in which it happened."""
    if not known:
        return
    begun, aims = known[0].meta.occurred_at, targets(known)
    state, told = NO_CASE, list[Recorded]()
    for recorded in sorted(known, key=lambda each: (max(each.meta.occurred_at, begun), each.position)):
        moot = _moot(state, recorded)
        after = state if moot else _evolved(state, recorded)
        if not moot:
            told.append(recorded)
        if any(each.position > recorded.position for each in told):
            after = replace(after, duties=_duties(told))
        after, corrected = put_right(after, recorded, aims.get(recorded.seq, ()))
        yield Turn(recorded, max(recorded.meta.occurred_at, begun), state, after, moot, corrected)
        state = after


def _by(happened_at: datetime, on: date | None) -> bool:
    return on is None or civil_day(happened_at) <= on


def _evolved(state: CaseState, recorded: Recorded) -> CaseState:
    """What a correction says takes effect at the step that it corrects, not at its own."""
    event = recorded.event
    if isinstance(event, CorrectionAppended):
        return evolve_duties(state, state, event.moves) if event.moves else state
    return evolve(state, event)  # type: ignore[arg-type]  # a case stream has case events


def _duties(told: Iterable[Recorded]) -> dict[str, Duty]:
    """Return the clocks after these steps, moved in the order of recording."""
    state = NO_CASE
    for recorded in sorted(told, key=lambda each: each.position):
        event = recorded.event
        if isinstance(event, DutyBreached | DutyWarned):
            state = evolve(state, event)
        elif isinstance(event, Clocked) and event.moves:
            state = evolve_duties(state, state, event.moves)
    return state.duties


def _moot(state: CaseState, recorded: Recorded) -> bool:
    event = recorded.event
    if not isinstance(event, DutyBreached | DutyWarned):
        return False
    duty = state.duties.get(event.what)
    return duty is None or not runs(duty) or duty.due_at != event.due_at


def _marks(turn: Turn, known: Sequence[Recorded], corrects: Corrected | None, late_after: timedelta) -> Marks:
    recorded = turn.recorded
    late, ahead = lateness(recorded, late_after)
    return Marks(
        late=late,
        ahead=ahead,
        overtaken=overtaken(recorded, known),
        before_opening=recorded.meta.occurred_at < turn.happened_at,
        moot=turn.moot,
        corrects=corrects,
        corrected=turn.corrected,
    )
