"""``anjuan authority give|suspend|resume|revoke|change``: changing the register of powers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from adapters.cli.files import file_faults
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import IsoDay, IsoTime, print_json
from domain.authority.changes import (
    AuthorityCommand,
    ChangePower,
    GiveGrants,
    ResumeGrant,
    RevokeGrant,
    SuspendGrant,
)
from domain.authority.powers import Change, Grant

if TYPE_CHECKING:
    from adapters.house import House
    from domain.cases.facts import Act

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_GRANTS = "YAML 或 JSON 的授权列表 / a YAML or JSON list of grants"


def acting(function: Any) -> Any:  # noqa: ANN401  (click's decorators)
    """Add the options that say who acts, when, and under which idempotency key."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON"),
        click.option("--occurred-at", type=IsoTime(), help="发生时间 / when it happened"),
        click.option("--key", default="", help="幂等键 / idempotency key"),
        click.option("--post", required=True, help="以该岗位办理 / in the name of this post"),
    ):
        function = option(function)
    return function


@contextmanager
def open_plainly() -> "Iterator[House]":
    """Open the house of the settings; an expected fault is one line."""
    from adapters.house import open_house
    from adapters.settings import read_settings

    with told_plainly(), open_house(read_settings()) as house:
        yield house


def act_of(house: "House", who: dict[str, Any]) -> "Act":
    """Return the act that the options of ``acting`` describe. Raises BadKey, OccurredInFuture, an unknown post."""
    from adapters.cli.case_do import known_post_or_fault
    from adapters.commands import CLOCK_TOLERANCE, OccurredInFuture
    from domain.authority.bureau import first_holder
    from domain.cases.facts import Act

    post, now = known_post_or_fault(house, who["post"]), house.now()
    told = who["occurred_at"]
    if told is not None and told > now + CLOCK_TOLERANCE:
        raise OccurredInFuture("occurred_at")
    return Act(
        command_id=who["key"] or house.cases.new_id(),
        actor=first_holder(post.id),
        post=post,
        occurred_at=told or now,
        received_at=now,
    )


@click.command("give")
@click.option("--file", "path", type=_FILE, required=True, help=_GRANTS)
@acting
def give(*, path: Path, **who: Any) -> None:  # noqa: ANN401  (the options of acting)
    """授权：委托或下放 / entrust or devolve powers."""
    _carry_out(GiveGrants(grants=_grants(path)), who)


@click.command("suspend")
@click.argument("grant")
@click.option("--since", type=IsoDay(), required=True, help="自该日起 / from this day on")
@click.option("--reason", required=True, help="书面理由 / the written reason")
@acting
def suspend(grant: str, *, since: date, reason: str, **who: Any) -> None:  # noqa: ANN401  (the options of acting)
    """暂停授权 / suspend a grant."""
    _carry_out(SuspendGrant(grant=grant, since=since, reason=reason), who)


@click.command("resume")
@click.argument("grant")
@click.option("--on", type=IsoDay(), required=True, help="自该日恢复 / from this day on")
@acting
def resume(grant: str, *, on: date, **who: Any) -> None:  # noqa: ANN401  (the options of acting)
    """恢复授权 / resume a suspended grant."""
    _carry_out(ResumeGrant(grant=grant, on=on), who)


@click.command("revoke")
@click.argument("grant")
@click.option("--on", type=IsoDay(), required=True, help="自该日起无此授权 / the first day without it")
@click.option("--reason", required=True, help="书面理由 / the written reason")
@acting
def revoke(grant: str, *, on: date, reason: str, **who: Any) -> None:  # noqa: ANN401  (the options of acting)
    """收回授权 / revoke a grant."""
    _carry_out(RevokeGrant(grant=grant, on=on, reason=reason), who)


@click.command("change")
@click.argument("item")
@click.option(
    "--kind", type=click.Choice(get_args(Change)), required=True, help="降 lower 放 devolve 减 reduce 转 transfer"
)
@click.option("--before", required=True, help="变动前 / how it was")
@click.option("--after", required=True, help="变动后 / how it is")
@click.option("--basis", required=True, help="依据文件 / the document it rests on")
@click.option("--effective", type=IsoDay(), required=True, help="生效日 / from this day on")
@click.option("--grants", "path", type=_FILE, help=f"下放所含授权 / of a devolution: {_GRANTS}")
@acting
def change(item: str, *, path: Path | None, **given: Any) -> None:  # noqa: ANN401  (the options above)
    """权力事项降、放、减、转 / lower, devolve, reduce or transfer a power item."""
    who = {name: given.pop(name) for name in ("post", "key", "occurred_at", "as_json")}
    _carry_out(ChangePower(item=item, grants=_grants(path) if path else (), **given), who)


def _carry_out(command: AuthorityCommand, who: dict[str, Any]) -> None:
    from application.runs.change_authority import change_authority

    with open_plainly() as house:
        done = change_authority(house.cases, act_of(house, who), command)
    if who["as_json"]:
        print_json({"position": done.last if done else 0, "version": done.version if done else 0})
    else:
        click.echo(f"@{done.last}" if done else "已是如此，无变动 / so already, nothing changed")


def _grants(path: Path) -> tuple[Grant, ...]:
    """Return the grants of a file, one alone too. Raises click.ClickException."""
    import yaml

    with file_faults("BAD_FILE", "文件无法读取", "The file cannot be read"):
        text = path.read_bytes()
    try:
        rows = yaml.safe_load(text)
        return msgspec.convert(rows if isinstance(rows, list) else [rows], tuple[Grant, ...])
    except (yaml.YAMLError, msgspec.ValidationError) as fault:
        sentence = " ".join(str(fault).split())
        raise click.ClickException(f"BAD_GRANTS: 授权文件不正确 / The grants cannot be used: {sentence}") from fault
