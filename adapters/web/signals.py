"""One signal: what a department told of whom, what was made of it, and the forms to verify and to judge it."""

from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from adapters.house import House
from adapters.reads.recording import on_record
from adapters.signals import SIGNAL_ACTIONS, SignalWish, act_on_signal, body_of
from adapters.web.desk import Desk
from adapters.web.fields import Option, matters
from adapters.web.figures import yuan
from adapters.web.forms import Typed, inputs_of, values_of
from adapters.web.reader import on_page
from adapters.web.sign_in import own_form
from adapters.web.submissions import (
    FORBIDDEN,
    SEE_OTHER,
    UNPROCESSABLE,
    command_id_of_form,
    foreign,
    in_words,
    one,
    remember,
    submitted,
    words_of,
)
from application.signal_acts import SignalName
from application.signals import command_id_of
from domain.errors import Refused
from domain.identity import masked_citizen_id
from domain.kernel import Recorded, Value
from domain.personal import erased_by
from domain.rulebook.criteria import FactValue
from domain.signals.events import SignalEvent, SignalJudged, SignalReceived, SignalVerified
from domain.signals.judging import JUDGES
from domain.signals.kinds import KINDS, concerns
from domain.signals.refusals import UnknownSignal
from domain.signals.state import Signal, fold_signals, reference

_MOST = 200
_IN_A_CASE = "SELECT 1 AS found FROM person_members WHERE subject = %s LIMIT 1"
Submitted = Annotated[Typed, Depends(submitted)]


class Wanted(Value):
    """The matter that the verdict shall be about."""

    matter: str = ""
    lang: str = ""


class Line(Value):
    """Something that was made of the signal: when, by whom, what and why."""

    at: datetime
    who: str
    what: str
    why: str


class Shown(Value):
    """The signal as it was received, as it stands, and what was made of it."""

    received: SignalReceived
    signal: Signal
    lines: tuple[Line, ...]


class SignalPages:
    """Answers for one signal."""

    def __init__(self, house: House) -> None:
        """Read and act in this house."""
        self._house = house

    def show(self, request: Request, source: str, signal_id: str) -> Response:
        """Answer with the signal, and the forms where somebody has signed in who may use them."""
        desk = Desk(request, self._house)
        return self._page(desk, SignalName(source, signal_id), {"matter": [desk.asked(Wanted).matter]})

    def act(self, request: Request, source: str, signal_id: str, act: str, typed: Submitted) -> Response:
        """Do it and show the signal again, or answer with the form and the refusal."""
        desk, name = Desk(request, self._house), SignalName(source, signal_id)
        here = f"/ui/signals/{source}/{signal_id}"
        if act not in SIGNAL_ACTIONS or not _could_be(name):
            raise UnknownSignal
        if desk.holder is None:
            return RedirectResponse(f"/ui/sign-in?back={here}", SEE_OTHER)
        if not own_form(request):
            return self._page(desk, name, typed, foreign(desk), FORBIDDEN)
        try:
            values = values_of(inputs_of(SIGNAL_ACTIONS[act].command), typed)
            wish = SignalWish(act, name, body_of(values), *desk.holder, key=command_id_of_form(typed))
            answer = act_on_signal(self._house, wish)
        except Refused as refused:
            return self._page(desk, name, typed, in_words(desk, refused, words_of(desk, None)), UNPROCESSABLE)
        return remember(RedirectResponse(here, SEE_OTHER), answer.position)

    def _page(
        self,
        desk: Desk,
        name: SignalName,
        typed: Typed,
        refusal: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        with on_record(self._house, on_page(desk), "person", {"kind": "signal"}) as record:
            shown = _read(self._house, desk, name)
            record.subject(shown.received.subject)
        return desk.page(
            "signal.html",
            status,
            shown=shown,
            kind=KINDS[shown.received.kind],
            facts=_facts(desk, shown.received),
            has_file=bool(self._house.read(_IN_A_CASE, (shown.received.subject,))),
            masked=masked_citizen_id(shown.received.id_number),
            may=desk.holder is not None and desk.holder[0].role in JUDGES,
            matters=_matters(desk, shown.signal),
            typed={field: one(typed, field) for field in ("matter", "verdict", "reason", "basis", "by_source")},
            refusal=refusal,
            today=desk.today,
            command_id=self._house.cases.new_id(),
        )


def _read(house: House, desk: Desk, name: SignalName) -> Shown:
    """Raise UnknownSignal."""
    stream = house.log.stream_of(command_id_of(name.source, name.id)) if _could_be(name) else None
    told = [each for each in house.log.stream(stream) if _is_of(each, name)] if stream else []
    if not told or not isinstance(told[0].event, SignalReceived):
        raise UnknownSignal
    signal = fold_signals(cast("SignalEvent", each.event) for each in told)[reference(name.source, name.id)]
    return Shown(told[0].event, signal, tuple(_line(desk, each) for each in told[1:]))


def _could_be(name: SignalName) -> bool:
    return len(name.source) + len(name.id) <= _MOST and f"{name.source}{name.id}".isprintable()


def _is_of(recorded: Recorded, name: SignalName) -> bool:
    event = recorded.event
    return isinstance(event, SignalEvent) and (event.source, event.id) == (name.source, name.id)


def _line(desk: Desk, recorded: Recorded) -> Line:
    event, who = recorded.event, desk.names.post(recorded.meta.post)
    if isinstance(event, SignalVerified):
        what = f"{desk.t.word('event', event.TYPE)} {event.verified_on}"
        return Line(recorded.meta.occurred_at, who, what, event.by_source)
    if not isinstance(event, SignalJudged):
        raise UnknownSignal
    about = desk.names.matter(event.matter) if event.matter else desk.t("signals.every")
    what = f"{desk.t.word('signalverdict', event.verdict)} · {about}"
    return Line(recorded.meta.occurred_at, who, what, " ".join(filter(None, (event.reason, event.basis))))


def _facts(desk: Desk, received: SignalReceived) -> list[tuple[str, str]]:
    """Return the facts in words; none once they are erased."""
    if erased_by(received.facts):
        return []
    shapes = KINDS[received.kind].facts
    return [(desk.t.word("signalfact", name), _value(desk, shapes[name], v)) for name, v in received.facts.items()]


def _value(desk: Desk, shape: Any, value: FactValue) -> str:  # noqa: ANN401  (a name of a shape, or codes)
    match shape:
        case "fen":
            return f"{yuan(int(value))} {desk.t('app.yuan')}"
        case "flag":
            return desk.t("app.yes" if value else "app.no")
        case "code":
            return desk.names.place(str(value))
        case "date" | "count":
            return str(value)
        case _:
            return desk.t.word("signalcode", str(value))


def _matters(desk: Desk, signal: Signal) -> list[Option]:
    """Return the matters that it may be judged for and was not."""
    found = [each for each in matters(desk) if concerns(signal.kind, each.value)]
    return [each for each in found if signal.verdict_for(each.value) is None]
