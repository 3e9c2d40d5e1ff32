"""A case in two times, for people: as it stood on X, as known on Y, and what is known otherwise now."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.console import Console

from adapters.cli.case_tables import moves_of, print_fields, print_step, shown, value_of
from adapters.cli.printing import print_lines, text_of
from adapters.web.figures import span
from application.knowledge import Difference, learned_since, order_matters
from application.marks import Corrected, Marks
from application.two_times import Account
from domain.cases.parts import Correction
from domain.kernel import Recorded


def print_account(account: Account, stored: Sequence[Recorded]) -> None:
    """Print the steps as they happened, what stands out at each, and what is known otherwise now."""
    console = Console(highlight=False)
    _print_standing(console, account)
    late = f"{int(account.late_after.total_seconds()):,}"
    console.print(
        f"[dim]迟录：发生满 {late} 秒后才登记 / late: recorded {late} s or more after it happened[/]", soft_wrap=True
    )
    for each in account.steps:
        print_step(console, each.step, remarks(each.marks))
    _print_learned(console, account, stored)
    found = order_matters(stored, account.at)
    if found:
        console.print("按发生与按登记的次序，结果不同 / the two orders give other states:")
        _print_table(("字段 field", "按登记 by recording", "按发生 by happening"), found)


def print_stood(account: Account, stored: Sequence[Recorded]) -> None:
    """Print the case as it stood, every field that is set, and what is known otherwise now."""
    console = Console(highlight=False)
    _print_standing(console, account)
    if account.state is not None:
        print_fields(account.state, f"{account.state.number} · 已知至 known to v{account.version}")
    _print_learned(console, account, stored)


def remarks(marks: Marks) -> Iterator[str]:
    """Say what stands out at a step."""
    if marks.late:
        yield f"迟录 late: {_span(marks.late)} ({marks.late:,} s)"
    if marks.overtaken:
        first, *_, last = (*marks.overtaken, marks.overtaken[-1])
        others = f"v{first}" if first == last else f"v{first} … v{last} ({len(marks.overtaken)})"
        yield f"倒序 out of order: {others} 发生在后、登记在先 happened after it, recorded before it"
    if marks.ahead:
        yield f"时钟异常 clock broken: 发生时间晚于登记时间 dated {marks.ahead:,} s after its recording"
    if marks.before_opening:
        yield "早于申请登记，自登记起计 dated before the opening: counts from there"
    if marks.moot:
        yield "不成立：按发生先后，当时已履行或另有期限 moot: by what happened it was done, or due otherwise"
    if marks.corrects:
        yield f"更正 correction of v{marks.corrects.of.seq}: {_put(marks.corrects)}"
    for put in marks.corrected:
        if put.by.seq != put.of.seq:
            yield f"已更正 corrected by v{put.by.seq} ({text_of(put.by.recorded_at)}): {_put(put)}"


def _print_standing(console: Console, account: Account) -> None:
    """Say what is shown, or why there is nothing to show."""
    on, known = text_of(account.at.on), text_of(account.at.as_of)
    asked = (f"当时情况 as it stood on {on}" if account.at.on else "全部 all of it") + " · "
    asked += f"当时所知 as known on {known}" if account.at.as_of else "现在所知 as known now"
    console.print(f"[bold]{asked}[/]", soft_wrap=True)
    since = text_of(account.since)
    if account.standing == "not_known_yet":
        console.print(
            f"当时尚不知有此案卷 the case was not known then; 首次登记 first recorded {since}", soft_wrap=True
        )
    elif account.standing == "not_happened_yet":
        console.print(f"当日此案尚未发生 nothing of it had happened by then; 始于 it began {since}", soft_wrap=True)
    elif account.later:
        console.print(f"另有 {account.later} 步发生在后 / {account.later} known steps happened later", soft_wrap=True)


def _print_learned(console: Console, account: Account, stored: Sequence[Recorded]) -> None:
    if account.standing == "not_known_yet" or not account.at.as_of:
        return
    found = learned_since(stored, account.at)
    if not list(shown(found)):
        console.print("与现在所知一致 / nothing is known otherwise now")
        return
    console.print("与现在所知不同 / known otherwise now:")
    _print_table(("字段 field", "当时所知 then", "现在所知 now", "得知于 learned by"), found)


def _print_table(heads: Sequence[str], found: Sequence[Difference]) -> None:
    rows = []
    for each in shown(found):
        step = each.learned
        brought = f"v{step.seq} {text_of(step.recorded_at)}" if step else ""
        rows.append((each.field, *_both(each), brought)[: len(heads)])
    print_lines(heads, rows)


def _both(each: Difference) -> tuple[str, str]:
    if each.field == "done":
        return "—", moves_of(set(each.then or ()), set(each.now or ()))
    return _words(each.field, each.then), _words(each.field, each.now)


def _words(field: str, value: object) -> str:
    if isinstance(value, tuple) and any(isinstance(item, Struct) for item in value):
        return "; ".join(_words(field, item) for item in value)
    if isinstance(value, Correction):
        return f"v{value.seq} {value.field} = {value.value} ({value.reason})"
    if isinstance(value, Struct):
        return ", ".join(text_of(getattr(value, name)) for name in value.__struct_fields__ if getattr(value, name))
    return value_of(field, value)


def _put(put: Corrected) -> str:
    told = f"{put.field}: {value_of(put.field, put.before)} → {value_of(put.field, put.after)} ({put.reason})"
    end = f"自 v{put.of.seq} 起 from v{put.of.seq} on" if put.shown else "案卷状态不变 the state does not change by it"
    return f"{told}; {end}"


def _span(seconds: int) -> str:
    return " ".join(f"{count} {unit}" for unit, count in span(seconds))
