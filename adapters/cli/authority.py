"""``anjuan authority``: who may do what where on any day; grants and powers and their changes; denials; samples."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.authority_acts import change, give, resume, revoke, suspend
from adapters.cli.authority_samples import sample
from adapters.cli.printing import IsoDay, IsoTime, checked_region, print_json, print_lines
from adapters.cli.words import worded
from adapters.web.figures import yuan

if TYPE_CHECKING:
    from adapters.authority import ListedGrant, ListedPower
    from domain.authority.lookup import Competence
    from projections.views.denials.view import DenialRow

Cells = tuple[object, ...]

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_ON = click.option("--on", type=IsoDay(), help="哪一天，默认今天 / which day, today if left out")


@click.group("authority")
def command() -> None:
    """权力与授权：谁、何地、何日、可办何事 / powers and grants: who may do what, where, on which day."""


for part in (give, suspend, resume, revoke, change, sample):
    command.add_command(part)


@command.command("on-day")
@_ON
@click.option("--region", required=True, help="行政区划代码 / division code, left-anchored")
@click.option("--post", default="", help="只看该岗位 / only this post")
@click.option("--item", default="", help="只看该权力事项 / only this power item, as in dibao.decide")
@_AS_JSON
def on_day(*, on: date | None, as_json: bool, **asked: str) -> None:
    """某日某地谁可办何事 / who may do what there on that day."""
    from adapters.authority import competences

    with _house() as house:
        day = on or _today(house)
        rows = competences(house, day, checked_region(asked["region"]), asked["item"], asked["post"])
    if as_json:
        print_json({"on": day, "rows": rows})
        return
    print_lines(
        (
            "事项 item",
            "岗位 post",
            "授权 grant",
            "形式 form",
            "以谁名义 in the name of",
            "限额（元）ceiling",
            "依据 basis",
        ),
        map(_competence_cells, rows),
    )


@command.command("powers")
@_ON
@click.option("--matter", default="", help="只看该事项 / only this matter")
@_AS_JSON
def powers(*, on: date | None, matter: str, as_json: bool) -> None:
    """权责清单 / the list of power items."""
    from adapters.authority import powers as listed

    with _house() as house:
        rows = listed(house, on or _today(house), matter)
    if as_json:
        print_json(rows)
        return
    print_lines(
        ("事项 item", "名称 name", "生效 in force", "自 from", "至 to", "变动 changes", "依据 basis"),
        map(_power_cells, rows),
    )


@command.command("grants")
@_ON
@click.option("--item", default="", help="只看该权力事项 / only this power item")
@click.option("--region", default="", help="只看该地 / only for places in it")
@_AS_JSON
def grants(*, on: date | None, item: str, region: str, as_json: bool) -> None:
    """授权清单 / the grants."""
    from adapters.authority import grants as listed

    with _house() as house:
        rows = listed(house, on or _today(house), item, region)
    if as_json:
        print_json(rows)
        return
    print_lines(
        (
            "授权 grant",
            "事项 item",
            "岗位类别 role",
            "地区 region",
            "形式 form",
            "生效 in force",
            "限额（元）",
            "抽查 %",
        ),
        map(_grant_cells, rows),
    )


@command.command("history")
@click.argument("item")
@_AS_JSON
def history(item: str, *, as_json: bool) -> None:
    """权力事项的降放减转 / how a power item changed, dated, with its basis."""
    from adapters.authority import changes_of

    with _house() as house:
        rows = changes_of(house, item)
    if as_json:
        print_json(rows)
        return
    print_lines(
        ("自 effective", "变动 change", "变动前 before", "变动后 after", "依据 basis", "登记 recorded", "岗位 post"),
        (
            (row.effective, worded("change", row.kind), row.before, row.after, row.basis, row.recorded_at, row.post)
            for row in rows
        ),
    )


@command.command("denials")
@click.option("--division", default="", help="行政区划代码 / division code, left-anchored")
@click.option("--post", default="", help="只看该岗位 / only this post")
@click.option("--code", default="", help="只看该原因 / only this code, as in NO_GRANT")
@click.option("--since", type=IsoTime(), help="不早于 / not before")
@click.option("--until", type=IsoTime(), help="早于 / before")
@click.option("--limit", type=click.IntRange(1, 500), default=100)
@_AS_JSON
def denials(*, limit: int, as_json: bool, **where: Any) -> None:  # noqa: ANN401  (the options above)
    """越权被拒的办理 / acts refused for want of authority."""
    from adapters.projector.service import bring_up
    from projections.views.denials.queries import DenialFilter, denial_rows
    from projections.views.denials.queries import denials as found

    with _house() as house:
        bring_up(house.locate)
        rows = found(house.read(*denial_rows(DenialFilter(**where), limit)))
    if as_json:
        print_json(rows)
        return
    print_lines(
        (
            "位置 position",
            "时间 when",
            "岗位 post",
            "办理 action",
            "原因 code",
            "说明 detail",
            "金额（元）",
            "案卷 case",
        ),
        map(_denial_cells, rows),
    )


def _competence_cells(row: "Competence") -> "Cells":
    who = row.post or f"{row.role} @{row.region}"
    basis = row.basis if row.verified else f"{row.basis}（待核 unverified）"
    return row.item, who, row.grant, worded("form", row.form), row.in_name_of, _ceiling(row.ceiling), basis


def _power_cells(row: "ListedPower") -> "Cells":
    item = row.item
    name = f"{item.zh} {item.en}"
    return item.id, name, row.in_force, item.valid_from, item.valid_to, len(row.changes), item.basis


def _grant_cells(row: "ListedGrant") -> "Cells":
    grant = row.grant
    held = (grant.id, grant.item, worded("role", grant.role), grant.region, worded("form", grant.form))
    return *held, row.in_force, _ceiling(grant.ceiling), grant.sample_percent


def _denial_cells(row: "DenialRow") -> "Cells":
    amount = yuan(row.amount) if row.amount else ""
    return row.position, row.occurred_at, row.post, row.action, row.code, row.detail, amount, row.case_id


def _ceiling(fen: int | None) -> str:
    return "" if fen is None else yuan(fen)


def _house() -> Any:  # noqa: ANN401  (a context, its type loaded only when used)
    from adapters.cli.authority_acts import open_plainly

    return open_plainly()


def _today(house: Any) -> date:  # noqa: ANN401  (loaded only when used)
    from domain.calendar import civil_day

    return civil_day(house.now())
