"""Cases as tables for people."""

from rich.console import Console
from rich.table import Table

from adapters.cli.printing import text_of
from application.replay import Change, Step, changes
from domain.cases.state import NO_CASE


def print_state(steps: list[Step]) -> None:
    """Print the case after the last step, every field that is set."""
    console = Console()
    if not steps:
        console.print("当时没有此案卷 / there was no such case then")
        return
    last = steps[-1]
    title = f"{last.state.number} · v{last.recorded.seq} · {text_of(last.recorded.recorded_at)}"
    table = Table("字段 field", "值 value", title=title)
    for change in changes(NO_CASE, last.state):
        table.add_row(change.field, text_of(change.after))
    console.print(table)


def print_history(steps: list[Step]) -> None:
    """Print who did what, when, and what changed."""
    table = Table("版本", "事项 type", "发生 occurred", "登记 recorded", "岗位 post", "变动 changes")
    for step in steps:
        recorded = step.recorded
        table.add_row(
            str(recorded.seq),
            recorded.type,
            text_of(recorded.meta.occurred_at),
            text_of(recorded.recorded_at),
            recorded.meta.post or recorded.meta.actor,
            "\n".join(_line(change) for change in step.changes),
        )
    Console().print(table)


def print_replay(steps: list[Step]) -> None:
    """Print step after step: the event, what changed, and the stage after it."""
    console = Console()
    for step in steps:
        recorded = step.recorded
        console.print(
            f"[bold]v{recorded.seq}[/] @{recorded.position} {recorded.type} · {text_of(recorded.meta.occurred_at)} · "
            f"{recorded.meta.post or recorded.meta.actor} → {step.state.stage}",
            highlight=False,
        )
        for change in step.changes:
            console.print(f"    {_line(change)}", markup=False, highlight=False)


def _line(change: Change) -> str:
    return f"{change.field}: {text_of(change.before)} → {text_of(change.after)}"
