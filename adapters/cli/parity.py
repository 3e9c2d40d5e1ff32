"""``anjuan parity``: the same matter in every county, in town and country."""

from datetime import date
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import IsoDay, print_json, print_lines
from adapters.cli.words import worded
from adapters.web.figures import yuan

if TYPE_CHECKING:
    from projections.views.parity.queries import Parity, ParityLine


@click.command("parity")
@click.option("--matter", default="", help="事项 / matter")
@click.option("--division", default="", help="行政区划代码 / division code, left-anchored")
@click.option("--from-month", type=IsoDay(), help="起始月首日 / first day of the first month")
@click.option("--to-month", type=IsoDay(), help="终止月首日 / first day of the last month")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def command(matter: str, division: str, from_month: date | None, to_month: date | None, *, as_json: bool) -> None:
    """城乡与区域一致性：标准、金额、时长、不予确认率 / standard, grant, days and refusals, side by side."""
    from adapters.projector.service import bring_up
    from projections.views.parity.queries import ParityFilter, decision_rows, grant_rows, parity

    where = ParityFilter(matter=matter, division=division, from_month=from_month, to_month=to_month)
    with open_plainly() as house:
        bring_up(house.locate)
        found = parity(house.read(*decision_rows(where)), house.read(*grant_rows(where)))
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: "Parity") -> None:
    heads = ("事项 matter", "区县 county", "城乡 settlement", "决定 decisions", "不予确认（‰）refused")
    days = ("中位（天）median", "平均（天）mean", "户均（元）mean grant", "标准（元）standard")
    print_lines((*heads, *days), map(_cells, found.lines))
    for each in found.deviations:
        click.echo(
            f"{each.rule}: {each.county} {each.median_days} 天 days > 1.5 × {each.than} {each.than_median_days} 天 days"
        )


def _cells(line: "ParityLine") -> tuple[object, ...]:
    place = (line.matter, line.county, worded("settlement", line.settlement or ""))
    numbers = (line.decisions, line.refusals_permille, line.median_days, line.mean_days)
    return *place, *numbers, yuan(line.mean_grant), tuple(yuan(each) for each in line.standards if each)
