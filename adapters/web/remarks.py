"""What stands out at a step of a case, in words."""

from collections.abc import Iterator

from adapters.web.desk import Desk
from adapters.web.figures import moment, span
from adapters.web.sheet import Line
from application.marks import Corrected, Marks
from domain.kernel import Value

_UNITS = {"d": "times.unit_d", "h": "times.unit_h", "min": "times.unit_min", "s": "times.unit_s"}


class Remark(Value):
    """A badge, and the sentence beside it. ``level`` chooses its look."""

    level: str
    badge: str
    text: str


class Entry(Value):
    """A step as the page lists it. ``known``: when it was known, as the address has it."""

    line: Line
    remarks: tuple[Remark, ...]
    known: str


def remarks(desk: Desk, marks: Marks) -> tuple[Remark, ...]:
    """Return what stands out at a step, the gravest first."""
    return tuple(_remarks(desk, marks))


def _remarks(desk: Desk, marks: Marks) -> Iterator[Remark]:
    t = desk.t
    if marks.ahead:
        yield Remark("late", t("times.ahead"), t("times.ahead_text", span=_span(desk, marks.ahead), s=marks.ahead))
    if marks.overtaken:
        yield Remark("late", t("times.order"), _order(desk, marks.overtaken))
    if marks.late:
        seconds = f"{marks.late:,}"
        yield Remark("soon", t("times.late"), t("times.late_text", span=_span(desk, marks.late), s=seconds))
    if marks.before_opening:
        yield Remark("soon", t("times.early"), t("times.early_text"))
    if marks.moot:
        yield Remark("calm", t("times.moot"), t("times.moot_text"))
    if marks.corrects:
        text = t("times.corrects_text", k=marks.corrects.of.seq)
        yield Remark("calm", t("times.corrects"), f"{text} {_put(desk, marks.corrects)}")
    for put in marks.corrected:
        if put.by.seq != put.of.seq:
            text = t("times.corrected_text", k=put.by.seq, at=moment(put.by.recorded_at))
            yield Remark("soon", t("times.corrected"), f"{text} {_put(desk, put)}")


def _order(desk: Desk, overtaken: tuple[int, ...]) -> str:
    first, last = overtaken[0], overtaken[-1]
    if first == last:
        return desk.t("times.order_one", k=first)
    return desk.t("times.order_many", k=first, m=last, n=len(overtaken))


def _put(desk: Desk, put: Corrected) -> str:
    names, none = desk.names, desk.t("app.none")
    before, after = (names.put_right(put.field, value) or none for value in (put.before, put.after))
    told = desk.t("times.put", field=names.correctable(put.field), before=before, after=after, reason=put.reason)
    effect = desk.t("times.put_from", k=put.of.seq) if put.shown else desk.t("times.put_nowhere")
    return f"{told} {effect}"


def _span(desk: Desk, seconds: int) -> str:
    return " ".join(desk.t(_UNITS[unit], n=count) for unit, count in span(seconds))
