"""Cases as tables for people."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.cli.printing import text_of
from adapters.web.figures import last_moment, yuan
from adapters.web.texts import LANGUAGES, Texts
from application.knowledge import Difference
from application.replay import Change, Step, changes
from domain.cases.state import NO_CASE, CaseState

T = TypeVar("T", Change, Difference)
NO_CASE_THEN = "当时没有此案卷 / there was no such case then"
_MONEY = ("amount", "monthly_income")
"""Fields in fen, told in yuan."""


def print_state(steps: list[Step]) -> None:
    """Print the case after the last step, every field that is set."""
    if not steps:
        Console().print(NO_CASE_THEN)
        return
    last = steps[-1]
    print_fields(last.state, f"{last.state.number} · v{last.recorded.seq} · {text_of(last.recorded.recorded_at)}")


def print_fields(state: CaseState, title: str) -> None:
    """Print every field of a case that is set."""
    table = Table("字段 field", "值 value", title=title)
    for change in shown(changes(NO_CASE, state)):
        table.add_row(change.field, value_of(change.field, change.after))
    Console().print(table)


def print_history(steps: list[Step]) -> None:
    """Print who did what, when it happened, when it was recorded, and what changed: a block an event, at any width."""
    console = Console(highlight=False)
    if not steps:
        console.print(NO_CASE_THEN)
    for step in steps:
        print_step(console, step)


def print_step(console: Console, step: Step, remarks: Iterable[str] = ()) -> None:
    """Print one event: what, when, who, what stands out, what changed."""
    recorded, meta = step.recorded, step.recorded.meta
    name = " ".join(Texts(language).word("event", recorded.type) for language in LANGUAGES)
    console.print(f"[bold]v{recorded.seq} {escape(name)}[/]  [dim]{recorded.type} @{recorded.position}[/]")
    console.print(
        f"   发生 occurred {text_of(meta.occurred_at)} · 登记 recorded {text_of(recorded.recorded_at)} · "
        f"岗位 post {escape(meta.post or meta.actor)}",
        soft_wrap=True,
    )
    for remark in remarks:
        console.print(f"   [bold yellow]![/] {escape(remark)}", soft_wrap=True)
    for change in shown(step.changes):
        console.print(f"   {_line(change)}", markup=False, soft_wrap=True)


def print_replay(steps: list[Step]) -> None:
    """Print step after step: the event, what changed, and the stage after it."""
    console = Console()
    for step in steps:
        recorded = step.recorded
        console.print(
            f"[bold]v{recorded.seq}[/] @{recorded.position} {recorded.type} · {text_of(recorded.meta.occurred_at)} · "
            f"{recorded.meta.post or recorded.meta.actor} → {step.state.stage}",
            highlight=False,
            soft_wrap=True,
        )
        for change in shown(step.changes):
            console.print(f"    {_line(change)}", markup=False, highlight=False, soft_wrap=True)


def _line(change: Change) -> str:
    if change.field == "done":
        return f"done: {moves_of(set(change.before or ()), set(change.after or ()))}"
    return f"{change.field}: {value_of(change.field, change.before)} → {value_of(change.field, change.after)}"


def shown(found: Iterable[T]) -> Iterator[T]:
    """Of a duty, how it stands and until when; the rest of its clock is for programs and for ``case explain``."""
    for change in found:
        if not change.field.startswith("duties.") or change.field.endswith((".status", ".due_at", ".breached")):
            yield change


def value_of(field: str, value: object) -> str:
    """Return a value in words, with the unit that its field has."""
    if isinstance(value, int) and field.endswith(_MONEY):
        return f"¥{yuan(value)}"
    if isinstance(value, datetime) and field.endswith(".due_at"):
        return last_moment(value)
    return text_of(value)


def moves_of(before: set[str], after: set[str]) -> str:
    """Return, of a set that grows with every step, only what came and what went."""
    return ", ".join(
        [*(f"+{name}" for name in sorted(after - before)), *(f"-{name}" for name in sorted(before - after))]
    )
