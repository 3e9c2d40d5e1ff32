"""``anjuan coverage``: of those who are eligible by what the log knows, how many are served, and who is not."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import IsoDay, print_json, print_lines
from adapters.cli.words import worded
from domain.cases.assess import age_on

if TYPE_CHECKING:
    from adapters.coverage import Asked, Board, Line
    from adapters.house import House
    from projections.views.coverage.queries import Missing

_LIMIT = click.IntRange(1, 500)


@click.command("coverage")
@click.option("--matter", default="", help="事项 / matter")
@click.option("--division", default="", help="行政区划代码 / division code, left-anchored")
@click.option("--on", type=IsoDay(), help="日期，默认今天 / day, today if left out")
@click.option("--list", "listed", is_flag=True, help="应享未享名单 / who is eligible and not served (--matter)")
@click.option("--limit", type=_LIMIT, default=500, show_default=True, help="名单条数 / rows of the list")
@click.option("--after", default="", help="名单下一页游标 / cursor of the list's next page")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def command(*, listed: bool, as_json: bool, **given: Any) -> None:  # noqa: ANN401  (the options above)
    """应享与已享：按事项、属地、城乡的覆盖率 / eligible against served, by matter, place, town and country."""
    from adapters.coverage import Asked, board
    from adapters.projector.service import bring_up

    if listed and not given["matter"]:
        raise click.UsageError("--list 须指定事项 / --list needs --matter")
    asked = Asked(**given)
    with open_plainly() as house:
        bring_up(house.locate)
        if listed:
            _list(house, asked, as_json=as_json)
            return
        found = board(house, asked)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: "Board") -> None:
    heads = (
        "事项 matter",
        "属地 place",
        "城乡 settlement",
        "应享 eligible",
        "已享 served",
        "未享 missing",
        "覆盖率（‰）rate",
    )
    print_lines(heads, map(_cells, (*found.lines, *found.totals())))
    for rule in found.rules:
        unverified = "" if rule.verified else "（未核对原文 unverified）"
        click.echo(f"{found.day} {rule.matter}: {rule.id}{unverified} {', '.join(rule.basis)}")


def _cells(line: "Line") -> tuple[object, ...]:
    place = f"{line.place} {line.division}" if line.division else "合计 total"
    numbers = (line.eligible, line.served, line.missing, line.permille)
    return line.matter, place, worded("settlement", line.settlement), *numbers


def _list(house: "House", asked: "Asked", *, as_json: bool) -> None:
    from adapters.cli.reader import on_command_line
    from adapters.coverage import missing
    from adapters.reads.recording import on_record
    from domain.calendar import civil_day
    from projections.query import BadCursor

    try:
        with on_record(
            house, on_command_line(), "list", {"matter": asked.matter, "division": asked.division}
        ) as record:
            page = missing(house, asked)
            record.subject(*(row.subject for row in page.rows))
    except BadCursor as error:
        raise click.ClickException("BAD_CURSOR: 游标不正确 / not a cursor of this list") from error
    if as_json:
        print_json({"rows": page.rows, "next": page.next or None})
        return
    day = asked.on or civil_day(house.now())
    heads = ("姓名 name", "档案 subject", "周岁 age", "出生 born", "属地 place", "此前申请 last case", "环节 stage")
    print_lines(heads, (_person(row, day) for row in page.rows))
    if page.next:
        click.echo(f"还有更多 / there are more: --after {page.next}")


def _person(row: "Missing", day: date) -> tuple[object, ...]:
    from adapters.coverage import place_of

    age = age_on(row.born, day) if row.born and row.born <= day else None
    stage = worded("stage", row.stage) if row.stage else ""
    place = f"{place_of(row.division)} {row.division}"
    return row.name, row.subject, age, row.born, place, row.number, stage
