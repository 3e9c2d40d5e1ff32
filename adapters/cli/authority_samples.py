"""``anjuan authority sample``: draw, draw again, inspect, list, and what should have been drawn."""

import secrets
from datetime import date, timedelta
from typing import Any

import click

from adapters.cli.authority_acts import act_of, acting, open_plainly
from adapters.cli.printing import IsoDay, print_json, text_of

_SEED_BYTES = 16
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")


@click.group("sample")
def sample() -> None:
    """下放后的抽查 / sampling what was decided under a grant."""


@sample.command("draw")
@click.argument("grant")
@click.option("--since", type=IsoDay(), required=True, help="自该日决定的 / decided from this day on")
@click.option("--until", type=IsoDay(), required=True, help="早于该日决定的 / decided before this day")
@acting
def draw(grant: str, *, since: date, until: date, **who: Any) -> None:  # noqa: ANN401  (the options of acting)
    """抽取样本，记录随机种子 / draw a sample; its random seed is recorded."""
    from application.runs.draw_sample import DrawSample, draw_sample, sample_id

    command = DrawSample(grant=grant, since=since, until=until, seed=secrets.token_hex(_SEED_BYTES))
    with open_plainly() as house:
        drawn = draw_sample(house.cases, act_of(house, who), command)
    if who["as_json"]:
        print_json({"sample": sample_id(drawn), **_fields(drawn)})
    else:
        click.echo(f"{sample_id(drawn)}: 抽取 drawn {len(drawn.cases)}/{drawn.population}，种子 seed {drawn.seed}")
        click.echo("\n".join(drawn.cases), nl=bool(drawn.cases))


@sample.command("redraw")
@click.argument("sample_id", metavar="SAMPLE")
@_AS_JSON
def redraw(sample_id: str, *, as_json: bool) -> None:
    """按记录的种子从日志重抽并核对 / draw again from the log; exit code 1 if it is not what was recorded."""
    from application.runs.draw_sample import redraw_sample

    with open_plainly() as house:
        again = redraw_sample(house.cases, sample_id)
    if as_json:
        fields = {"identical": not again.differences, "differences": again.differences, "cases": again.cases}
        print_json({"sample": sample_id, **fields, "recorded_later": again.later})
    elif again.differences:
        click.echo(f"不一致 DIFFERENT: {', '.join(again.differences)}")
    else:
        click.echo(f"一致 identical: {len(again.cases)}/{again.drawn.population}")
        if again.later:
            click.echo(f"抽取后补录的决定 decisions recorded after the draw: {len(again.later)}")
    if again.differences:
        raise click.exceptions.Exit(1)


@sample.command("inspect")
@click.argument("sample_id", metavar="SAMPLE")
@click.argument("case")
@click.option("--outcome", required=True, help="结论 / the outcome")
@click.option("--finding", required=True, help="情况说明，不写个人信息 / what was found, no personal data")
@acting
def inspect(sample_id: str, case: str, *, outcome: str, finding: str, **who: Any) -> None:  # noqa: ANN401  (the options)
    """登记抽查结果 / record the inspection of a drawn case."""
    from adapters.cli.cases import found_case
    from application.runs.draw_sample import InspectSample, inspect_sample

    with open_plainly() as house:
        found = found_case(house, case)
        command = InspectSample(sample=sample_id, case=found, outcome=outcome, finding=finding)
        done = inspect_sample(house.cases, act_of(house, who), command)
    if who["as_json"]:
        print_json({"position": done.last})
    else:
        click.echo(f"@{done.last}")


@sample.command("list")
@click.option("--grant", default="", help="只看该授权 / only of this grant")
@_AS_JSON
def listed(*, grant: str, as_json: bool) -> None:
    """已抽取的样本 / the samples that were drawn."""
    from adapters.projector.service import bring_up
    from projections.views.samples.queries import sample_rows

    with open_plainly() as house:
        bring_up(house.locate)
        rows = house.read(*sample_rows(grant))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['sample_id']}  抽取 drawn {row['drawn']}/{row['population']}，已查 inspected {row['inspected']}"
        )
        for each in row["cases"]:
            click.echo(f"  {each['case_id']}  {text_of(each['outcome'])}  {text_of(each['inspector'])}")


@sample.command("due")
@_AS_JSON
def due(*, as_json: bool) -> None:
    """已过季度未抽查的授权 / finished quarters of grants whose decisions were not sampled."""
    from adapters.authority import owed
    from adapters.projector.service import bring_up

    with open_plainly() as house:
        bring_up(house.locate)
        rows = owed(house)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        ends = row.until - timedelta(days=1)
        decided = f"决定 decisions {row.decisions}，应抽 to draw ≥ {row.percent}%"
        click.echo(f"{row.grant}  {row.since} – {ends}  {decided}")
    if not rows:
        click.echo("无 none")


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401  (a value of ours)
    import msgspec

    return msgspec.structs.asdict(value)
