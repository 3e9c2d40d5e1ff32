"""``anjuan views kafka``: the log in a topic, and views that workers of a consumer group fold from it."""

import threading
from functools import partial
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from adapters.feeds.relay import Sent
    from adapters.kafka_views.worker import Folded

_ONCE = click.option("--once", is_flag=True, help="处理完现有内容即退出 / end when all that is there is done")


@click.group("kafka")
def command() -> None:
    """由 Kafka 供给的视图 / views that are fed from Kafka."""


@command.command("relay")
@click.option("--fast", is_flag=True, help="用 confluent-kafka / with confluent-kafka (anjuan[fast])")
@_ONCE
def relay(*, fast: bool, once: bool) -> None:
    """把日志转发到主题，直到 Ctrl-C / relay the log into its topic until Ctrl-C."""
    from adapters.feeds.relay import drain
    from adapters.feeds.relay import relay as run
    from adapters.kafka_views.source import open_log_relay

    def told(sent: "Sent") -> None:
        click.echo(f"@{sent.position:,}  {sent.messages:,} 条事件 events")

    with open_plainly() as house:
        opening = partial(open_log_relay, house, house.settings.kafka, fast=fast)
        if once:
            drain(opening(), told)
        else:
            run(house, opening, threading.Event(), told)


@command.command("work")
@click.argument("names", nargs=-1)
@_ONCE
def work(names: tuple[str, ...], *, once: bool) -> None:
    """从主题构建视图；可多进程并行 / fold views from the topic; several processes share the partitions."""
    from adapters.kafka_views.tables import feedable
    from adapters.kafka_views.worker import work as run
    from adapters.kafka_views.worker import work_to_the_end
    from adapters.operating.acts import views_named

    def told(folded: "Folded") -> None:
        click.echo(f"分区 partition {folded.partition} @{folded.position:,}  {folded.events:,} 条事件 events")

    with open_plainly() as house:
        views = feedable(view.name for view in views_named(names)) if names else feedable()
        if once:
            work_to_the_end(house, house.settings.kafka, views, told)
        else:
            run(house, house.settings.kafka, views, threading.Event(), told)


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def status(*, as_json: bool) -> None:
    """各视图各分区的进度；停滞时退出码为 1 / how far each is; exit code 1 where one stands still."""
    from adapters.kafka_views.tables import standing
    from adapters.projector.sessions import session

    with open_plainly() as house, session(house.locate) as (connection, _):
        found = standing(connection)
    if as_json:
        print_json(found)
    else:
        heads = ("视图 view", "分区 partition", "版本 version", "位点 next", "位置 position", "停滞 fault")
        rows = ((each.view, each.partition, each.version, each.next, each.position, each.fault) for each in found)
        print_lines(heads, rows)
    if any(each.fault for each in found):
        raise SystemExit(1)


@command.command("retry")
def retry() -> None:
    """让停滞的视图继续 / let views that stand still go on."""
    from adapters.kafka_views.tables import retry as go_on
    from adapters.projector.sessions import session

    with open_plainly() as house, session(house.locate) as (connection, _):
        click.echo(f"{go_on(connection)} 个分区继续 partitions go on")
