"""A case file: its state at any step, its course, and the slider that moves through it. Read from the log itself."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from adapters.commands import known_case_id
from adapters.house import House
from adapters.reads.recording import on_record
from adapters.web import sheet
from adapters.web.case_state import state_context
from adapters.web.desk import Desk
from adapters.web.explain_panel import explain_panel
from adapters.web.figures import local_time, second
from adapters.web.open_actions import open_actions
from adapters.web.past import shown_at, wait_for_own
from adapters.web.reader import on_page
from adapters.web.two_times import NOTHING_ASKED, two_times_page
from adapters.web.worklist import badge_of
from application.ports import case_stream
from application.replay import Step, replay
from domain.cases.events import CASE_EVENTS
from domain.cases.registry import ACTIONS
from domain.errors import UnknownCase

_MOST_DIGITS = 18
_MOMENT = ("version", "as_of", "at_position", "by", "on")
_MOST_RECORDED = 40
"""More than any position has."""


class CasePages:
    """Answers for case files."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request, case_id: str) -> Response:
        """Answer with the case file, as it stands or at ``version`` or ``as_of`` (recorded time); or in two times."""
        desk = Desk(request, self._house)
        with on_record(self._house, on_page(desk), "case", _moment_of(desk)) as record:
            answer = self._shown(desk, case_id)
            record.case(case_id)
        return answer

    def _shown(self, desk: Desk, case_id: str) -> Response:
        request, steps = desk.request, self._steps(case_id)
        if request.query_params.get("by") == "happened":
            return two_times_page(desk, [step.recorded for step in steps])
        after = request.query_params.get("after", "")
        wait_for_own(desk, "worklist", position=int(after) if after.isdigit() and len(after) <= _MOST_DIGITS else 0)
        version, remark = _wanted(desk, steps)
        return desk.page(
            "case.html",
            **self._context(desk, steps, version),
            remark=remark,
            asked=NOTHING_ASKED,
            lines=sheet.course(desk.names, steps),
            done=_done(desk),
            actions=self._actions(desk, steps[-1]),
            panel=explain_panel(desk, [step.recorded for step in steps]),
        )

    def at(self, request: Request, case_id: str, version: int) -> Response:
        """Answer with the part of the page that the slider replaces."""
        desk = Desk(request, self._house)
        with on_record(self._house, on_page(desk), "case", {"version": str(version)}) as record:
            steps = self._steps(case_id)
            record.case(case_id)
            return desk.page("case_state.html", **self._context(desk, steps, _within(version, steps)))

    def _steps(self, case_id: str) -> Sequence[Step]:
        known = known_case_id(case_id)
        steps = replay(self._house.log.stream(case_stream(known))) if known else ()
        if not steps:
            raise UnknownCase
        return steps

    def _context(self, desk: Desk, steps: Sequence[Step], version: int) -> dict[str, Any]:
        told = state_context(desk, steps, version, desk.now)
        latest, due = version == len(steps), told["state"].due
        return {
            **told,
            "steps": len(steps),
            "version": version,
            "case_id": steps[0].recorded.stream.removeprefix("case-"),
            "badge": badge_of(desk, due.on) if latest and due else None,
        }

    def _actions(self, desk: Desk, last: Step) -> list[tuple[str, str]] | None:
        if desk.holder is None:
            return None
        post, actor = desk.holder
        names = open_actions(self._house, last.state, post, actor)
        return [(name, ACTIONS[name].zh if desk.language == "zh" else ACTIONS[name].en) for name in names]


def _moment_of(desk: Desk) -> dict[str, str]:
    """Return which state of the case was looked at."""
    query = desk.request.query_params
    return {name: query[name][:_MOST_RECORDED] for name in _MOMENT if query.get(name)}


def _done(desk: Desk) -> str:
    """Return what the form that led here has done, in words."""
    done = desk.request.query_params.get("done", "")
    if done == "none":
        return desk.t("case.done_nothing")
    words = [desk.t.word("event", name) for name in done.split(",") if name in CASE_EVENTS]
    return desk.t("case.done_now", events=desk.t("app.separator").join(words)) if words else ""


def _within(version: int, steps: Sequence[Step]) -> int:
    return min(max(1, version), len(steps))


def _wanted(desk: Desk, steps: Sequence[Step]) -> tuple[int, str]:
    """Return the version to show, and a remark on how it was found."""
    asked = desk.request.query_params
    if asked.get("as_of"):
        return _as_of(desk, steps, asked["as_of"])
    shown = shown_at(desk)
    if shown:
        at = f"{desk.t('ops.position')} {shown.position:,}" if asked.get("at_position") else second(shown.at)
        return _as_known(desk, sum(step.recorded.position <= shown.position for step in steps), at)
    version = asked.get("version", "")
    return (_within(int(version), steps), "") if version.isdigit() and len(version) < 10 else (len(steps), "")  # noqa: PLR2004  more digits than any version


def _as_known(desk: Desk, known: int, at: str) -> tuple[int, str]:
    if not known:
        return 1, desk.t("case.as_of_nothing")
    return known, desk.t("case.as_of_shown", at=at, k=known)


def _as_of(desk: Desk, steps: Sequence[Step], text: str) -> tuple[int, str]:
    try:
        at = local_time(text)
    except (ValueError, OverflowError):
        return len(steps), desk.t("case.as_of_bad")
    known = sum(step.recorded.recorded_at <= at for step in steps)
    return _as_known(desk, known, text.replace("T", " "))
