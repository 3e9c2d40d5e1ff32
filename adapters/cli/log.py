"""``anjuan log``: the transparency log: its tree, signed heads, proofs, keys and witnesses."""

import signal
import threading
from pathlib import Path

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.log_keys import keys
from adapters.cli.log_witnesses import witnesses
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json

_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")


@click.group("log")
def command() -> None:
    """透明日志 / the transparency log: signed heads, proofs, tiles, witnesses."""


for _part in (keys, witnesses):
    command.add_command(_part)


@command.command("follow")
@click.option("--once", is_flag=True, help="只做一轮并发布 / one round, published, and end")
def follow(*, once: bool) -> None:
    """更新哈希树、签发检查点 / let the tree grow, sign and publish heads, until Ctrl-C."""
    from adapters.house import open_house
    from adapters.postgres.connections import connect
    from adapters.settings import read_settings
    from adapters.transparency.notary import keep, turn
    from adapters.transparency.setting_up import ensure_keys

    stop = threading.Event()
    with told_plainly(), open_house(read_settings()) as house:
        if once:
            ensure_keys(house)
            with connect(house.locate, "anjuan_notary") as connection:
                click.echo(f"已签 signed {turn(connection, house, now=house.now(), last=True):,}")
            return
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        keep(house, stop, lambda size: click.echo(f"已签 signed {size:,}"))


@command.command("checkpoint")
def checkpoint() -> None:
    """最新检查点 / print the newest signed head."""
    from adapters.postgres.connections import reading
    from adapters.transparency.proving import newest_head

    with open_plainly() as house, reading(house.readers) as connection:
        click.echo(newest_head(connection).note.whole, nl=False)


@command.command("proof")
@click.argument("position", type=click.IntRange(1))
def proof(position: int) -> None:
    """某一事件的收录证明 / print the proof that an event is in the log (C2SP tlog-proof)."""
    from adapters.postgres.connections import reading
    from adapters.transparency.proofs import proof_text
    from adapters.transparency.proving import proof_of

    with open_plainly() as house, reading(house.readers) as connection:
        click.echo(proof_text(proof_of(connection, position)), nl=False)


@command.command("seal")
def seal() -> None:
    """立即封存各流末端 / seal the heads of all streams now."""
    from adapters.postgres.connections import connect
    from adapters.transparency.attesting import seal_heads

    with open_plainly() as house, connect(house.locate, "anjuan_notary") as connection:
        sealed = seal_heads(connection, house, house.now())
        if sealed:
            click.echo(f"已封存 sealed {sealed.streams:,} 流 streams，位置 position {sealed.position:,}，{sealed.root}")


@command.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """导出为静态文件 / write the log as static tiles; goes on with what is there."""
    from adapters.postgres.connections import reading
    from adapters.transparency.exporting import export_log
    from adapters.transparency.proving import newest_head

    with open_plainly() as house, reading(house.readers) as connection:
        head = newest_head(connection)
        with click.progressbar(length=head.head.size, label="导出 export") as bar:
            files = export_log(connection, head, folder, lambda upto: bar.update(upto - bar.pos))
    click.echo(f"已写 wrote {files:,} 个文件 files，{head.head.size:,} 条 entries")


@command.command("status")
@_JSON
def status(*, as_json: bool) -> None:
    """哈希树、检查点与见证 / how far tree, heads and witnesses are."""
    from adapters.transparency.standing import standing

    with open_plainly() as house:
        found = standing(house)
    if as_json:
        print_json(found)
        return
    click.echo(f"日志 log {found.origin}")
    click.echo(f"事件 events {found.events:,}，入树 in the tree {found.size:,}，已签 signed {found.signed:,}")
    click.echo(f"已发布 published {found.published:,}，{found.published_at or '—'}，见证 witnessed {found.witnessed:,}")
    click.echo(f"末端封存 heads sealed at {found.sealed:,}")
    for witness in found.witnesses:
        click.echo(f"见证人 witness {witness.name}: {witness.size:,} {witness.fault or '正常 well'}")
