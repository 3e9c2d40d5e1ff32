"""Progress on the error output: bars with a rate on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    """What is done in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="dim")


class Bar:
    """One line of progress."""

    def __init__(self, progress: Progress, text: str, total: int | None) -> None:
        """Show it from now on. Without a total it only counts."""
        self._progress = progress
        self._task = progress.add_task(text, total=total)

    def at(self, done: int) -> None:
        """So much is done in all."""
        self._progress.update(self._task, completed=done)

    def told(self, text: str, total: int) -> None:
        """Show another text and total from now on."""
        self._progress.update(self._task, description=text, total=total)

    def complete(self) -> None:
        """All is done, whatever was expected."""
        done = self._progress.tasks[self._task].completed
        self._progress.update(self._task, total=done or 1, completed=done or 1)


class Bars:
    """A place for bars, one below the other."""

    def __init__(self, progress: Progress) -> None:
        """Keep it."""
        self._progress = progress

    def bar(self, text: str, total: int | None = None) -> Bar:
        """Begin a bar."""
        return Bar(self._progress, text, total)


@contextmanager
def bars() -> Iterator[Bars]:
    """Give a place for bars while something runs."""
    console = Console(stderr=True)
    done = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    columns = (*done, TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bars(progress)


def say(text: str) -> None:
    """One line of progress."""
    click.echo(text, err=True)
