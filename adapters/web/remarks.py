"""What stands out at a step of a case, in words."""

from collections.abc import Iterator

from adapters.web.figures import moment, span
from adapters.web.names import Names
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


def remarks(names: Names, marks: Marks) -> tuple[Remark, ...]:
    """Return what stands out at a step, the gravest first."""
    return tuple(_remarks(names, marks))


def _remarks(names: Names, marks: Marks) -> Iterator[Remark]:
    t = names.texts
    if marks.ahead:
        yield Remark("late", t("times.ahead"), t("times.ahead_text", span=_span(names, marks.ahead), s=marks.ahead))
    if marks.overtaken:
        yield Remark("late", t("times.order"), _order(names, marks.overtaken))
    if marks.late:
        seconds = f"{marks.late:,}"
        yield Remark("soon", t("times.late"), t("times.late_text", span=_span(names, marks.late), s=seconds))
    if marks.before_opening:
        yield Remark("soon", t("times.early"), t("times.early_text"))
    if marks.moot:
        yield Remark("calm", t("times.moot"), t("times.moot_text"))
    if marks.corrects:
        text = t("times.corrects_text", k=marks.corrects.of.seq, put=_put(names, marks.corrects))
        yield Remark("calm", t("times.corrects"), text)
    for put in marks.corrected:
        if put.by.seq != put.of.seq:
            text = t("times.corrected_text", k=put.by.seq, at=moment(put.by.recorded_at), put=_put(names, put))
            yield Remark("soon", t("times.corrected"), text)


def _order(names: Names, overtaken: tuple[int, ...]) -> str:
    t, first, last = names.texts, overtaken[0], overtaken[-1]
    if first == last:
        return t("times.order_one", k=first)
    return t("times.order_many", k=first, m=last, n=len(overtaken))


def _put(names: Names, put: Corrected) -> str:
    t, none = names.texts, names.texts("app.none")
    before, after = (names.put_right(put.field, value) or none for value in (put.before, put.after))
    effect = t("times.put_from", k=put.of.seq) if put.shown else t("times.put_nowhere")
    field = names.correctable(put.field)
    return t("times.put", field=field, before=before, after=after, reason=put.reason, effect=effect)


def _span(names: Names, seconds: int) -> str:
    return " ".join(names.texts(_UNITS[unit], n=count) for unit, count in span(seconds))
