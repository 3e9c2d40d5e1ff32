"""``anjuan config``: the settings in force."""

import re

import click
import msgspec

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json

_URL_PASSWORD = re.compile(r"(?<=:)[^:/?#@]+(?=@)|(?<=password=)[^&\s]+")


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def command(*, as_json: bool) -> None:
    """生效的设置，密码不显示 / the settings in force, passwords masked."""
    from rich.console import Console
    from rich.table import Table

    from adapters.settings import read_settings

    with told_plainly():
        settings = msgspec.structs.asdict(read_settings())
    shown = {
        **settings,
        "home": str(settings["home"]),
        "database_url": _URL_PASSWORD.sub("***", settings["database_url"]),
        "vault_url": _URL_PASSWORD.sub("***", settings["vault_url"]),
        "keks": re.sub(r"(?<=:)[^,]+", "***", settings["keks"]),
    }
    if as_json:
        print_json(shown)
        return
    table = Table("变量 variable", "值 value")
    for name, value in shown.items():
        table.add_row(f"ANJUAN_{name.upper()}", str(value) or "（内置 embedded）")
    Console().print(table)
