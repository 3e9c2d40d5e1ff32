"""``anjuan project``: the projector on its own."""

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from adapters.cli.plainly import told_plainly

if TYPE_CHECKING:
    from adapters.postgres.database import Locate
    from adapters.settings import Settings


@click.command("project")
@click.option("--beside", is_flag=True, hidden=True, help="end when standard input does, as beside a server")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="工作进程数 / processes")
def command(workers: int, *, beside: bool) -> None:
    """持续更新视图 / keep the views up to date until Ctrl-C."""
    from adapters.house import open_house
    from adapters.projector.service import project
    from adapters.settings import read_settings

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    if beside:
        threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()
    with told_plainly():
        settings = read_settings()
        with open_house(settings) as house:
            if workers == 1:
                project(house.locate, stop)
            else:
                _share_out(house.locate, settings, workers, stop)


def _share_out(locate: "Locate", settings: "Settings", workers: int, stop: threading.Event) -> None:
    """Let processes of our own fold, each the ranges of slices that it gets."""
    from adapters.children import keeping
    from adapters.projector.service import divide

    divide(locate, workers, stop)
    with keeping(settings, ("project", "--beside"), workers):
        stop.wait()


def _end_with_parent(stop: threading.Event) -> None:
    """Its end of the pipe closes however it ended."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()
