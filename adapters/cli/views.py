"""``anjuan views``: read models: how far each is; rebuilding, verifying, pausing; what is parked; who folds what."""

from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, text_of
from adapters.cli.views_build import abort, rebuild, rollback, verify
from adapters.cli.views_parked import parked
from adapters.cli.views_ranges import merge, ranges, split

if TYPE_CHECKING:
    from adapters.operating.seen import Projection


@click.group("views", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """各视图的进度与维护 / the read models: how far each is, and looking after them."""
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json)
    elif as_json:
        raise click.UsageError("--json 请放在子命令之后 / put --json behind the subcommand")


for part in (rebuild, abort, rollback, verify, parked, ranges, split, merge):
    command.add_command(part)


@command.command("pause")
@click.argument("name")
def pause(name: str) -> None:
    """暂停视图：停在当前位置 / let a view rest where it is."""
    _pause(name, paused=True)
    click.echo(f"已暂停 paused {name}")


@command.command("resume")
@click.argument("name")
def resume(name: str) -> None:
    """恢复视图更新 / let a paused view go on."""
    _pause(name, paused=False)
    click.echo(f"已恢复 resumed {name}")


def _pause(name: str, *, paused: bool) -> None:
    from adapters.operating.acts import pause as let_rest

    with open_plainly() as house:
        let_rest(house.locate, name, paused=paused)


def _list(*, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from adapters.operating.seen import projections

    with open_plainly() as house:
        found = projections(house)
    if as_json:
        print_json(found)
        return
    table = Table("视图 view", "版本 version", "位置 position", "滞后 lag", "滞后秒 behind (s)", "更新于 moved")
    for heading in ("停滞秒 stale (s)", "状态 state", "挂起 parked", "区间 ranges", "工作进程 owner", "构建 build"):
        table.add_column(heading, overflow="fold")
    for each in found:
        table.add_row(*_cells(each))
    Console().print(table)


def _cells(each: "Projection") -> tuple[str, ...]:
    name = each.view if each.built else f"{each.view}（未建 not built）"
    standing = (str(each.version), str(each.position), str(each.lag), str(each.behind), text_of(each.moved_at))
    state = "暂停 paused" if each.paused else "运行 running"
    held = (str(each.parked), str(each.ranges), text_of(each.owners))
    return (name, *standing, f"{each.stale:.0f}", state, *held, _building(each))


def _building(each: "Projection") -> str:
    build = each.build
    if build is None:
        return "—"
    state = build.stage if build.running else build.fault or "未完成 unfinished"
    return f"{build.share:.0%} {state}"
