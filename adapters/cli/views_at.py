"""``anjuan views at``: a view as it stood at a past moment, built aside and kept for the next who asks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, print_lines, text_of

if TYPE_CHECKING:
    from adapters.house import House
    from adapters.moments import Moment, Past
    from projections.shape import Table, View

_LOOK_SECONDS = 0.2


class MomentParam(click.ParamType["Moment"]):
    """A position, or a recorded time as it is typed; a bare date is the end of that day in Shanghai."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Moment":
        from adapters.viewing import moment_of

        text = str(value)
        if text.isascii() and text.isdigit():
            return int(text)
        try:
            return moment_of(text)
        except ValueError:
            self.fail("既非位置也非时间 neither position nor time: 1234, 2026-03-02, 2026-03-02T09:00", param, ctx)


@click.command("at")
@click.argument("moment", type=MomentParam())
@click.argument("name")
@click.option("--table", "only", default="", help="只看此表 / only this table of the view")
@click.option("--limit", type=click.IntRange(0, 100_000), default=20, show_default=True, help="每表行数 / rows a table")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def command(moment: "Moment", name: str, only: str, limit: int, *, as_json: bool) -> None:
    """视图 NAME 截至 MOMENT（记录时间或位置）的内容 / a view as of a recorded time or a position."""
    from adapters.cli.reader import on_command_line
    from adapters.house import open_house
    from adapters.reads.recording import on_record
    from adapters.settings import read_settings

    view = _view(name)
    tables = [table for table in view.tables if only in ("", table.name)]
    if not tables:
        raise click.ClickException(f"UNKNOWN_TABLE: {name}: {', '.join(table.name for table in view.tables)}")
    with told_plainly(), open_house(read_settings()) as house:
        past = house.moments.at([name], moment)
        _build(house, past, name)
        with on_record(house, on_command_line(), "list", {"view": name, "position": str(past.shown.position)}):
            found = {table.name: _rows(past, table, limit) for table in tables}
    shown = {"view": name, "version": view.version, "position": past.shown.position}
    shown |= {"recorded_at": past.shown.recorded_at, "at": past.shown.at}
    if as_json:
        print_json({**shown, "tables": found})
    else:
        _print(shown, found)


def _view(name: str) -> "View":
    from projections.registry import VIEWS

    if name not in VIEWS:
        raise click.ClickException(f"UNKNOWN_VIEW: 没有此视图 / there is no such view: {', '.join(VIEWS)}")
    return VIEWS[name]


def _build(house: "House", past: "Past", name: str) -> None:
    """Wait for as long as it takes, and show how far it is."""
    from adapters.cli.progress import bars
    from adapters.viewing import ViewBuilding

    with bars() as lines:
        bar = lines.bar(f"构建 building {name}", 100)
        while True:
            try:
                house.moments.ready(name, past.shown.position, _LOOK_SECONDS)
            except ViewBuilding as building:
                bar.at(building.percent)
            else:
                bar.complete()
                return


def _rows(past: "Past", table: "Table", limit: int) -> dict[str, Any]:
    columns, key = ", ".join(table.columns), ", ".join(table.columns[: table.key])
    rows = past.read(f"SELECT {columns} FROM {table.name} ORDER BY {key} LIMIT %s", (limit,))  # noqa: S608  (names of ours)
    (counted,) = past.read(f"SELECT count(*) AS rows FROM {table.name}")  # noqa: S608  (the same)
    return {"count": counted["rows"], "rows": [{name: _plain(value) for name, value in row.items()} for row in rows]}


def _plain(value: object) -> object:
    """Return bytes as the text that they are in our tables."""
    return value.decode() if isinstance(value, bytes) else value


def _print(shown: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
    click.echo(
        f"{shown['view']} v{shown['version']}  位置 position {shown['position']}"
        f"  记录于 recorded {text_of(shown['recorded_at'])}  截至 as of {text_of(shown['at'])}"
    )
    for table, content in found.items():
        rows: Sequence[dict[str, Any]] = content["rows"]
        click.echo(f"\n{table}: {len(rows)} / {content['count']} 行 rows")
        if rows:
            print_lines(list(rows[0]), (list(row.values()) for row in rows))
