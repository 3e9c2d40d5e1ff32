"""``anjuan bench``: measure, print the table of bars, or everything as JSON."""

import sys
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from adapters.settings import read_settings

_FULL_ROUNDS, _QUICK_ROUNDS = 5, 1


@click.command("bench")
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.option("--quick", is_flag=True, help="每项一轮 / one round of each")
@click.option("--scale", default=1.0, hidden=True, help="a part of the work, to try the bench itself")
def command(names: tuple[str, ...], *, as_json: bool, quick: bool, scale: float) -> None:
    """性能基准：与 eventsourcing 库同场比较 / measure, side by side with the eventsourcing library."""
    from adapters.bench.registry import BENCHES, BY_NAME_ALONE

    unknown = set(names) - set(BENCHES)
    if unknown:
        raise click.UsageError(f"没有这一项 no such bench: {', '.join(sorted(unknown))}; {', '.join(BENCHES)}")
    chosen = names or tuple(name for name in BENCHES if name not in BY_NAME_ALONE)
    report = _measure(chosen, _QUICK_ROUNDS if quick else _FULL_ROUNDS, scale)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)))
    else:
        _print(Console(), report)


def _measure(names: tuple[str, ...], rounds: int, scale: float) -> dict[str, Any]:
    from adapters.bench.ground import open_ground
    from adapters.bench.machine import describe
    from adapters.bench.measure import Plan
    from adapters.bench.registry import BENCHES

    with open_ground(read_settings().database_url) as ground:
        machine = describe(ground)
        bars: list[Any] = []
        for name in names:
            plan = Plan(rounds=rounds, scale=scale, progress=lambda text, name=name: _say(f"{name} {text}"))  # type: ignore[misc]  # mypy cannot infer the default
            bars += BENCHES[name](ground, plan)
    return {"machine": machine, "rounds": rounds, "scale": scale, "bars": bars}


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


_GOALS = {"ratio": "≥ {:g} ×", "at_least": "≥ {:,g}", "at_most": "≤ {:,g}"}


def _print(console: Console, report: dict[str, Any]) -> None:
    for key, value in report["machine"].items():
        console.print(f"{key}: {value}", highlight=False)
    console.print(f"rounds: {report['rounds']}  scale: {report['scale']:g}", highlight=False)
    table = Table("项目 name", "我方 ours", "对方 theirs", "单位 unit", "倍数 ratio", "目标 bar", "达到 met")
    for bar in report["bars"]:
        theirs = f"{bar.theirs.median:,.0f}" if bar.theirs else ""
        ratio = f"{bar.ratio:.2f} ({bar.ratio_lowest:.2f}-{bar.ratio_highest:.2f})" if bar.ratio else ""
        goal = "" if bar.bar is None else _GOALS[bar.kind].format(bar.bar)
        met = {True: "是 yes", False: "否 no", None: ""}[bar.met]
        table.add_row(bar.name, f"{bar.ours.median:,.0f}", theirs, bar.unit, ratio, goal, met)
    console.print(table)
    for bar in report["bars"]:
        console.print(f"{bar.name}: {bar.what}{' / ' + bar.against if bar.against else ''}", highlight=False)
