"""``anjuan feed topics|relay``: feeds on Kafka."""

import threading
from functools import partial

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, print_lines
from domain.signals.kinds import DEPARTMENTS


@click.command("topics")
@click.option("--apply", "apply_", is_flag=True, help="按配置建立或修改 / make them so")
@click.option("--replicas", type=click.IntRange(1, 9), default=1, show_default=True, help="副本数 / replicas")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def topics(replicas: int, *, apply_: bool, as_json: bool) -> None:
    """Kafka 主题与应有配置的差异 / how the broker's topics differ; exit code 1 if they do and nothing was applied."""
    from adapters.kafka.administering import changes, make_so
    from adapters.kafka.topics import wanted
    from adapters.settings import read_settings

    with told_plainly():
        settings = read_settings().kafka
        all_ = wanted(settings.prefix, sorted(DEPARTMENTS), replicas)
        found = make_so(settings, all_, replicas) if apply_ else changes(settings, all_)
    if as_json:
        print_json(found)
    elif found:
        rows = ((each.topic, each.what, each.now, each.wanted) for each in found)
        print_lines(("主题 topic", "差异 what", "现为 now", "应为 wanted"), rows)
    else:
        click.echo(f"{len(all_)} 个主题均符合 topics are as they must be")
    if found and not apply_:
        raise SystemExit(1)


@click.command("relay")
@click.option("--fast", is_flag=True, help="用 confluent-kafka / with confluent-kafka (anjuan[fast])")
@click.option("--once", is_flag=True, help="发完现有消息即退出 / send what there is now and end")
def relay(*, fast: bool, once: bool) -> None:
    """向 Kafka 转发各部门消息，直到 Ctrl-C / relay the feeds to Kafka until Ctrl-C."""
    from adapters.feeds.relay import Sent, drain
    from adapters.feeds.relay import relay as run
    from adapters.feeds.sending import open_relay

    def told(sent: Sent) -> None:
        click.echo(f"@{sent.position:,}  {sent.messages:,} 条消息 messages")

    with open_plainly() as house:
        opening = partial(open_relay, house, house.settings.kafka, fast=fast)
        if once:
            drain(opening(), told)
        else:
            run(house, opening, threading.Event(), told)
