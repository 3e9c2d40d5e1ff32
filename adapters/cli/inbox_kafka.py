"""``anjuan inbox follow|parked|replay|drop``: signals out of Kafka, and what could not be taken in."""

import threading
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, print_lines, text_of
from domain.signals.kinds import DEPARTMENTS

if TYPE_CHECKING:
    from adapters.inbox.following import Followed

_DEPARTMENT = click.option(
    "--department", type=click.Choice(sorted(DEPARTMENTS)), default=None, help="只看该部门 / of this department only"
)


@click.command("follow")
@click.option("--once", is_flag=True, help="收完现有报文即退出 / take in what there is now and end")
def follow(*, once: bool) -> None:
    """从 Kafka 接收各部门报文，直到 Ctrl-C / take in what departments send, until Ctrl-C."""
    from adapters.inbox.following import follow as run
    from adapters.inbox.following import follow_to_the_end

    def told(done: "Followed") -> None:
        counts = f"接收 taken {done.taken:,}, 重复 repeated {done.repeated:,}, 挂起 parked {done.parked:,}"
        click.echo(f"{done.department}  {counts}")

    with open_plainly() as house:
        if once:
            follow_to_the_end(house, house.settings.kafka, told)
        else:
            run(house, house.settings.kafka, threading.Event(), told)


@click.command("parked")
@_DEPARTMENT
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def parked(department: str | None, *, as_json: bool) -> None:
    """未能接收的报文；有则退出码为 1 / messages that could not be taken in; exit code 1 where there are some."""
    from adapters.inbox.parked import open_parked

    with open_plainly() as house:
        found = open_parked(house, department or "")
    if as_json:
        print_json(found)
    else:
        heads = ("编号 id", "部门 department", "分区 partition", "位点 offset", "代码 code", "位置 where", "时间 at")
        rows = ((e.id, e.department, e.partition, e.at_offset, e.code, e.detail, text_of(e.parked_at)) for e in found)
        print_lines(heads, rows)
    if found:
        raise SystemExit(1)


@click.command("replay")
@_DEPARTMENT
def replay(department: str | None) -> None:
    """重新接收挂起的报文；仍有未收则退出码为 1 / take parked messages again; exit code 1 where some stay."""
    from adapters.inbox.replaying import replay as again

    with open_plainly() as house:
        done = again(house, house.settings.kafka, department or "")
    click.echo(f"接收 taken {done.taken:,}, 仍拒收 refused {done.refused:,}, 已不在 Kafka 中 gone {done.gone:,}")
    if done.refused or done.gone:
        raise SystemExit(1)


@click.command("drop")
@click.argument("id_", metavar="ID", type=int)
@click.option("--reason", required=True, help="理由，不含个人信息 / why; nothing personal")
def drop(id_: int, reason: str) -> None:
    """不再处理一条挂起的报文 / settle a parked message that will never be taken in."""
    from adapters.inbox.parked import settle

    with open_plainly() as house:
        settle(house, id_, reason)
    click.echo(f"已处理 settled {id_}")
