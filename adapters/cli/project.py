"""``anjuan project``: the projector on its own."""

import os
import signal
import sys
import threading

import click

from adapters.cli.plainly import told_plainly


@click.command("project")
@click.option("--beside", is_flag=True, hidden=True, help="end when standard input does, as beside a server")
def command(*, beside: bool) -> None:
    """持续更新视图 / keep the views up to date until Ctrl-C."""
    from adapters.house import open_database
    from adapters.projector.service import project
    from adapters.settings import read_settings

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    if beside:
        threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()
    with told_plainly(), open_database(read_settings()) as locate:
        project(locate, stop)


def _end_with_parent(stop: threading.Event) -> None:
    """Its end of the pipe closes however it ended."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()
