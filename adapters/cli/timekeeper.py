"""``anjuan timekeeper``: warn of duties, record breaches."""

import signal
import threading
from typing import TYPE_CHECKING

import click

from adapters.cli.plainly import told_plainly

if TYPE_CHECKING:
    from application.reactions.timekeeper import Kept


@click.command("timekeeper")
@click.option("--once", is_flag=True, help="只看一遍 / look once and end")
def command(*, once: bool) -> None:
    """时限监督：预警、记录超时、视为受理 / warn of duties, record breaches, accept by law, until Ctrl-C."""
    from adapters.house import open_house
    from adapters.settings import read_settings
    from adapters.timekeeper import keep, keep_round

    stop = threading.Event()
    with told_plainly(), open_house(read_settings()) as house:
        if once:
            _say(keep_round(house))
            return
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        keep(house, stop, _say)


def _say(kept: "Kept") -> None:
    click.echo(
        f"查看 looked at {kept.looked_at}：预警 warned {kept.warned}，超时 breached {kept.breached}，"
        f"视为受理 accepted by law {kept.accepted}，核查到期 reviews due {kept.reviews}"
    )
    for code, times in kept.refused.items():
        click.echo(f"被拒 refused {code}: {times}")
