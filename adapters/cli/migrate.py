"""``anjuan migrate``: bring the database up to date."""

import click

from adapters.cli.plainly import told_plainly


@click.command("migrate")
def command() -> None:
    """升级数据库结构 / bring the database up to date."""
    from adapters.house import open_database
    from adapters.settings import read_settings

    applied: list[str] = []

    def tell(name: str) -> None:
        applied.append(name)
        click.echo(name)

    with told_plainly(), open_database(read_settings(), tell):
        click.echo("数据库结构已是最新 / The database is up to date")
