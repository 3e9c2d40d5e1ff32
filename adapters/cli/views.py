"""``anjuan views``: read models: how far each is; rebuilding, verifying, pausing; what is parked; who folds what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adapters.cli import views_at, views_kafka
from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, text_of
from adapters.cli.views_build import abort, rebuild, rollback, verify
from adapters.cli.views_parked import parked
from adapters.cli.views_ranges import merge, ranges, split

if TYPE_CHECKING:
    from adapters.operating.builds import Build
    from adapters.operating.seen import Projection

_STALE_SECONDS = 1.0
"""Below this it is only on its way."""
_YEAR = len("2026-")
"""What a narrow table leaves out of a time."""


@click.group("views", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """各视图的进度与维护 / the read models: how far each is, and looking after them."""
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json)
    elif as_json:
        raise click.UsageError("--json 请放在子命令之后 / put --json behind the subcommand")


for part in (rebuild, abort, rollback, verify, parked, ranges, split, merge, views_at.command, views_kafka.command):
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
    from adapters.operating.builds import builds
    from adapters.operating.seen import projections, ranges

    with open_plainly() as house:
        found, held, building = projections(house), ranges(house), builds(house)
    if as_json:
        print_json(found)
        return
    _table(found)
    for each in held:
        owner = each.owner or "无人持有 nobody"
        click.echo(f"区间 range {each.lane} {each.lo}..{each.hi}: {owner}，位置 position {text_of(each.position)}")
    for build in building:
        click.echo(f"构建 build {_built(build)}")


def _table(found: "Iterable[Projection]") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("视图\nview", no_wrap=True)
    for heading in ("版本\nversion", "位置\nposition", "滞后\nlag", "滞后秒\nbehind", "区间\nranges"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("更新于\nmoved", no_wrap=True)
    table.add_column("状态\nstate", overflow="fold")
    for each in found:
        numbers = (each.version, each.position, each.lag, each.behind, each.ranges)
        table.add_row(each.view, *(f"{number:,}" for number in numbers), text_of(each.moved_at)[_YEAR:], _state(each))
    Console().print(table)


def _state(each: "Projection") -> str:
    told = [
        "未建 not built" if not each.built else "",
        "暂停 paused" if each.paused else "",
        f"挂起 parked {each.parked:,}" if each.parked else "",
        f"停滞 stale {each.stale:,.0f} s" if each.stale >= _STALE_SECONDS else "",
        f"重建 rebuild {each.build.share:.0%}" if each.build else "",
    ]
    return "，".join(filter(None, told)) or "正常 well"


def _built(build: "Build") -> str:
    state = f"{build.stage} {build.owner}" if build.running else f"未完成 unfinished {build.fault}".strip()
    left = f"，剩余 left {build.left:,.0f} s" if build.left is not None else ""
    done = f"{build.events:,}/{build.target:,} {build.share:.0%}"
    return f"{build.purpose} {', '.join(build.views)}: {done}，{build.rate:,.0f}/s{left}，{state}"
