"""``anjuan views rebuild|abort|rollback|verify``: tables built beside, compared, swapped in, gone back from."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json

if TYPE_CHECKING:
    from adapters.projector.comparing import Compared
    from projections.shape import View

_NAMES = click.argument("names", nargs=-1)
_ALL = click.option("--all", "everything", is_flag=True, help="全部视图 / all views")


@click.command("rebuild")
@_NAMES
@_ALL
@click.option("--restart", is_flag=True, help="先丢弃上次未完成的部分 / drop first what an earlier try left")
def rebuild(names: tuple[str, ...], *, everything: bool, restart: bool) -> None:
    """重建视图：在旁构建、比对、切换 / build beside the live ones, compare, swap; goes on with what was left."""
    from adapters.cli.building import building
    from adapters.operating.acts import by_lane, rebuild_views

    with open_plainly() as house:
        for views in by_lane(_wanted(names, everything=everything)):
            with building("重建 rebuild", views) as shown:
                done = rebuild_views(house.locate, views, shown.at, anew=restart)
            for compared in done.compared:
                _tell(compared)
            click.echo(f"已切换 swapped in {_names(views)}，位置 position {done.position:,}")


@click.command("abort")
@click.argument("names", nargs=-1, required=True)
def abort(names: tuple[str, ...]) -> None:
    """中止重建并丢弃已建部分 / drop an unfinished rebuild, also while another process is at it."""
    from adapters.operating.acts import abort as drop
    from adapters.operating.acts import views_named

    with open_plainly() as house:
        for aside in drop(house.locate, views_named(names)):
            click.echo(f"已中止 aborted {', '.join(aside.views)}：{aside.events:,}/{aside.target:,}")


@click.command("rollback")
@click.argument("name")
def rollback(name: str) -> None:
    """回退到上次切换之前的表 / go back to the tables of before the last swap; the view catches up from there."""
    from adapters.operating.acts import roll_back

    with open_plainly() as house:
        position = roll_back(house.locate, name)
    click.echo(f"已回退 rolled back {name}，位置 position {position:,}")


@click.command("verify")
@_NAMES
@_ALL
@click.option("--kafka", is_flag=True, help="由 Kafka 供给的视图 / those that are fed from Kafka")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def verify(names: tuple[str, ...], *, everything: bool, kafka: bool, as_json: bool) -> None:
    """核对视图与日志：在旁重算并逐行比对 / compute beside and compare row by row; exit 1 when a row differs."""
    from adapters.cli.building import building
    from adapters.kafka_views.tables import FROM_KAFKA, feedable
    from adapters.operating.acts import by_lane, verify_views
    from adapters.projector.comparing import LIVE

    found: list[Compared] = []
    with open_plainly() as house:
        wanted = _wanted(names, everything=everything)
        wanted = feedable(() if everything else [view.name for view in wanted]) if kafka else wanted
        for views in by_lane(wanted):
            with building("核对 verify", views) as shown:
                found += verify_views(house.locate, views, shown.at, FROM_KAFKA if kafka else LIVE)
    if as_json:
        print_json([{**_fields(each), "same": each.same} for each in found])
    else:
        for each in found:
            _tell(each)
    if not all(each.same for each in found):
        raise SystemExit(1)


def _wanted(names: tuple[str, ...], *, everything: bool) -> "list[View]":
    from adapters.operating.acts import views_named

    if bool(names) == everything:
        raise click.UsageError("请指定视图名称，或用 --all / name views, or give --all")
    return views_named(names)


def _fields(compared: "Compared") -> dict[str, object]:
    return {name: getattr(compared, name) for name in compared.__struct_fields__}


def _tell(compared: "Compared") -> None:
    """Say what was found; of rows their table and key, never a value of another column."""
    rows, wrong = f"{compared.rows:,} 行 rows", f"{compared.differences:,} 处不同 different"
    parked = f"，{compared.parked:,} 条挂起 parked" if compared.parked else ""
    if compared.fault:
        click.echo(f"{compared.view}: 无法重算 cannot be computed ({compared.fault}){parked}")
        return
    told = f"一致 same，{rows}" if compared.same else f"{rows}，{wrong}{parked}"
    click.echo(f"{compared.view}: {told}，位置 position {compared.position:,}")
    for each in compared.first:
        columns = f" ({', '.join(each.columns)})" if each.columns else ""
        click.echo(f"  {each.kind} {each.table} [{', '.join(each.key)}]{columns}")
    told_of = len(compared.first)
    if compared.differences > told_of:
        click.echo(f"  … 另有 and {compared.differences - told_of:,} 处 more")


def _names(views: "Iterable[View]") -> str:
    return ", ".join(view.name for view in views)
