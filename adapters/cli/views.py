"""``anjuan views``: read models, how far each is; what else there is to do with them, in modules of their own."""

import click

from adapters.cli import views_at
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, text_of


@click.group("views", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """各视图的进度 / the read models and how far each is."""
    if context.invoked_subcommand is None:
        _list(as_json=as_json)


command.add_command(views_at.command)


def _list(*, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from adapters.house import open_house
    from adapters.ops import view_lags
    from adapters.settings import read_settings

    with told_plainly(), open_house(read_settings()) as house:
        lags = view_lags(house)
    if as_json:
        print_json(lags)
        return
    table = Table("视图 view", "版本 version", "位置 position", "滞后 lag", "滞后秒 behind (s)", "更新于 moved")
    for lag in lags:
        name = lag.view if lag.built else f"{lag.view}（未建 not built）"
        table.add_row(name, str(lag.version), str(lag.position), str(lag.lag), str(lag.behind), text_of(lag.moved_at))
    Console().print(table)
