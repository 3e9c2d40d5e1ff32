"""``anjuan views ranges|split|merge``: ranges of slices of the log, and who folds which."""

from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from adapters.operating.seen import RangeHeld

_LANE = click.argument("lane", type=click.Choice(["streams", "whole"]))
_HEADS = (
    "通道 lane",
    "自 lo",
    "至 hi",
    "工作进程 owner",
    "代次 epoch",
    "持有秒 age (s)",
    "租约秒 expires (s)",
    "位置 position",
)


@click.command("ranges")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def ranges(*, as_json: bool) -> None:
    """分片区间与持有者 / the ranges of slices: who holds each, for how long, how far it is."""
    from adapters.operating.seen import ranges as held

    with open_plainly() as house:
        found = held(house)
    if as_json:
        print_json(found)
        return
    print_lines(_HEADS, map(_cells, found))


def _cells(each: "RangeHeld") -> tuple[object, ...]:
    lease = (each.owner, each.epoch, _seconds(each.age), _seconds(each.expires))
    return (each.lane, each.lo, each.hi, *lease, each.position)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


@click.command("split")
@_LANE
@click.argument("lo", type=int)
@click.argument("hi", type=int)
def split(lane: str, lo: int, hi: int) -> None:
    """把一个区间拆成两个 / make two ranges of one; nothing is folded again."""
    from adapters.operating.acts import split as cut

    with open_plainly() as house:
        low, high = cut(house.locate, lane, (lo, hi))
    click.echo(f"已拆分 split {lane}: {low.lo}..{low.hi}, {high.lo}..{high.hi}")


@click.command("merge")
@_LANE
@click.argument("lo", type=int)
@click.argument("middle", type=int)
@click.argument("hi", type=int)
def merge(lane: str, lo: int, middle: int, hi: int) -> None:
    """把相邻的两个区间并成一个 / make one range of two neighbours."""
    from adapters.operating.acts import merge as join

    with open_plainly() as house:
        one = join(house.locate, lane, (lo, middle, hi))
    click.echo(f"已合并 merged {lane}: {one.lo}..{one.hi}")
