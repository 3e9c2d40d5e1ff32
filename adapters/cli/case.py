"""``anjuan case``: look at a case as it is or was, and act on it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.case_do import do
from adapters.cli.case_explain import explain, judge
from adapters.cli.case_tables import print_history, print_replay, print_state
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import IsoDay, IsoTime, print_json, print_lines
from application.replay import Moment, as_known, askable, replay
from application.two_times import LATE_AFTER, Account, account

if TYPE_CHECKING:
    from domain.kernel import Recorded


@click.group("case")
def command() -> None:
    """查看、回放与办理案卷 / look at cases, replay them, act on them."""


for _part in (do, explain, judge):
    command.add_command(_part)


_REASONS = ("purpose", "basis")


def _at_a_moment(function: Any) -> Any:  # noqa: ANN401  (click's decorators)
    """Add the options that say from where to look."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON"),
        click.option("--purpose", default="", help="查阅目的，留痕 / to what purpose, put on record"),
        click.option("--basis", default="", help="查阅依据，留痕 / on what basis, put on record"),
        click.option("--position", type=click.IntRange(0), help="截至日志位置 / up to a position of the log"),
        click.option("--version", type=click.IntRange(0), help="截至案卷版本 / up to a version of the case"),
        click.option("--on", type=IsoDay(), help="截至当日已发生 / what had happened up to that day"),
        click.option("--as-of", type=IsoTime(), help="截至该时刻已登记 / as known then, by recorded time"),
        click.argument("case"),
    ):
        function = option(function)
    return function


@command.command("find")
@click.option("--name", required=True, prompt="姓名开头 name begins with", help="姓名开头 / how the name begins")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def find(name: str, limit: int, *, as_json: bool) -> None:
    """按申请人姓名查找案卷 / cases by the applicant's name."""
    from adapters.cli.reader import on_command_line
    from adapters.house import open_house
    from adapters.projector.service import bring_up
    from adapters.reads.recording import HIDDEN, on_record
    from adapters.settings import read_settings
    from projections.views.worklist.queries import WorklistFilter, worklist_page, worklist_rows

    with told_plainly(), open_house(read_settings()) as house:
        bring_up(house.locate)
        with on_record(house, on_command_line(), "list", {"name": HIDDEN}) as record:
            page = worklist_page(
                house.read(*worklist_rows(WorklistFilter(name=name), "opened", limit)), "opened", limit
            )
            record.case(*(row.case_id for row in page.rows))
    if as_json:
        print_json(page.rows)
    else:
        heads = ("案号 number", "申请人 applicant", "事项 matter", "环节 stage", "案卷 case")
        print_lines(heads, [(r.number, r.applicant, r.matter, r.stage, r.case_id) for r in page.rows])


@command.command("show")
@_at_a_moment
def show(case: str, *, as_json: bool, **moment: Any) -> None:  # noqa: ANN401  (the options above)
    """案卷当时的状态 / the case as it stood (CASE: id or number).

    指定 --on 时，按发生先后，更正自所更正之步起生效 / with --on, by what had happened, corrections where they belong.
    """
    stored, at = _known(case, moment)
    if at.on is not None:
        _show_on(stored, at, as_json=as_json)
        return
    steps = replay(as_known(stored, at))
    if as_json:
        version = steps[-1].recorded.seq if steps else 0
        print_json({"version": version, "state": steps[-1].state if steps else None})
    else:
        print_state(steps)


@command.command("history")
@click.option(
    "--by",
    type=click.Choice(["recorded", "happened"]),
    default="recorded",
    help="按登记或按发生的先后 / in the order of recording, or of happening",
)
@click.option(
    "--late-after",
    type=click.IntRange(1, 10**9),
    default=int(LATE_AFTER.total_seconds()),
    help="按发生时：多少秒后登记算迟录 / by happening: late from so many seconds on",
)
@_at_a_moment
def history(case: str, *, by: str, late_after: int, as_json: bool, **moment: Any) -> None:  # noqa: ANN401  (the options above)
    """谁在何时办了什么、改了什么 / who did what, when, and what it changed."""
    from adapters.http.history_fields import history_fields

    stored, at = _known(case, moment)
    if by == "happened":
        _tell(stored, account(stored, at, timedelta(seconds=late_after)), as_json=as_json)
        return
    steps = replay(as_known(stored, at))
    print_json(history_fields(steps)) if as_json else print_history(steps)


@command.command("replay")
@_at_a_moment
def replay_case(case: str, *, as_json: bool, **moment: Any) -> None:  # noqa: ANN401  (the options above)
    """逐步回放 / replay step by step: the state after every event."""
    steps = replay(as_known(*_known(case, moment)))
    if as_json:
        print_json([{"version": step.recorded.seq, "type": step.recorded.type, "state": step.state} for step in steps])
    else:
        print_replay(steps)


def _tell(stored: "list[Recorded]", told: Account, *, as_json: bool) -> None:
    from adapters.cli.times_tables import print_account
    from adapters.http.two_times import account_fields

    print_json(account_fields(told, stored)) if as_json else print_account(told, stored)


def _show_on(stored: "list[Recorded]", at: Moment, *, as_json: bool) -> None:
    from adapters.cli.times_tables import print_stood
    from adapters.http.two_times import standing_fields

    told = account(stored, at)
    print_json(standing_fields(told, stored)) if as_json else print_stood(told, stored)


def _known(case: str, moment: dict[str, Any]) -> "tuple[list[Recorded], Moment]":
    from adapters.cli.cases import found_case
    from adapters.cli.reader import on_command_line
    from adapters.house import open_house
    from adapters.reads.recording import on_record
    from adapters.settings import read_settings
    from application.ports import case_stream
    from domain.errors import UnknownCase

    with told_plainly(), open_house(read_settings()) as house:
        reasons = [moment.pop(name, "") for name in _REASONS]
        at = askable(Moment(**moment), house.now())
        case_id = found_case(house, case)
        asked = {name: str(value) for name, value in moment.items() if value is not None and name not in _REASONS}
        with on_record(house, on_command_line(*reasons), "history", asked) as record:
            stored = house.log.stream(case_stream(case_id))
            if not stored:
                raise UnknownCase
            record.case(case_id)
        return stored, at
