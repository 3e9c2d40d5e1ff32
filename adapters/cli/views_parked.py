"""``anjuan views parked``: events that a view could not digest: listed, looked at, replayed. Never their values."""

from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, print_lines, text_of

if TYPE_CHECKING:
    from adapters.operating.seen import Parked

MOST_POSITION = 2**62
_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_VIEW = click.option("--view", required=True, help="视图 / view")
_HEADS = (
    "视图 view",
    "位置 position",
    "流 stream",
    "版本 seq",
    "类型 type",
    "错误 error",
    "出错处 place",
    "次数 attempts",
    "其后等待 behind",
    "挂起于 parked",
)


@click.group("parked", invoke_without_command=True)
@click.option("--view", default="", help="只看该视图 / only this view")
@_JSON
@click.pass_context
def parked(ctx: click.Context, view: str, *, as_json: bool) -> None:
    """挂起的事件 / events that a view could not digest, and those that wait behind them."""
    if ctx.invoked_subcommand is not None:
        return
    from adapters.operating.acts import view_named
    from adapters.operating.seen import count_parked
    from adapters.operating.seen import parked as listed

    with open_plainly() as house:
        name = view_named(view).name if view else ""
        found, number = listed(house, name), count_parked(house, name)
    if as_json:
        print_json({"parked": number, "events": found})
        return
    print_lines(_HEADS, map(_cells, found))
    click.echo(f"共 {number:,} 条 / {number:,} in all")


def _cells(each: "Parked") -> tuple[object, ...]:
    where = (each.view, each.position, each.stream, each.seq, each.type)
    return (*where, each.error or "等待 waits", each.place, each.attempts, each.behind, each.parked_at)


@parked.command("show")
@click.argument("position", type=click.IntRange(1, MOST_POSITION))
@_VIEW
@_JSON
def show(position: int, view: str, *, as_json: bool) -> None:
    """一条挂起事件的详情 / one parked event: what it is, what failed and where, how often it was tried."""
    from adapters.operating.acts import view_named
    from adapters.operating.seen import parked as listed
    from adapters.projector.poison import NotParked

    with open_plainly() as house:
        found = listed(house, view_named(view).name, position)
        if not found:
            raise NotParked(f"{view} {position}")
    (each,) = found
    if as_json:
        print_json(each)
        return
    for head, cell in zip(_HEADS, _cells(each), strict=True):
        click.echo(f"{head}: {text_of(cell)}")
    if each.case_id:
        click.echo(f"案卷 case: {each.case_id}")


@parked.command("replay")
@_VIEW
@click.option("--case", "case_id", help="该案卷的 / those of this case")
@click.option("--stream", help="该流的 / those of this stream")
@click.option(
    "--event", "position", type=click.IntRange(1, MOST_POSITION), help="该位置的一条 / the one at this position"
)
def replay(view: str, case_id: str | None, stream: str | None, position: int | None) -> None:
    """重放挂起事件 / fold parked events again, as far as they go; exit 1 when one still fails."""
    from adapters.operating import acts
    from application.ports import case_stream
    from domain.kernel import CaseId

    if sum(given is not None for given in (case_id, stream, position)) != 1:
        raise click.UsageError("请用 --case、--stream、--event 之一 / give one of --case, --stream, --event")
    with open_plainly() as house:
        if position is not None:
            done = acts.replay_event(house.locate, view, position)
        else:
            done = acts.replay(house.locate, view, stream or case_stream(CaseId(case_id or "")))
    click.echo(f"已处理 folded {done.folded:,}，仍挂起 left {done.left:,}")
