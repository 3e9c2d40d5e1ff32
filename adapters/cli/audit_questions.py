"""``anjuan audit questions|ask|evidence``: leads 疑点 for a person to check, and the events that prove them."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import IsoDay, print_json, print_lines, text_of

if TYPE_CHECKING:
    from adapters.audit_questions import Evidence, Proof, Tallied
    from adapters.house import House
    from adapters.web.question_words import Told
    from projections.findings import Asked, Count
    from projections.question import Question

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_NUMBER = click.argument("number", type=click.IntRange(1, 36))
_MONEY = frozenset({"amount", "before", "monthly_income", "standard"})
_LEAD = "疑点由人核对，不是结论 / leads for a person to check, no verdicts"


def _limited(function: Any) -> Any:  # noqa: ANN401  (click's decorators)
    """Add the options that say which findings."""
    for option in (
        _AS_JSON,
        click.option("--kind", default="", help="只看这一类 / only this kind"),
        click.option("--matter", default="", help="事项 / matter"),
        click.option("--division", default="", help="行政区划代码 / division code, left-anchored"),
        click.option("--until", type=IsoDay(), help="早于该日 / before this day"),
        click.option("--since", type=IsoDay(), help="自该日起 / from this day on"),
        click.option("--on", type=IsoDay(), help="截至哪一天，默认今天 / as of which day, today if left out"),
    ):
        function = option(function)
    return function


@click.command("questions")
@_limited
def questions(*, as_json: bool, **asked: Any) -> None:  # noqa: ANN401  (the options above)
    """审计问题清单与疑点数 / the questions, and how much each finds."""
    from adapters.audit_questions import tallied
    from projections.question_waiting import WAITING

    with open_plainly() as house:
        rows = tallied(house, _asked(house, asked))
    if as_json:
        print_json({"questions": [_line(row) for row in rows], "waiting": WAITING})
        return
    heads = ("问 no.", "问题 question", "疑点 findings", "涉及金额（元）amount")
    print_lines(heads, ((row.question.number, *_titles(row), row.findings, _yuan(row.amount)) for row in rows))
    click.echo(f"{_LEAD}\n尚不能回答 / waiting:")
    print_lines(
        ("问 no.", "问题 question", "尚缺 needs"),
        ((each.number, f"{each.title.zh} {each.title.en}", f"{each.needs.zh} / {each.needs.en}") for each in WAITING),
    )


@click.command("ask")
@_NUMBER
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="条数 / rows")
@click.option("--cursor", default="", help="下一页 / the next page, as the answer names it")
@click.option("--counts", "only_counts", is_flag=True, help="按县、月汇总 / how many, by county and month")
@_limited
def ask(number: int, *, only_counts: bool, as_json: bool, **given: Any) -> None:  # noqa: ANN401  (the options above)
    """提一个审计问题 / ask one question (its number in the list)."""
    from adapters.audit_questions import counted, findings
    from adapters.web.question_words import Teller
    from projections.query import BadCursor
    from projections.question_registry import question_of

    limit, cursor = given.pop("limit"), given.pop("cursor")
    with open_plainly() as house:
        question, asked = question_of(number), _asked(house, given)
        if only_counts:
            _print_counts(counted(house, question, asked), as_json=as_json)
            return
        try:
            page = findings(house, question, asked, limit, cursor)
        except BadCursor:
            raise click.BadParameter("--cursor") from None
        rows = list(map(Teller(question, house.cases.bureau.refresh()).tell, page.rows))
    if as_json:
        print_json({"question": question.number, "rows": rows, "next": page.next or None})
        return
    _print_question(question)
    for told in rows:
        _print_told(told)
    click.echo(f"{len(rows)} 条疑点 findings；{_LEAD}")
    if page.next:
        click.echo(f"还有更多 / there are more: --cursor {page.next}")


@click.command("evidence")
@_NUMBER
@click.argument("finding")
@_limited
def evidence(number: int, finding: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401  (the options above)
    """一条疑点的全部依据事件 / the events that prove a finding (FINDING: its id)."""
    from adapters.audit_questions import evidence as proofs_of
    from adapters.cli.reader import on_command_line
    from adapters.reads.recording import on_record
    from adapters.web.question_words import Teller
    from projections.question_registry import question_of

    with open_plainly() as house:
        question = question_of(number)
        asked = _asked(house, given)
        with on_record(house, on_command_line(), "history", {"question": str(number)}) as record:
            found = proofs_of(house, question, asked, finding)
            record.case(*({found.finding.case_id} - {""}))
        told = Teller(question, house.cases.bureau.refresh()).tell(found.finding)
    if as_json:
        print_json({"told": told, "proofs": found.proofs})
        return
    _print_question(question)
    _print_told(told)
    _print_proofs(question, found)


def _asked(house: "House", given: dict[str, Any]) -> "Asked":
    """Bring the views up first: a question is about the whole log."""
    from adapters.audit_questions import today
    from adapters.cli.printing import checked_region
    from adapters.projector.service import bring_up
    from projections.findings import Asked

    bring_up(house.locate)
    if given["division"]:
        checked_region(given["division"])
    on: date = given.pop("on") or today(house)
    return Asked(on=on, **given)


def _line(row: "Tallied") -> dict[str, Any]:
    question = row.question
    return {
        "number": question.number,
        "title": question.title,
        "asks": question.asks,
        "basis": question.basis,
        "limits": question.limits,
        "findings": row.findings,
        "amount": row.amount,
    }


def _titles(row: "Tallied") -> tuple[str]:
    return (f"{row.question.title.zh} {row.question.title.en}",)


def _print_question(question: "Question") -> None:
    click.echo(f"{question.number}. {question.asks.zh} / {question.asks.en}")
    click.echo(f"   依据 basis: {question.basis}")
    click.echo(f"   说明 limits: {question.limits.zh} / {question.limits.en}")


def _print_told(told: "Told") -> None:
    finding = told.finding
    amount = f" · {_yuan(finding.amount)} 元" if finding.amount else ""
    place = f" · {finding.organ}" if finding.organ else ""
    click.echo(f"[{finding.id}] {finding.on_day} {finding.number or finding.division}{place}{amount}")
    click.echo(f"   {told.zh}\n   {told.en}")


def _print_proofs(question: "Question", found: "Evidence") -> None:
    click.echo(f"   本条依据 basis of this one: {found.finding.details.get('basis') or question.basis}")
    for proof in found.proofs:
        _print_proof(proof)
    case = found.finding.number or found.finding.case_id
    if case:
        click.echo(f"复核 check: anjuan case explain {case}；anjuan case judge {case}")


def _print_proof(proof: "Proof") -> None:
    from adapters.cli.words import worded

    happened = f"{text_of(proof.occurred_at)} · 登记 recorded {text_of(proof.recorded_at)}"
    click.echo(f"@{proof.position} {worded('event', proof.type)} · {happened} · {proof.post or proof.actor}")
    for name, value in proof.data.items():
        if name not in ("moves", "due"):
            click.echo(
                f"     {name}: {_yuan(value) or '0.00'} 元" if name in _MONEY else f"     {name}: {text_of(value)}"
            )
    if proof.case_id and proof.stream.startswith("case-"):
        click.echo(f"     anjuan case show {proof.case_id} --version {proof.seq}")


def _print_counts(found: "list[Count]", *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    heads = ("区县 county", "月 month", "类别 kind", "疑点 findings", "涉及金额（元）amount")
    rows = ((row.county, f"{row.month:%Y-%m}", row.kind, row.findings, _yuan(row.amount)) for row in found)
    print_lines(heads, rows)


def _yuan(fen: int | None) -> str:
    from adapters.web.figures import yuan

    return yuan(fen) if fen else ""
