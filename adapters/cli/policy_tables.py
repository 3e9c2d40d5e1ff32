"""Policies, one in full, and what a draft would have meant: as lines for people, whole in any terminal."""

from collections.abc import Iterator, Sequence

import click
import msgspec

from adapters.cli.printing import print_lines, text_of
from adapters.cli.words import worded
from adapters.web.figures import yuan
from application.impact import Impact, Tally
from domain.policy.parts import Pilot
from domain.policy.state import PolicyState
from projections.views.policies.view import PolicyRow

_NUMBERS = (
    "决定 decisions",
    "新增 newly",
    "不再符合 no longer",
    "增 higher",
    "减 lower",
    "不变 same",
    "无法判断 undecidable",
    "原（元）before",
    "现（元）after",
)


def print_policies(rows: Sequence[PolicyRow]) -> None:
    """Print one line for each policy."""
    heads = ("编号 id", "名称 title", "阶段 stage", "意见 comments", "已答复 answered", "试点 pilot", "文号 document")
    print_lines(heads, map(_policy, rows))


def print_policy(state: PolicyState) -> None:
    """Print a policy with all that led to it."""
    click.echo(f"《{state.title_zh}》 · {worded('policystage', state.stage)}")
    for line in (*_draft(state), *_asked(state), *_decided(state)):
        click.echo(line)
    for pilot in state.pilots:
        click.echo("\n".join(_pilot(pilot)))


def print_impacts(found: Sequence[Impact]) -> None:
    """Print for each version of the draft one line for each county and one for all; money in yuan."""
    for each in found:
        click.echo(f"{each.version} · {each.since} – {each.until} @{each.upto}")
        rows = (*each.counties.items(), ("合计 total", each.total))
        print_lines(("区县 county", *_NUMBERS), ((county, *_tally(tally)) for county, tally in rows))


def _policy(row: PolicyRow) -> tuple[object, ...]:
    dates = f"{text_of(row.pilot_from)} – {text_of(row.pilot_to)}"
    pilot = f"{worded('pilotstage', row.pilot_stage)} {dates}" if row.pilot else ""
    stage = worded("policystage", row.stage)
    return row.policy_id, row.title_zh, stage, row.comments, row.answered, pilot, row.document


def _draft(state: PolicyState) -> Iterator[str]:
    yield f"编号 id: {state.id} · 区划 division {state.division}"
    yield f"目的 purpose: {state.purpose}"
    yield f"规则 rules: {text_of(tuple(version.id for version in state.versions))}"
    for each in state.research:
        yield f"调研 research: {worded('method', each.method)} · {text_of(each.places)} · {each.findings}"


def _asked(state: PolicyState) -> Iterator[str]:
    for asked in state.consultations:
        way = worded("direction", asked.direction)
        yield f"征求意见 consultation: {way} · {asked.audience} · 至 until {asked.until}"
    for each in state.comments:
        way = worded("direction", each.direction)
        yield f"意见 comment {each.number}: {way} · {each.of or each.post} · {each.text}"
        if each.reply:
            yield f"  {'采纳 adopted' if each.reply.adopted else '未采纳 not adopted'} · {text_of(each.reply.reason)}"
        else:
            yield "  未答复 not answered"


def _decided(state: PolicyState) -> Iterator[str]:
    if state.review:
        passed = "通过 passed" if state.review.passed else "未通过 failed"
        yield f"合法性审核 legality: {passed} · {state.review.opinion}"
    if state.decision:
        made = state.decision
        verdict = "通过 approved" if made.result == "approved" else "不通过 rejected"
        yield f"集体讨论决定 decision: {made.meeting} · {made.held_on} · {made.participants} 人 persons · {verdict}"
    if state.document:
        yield f"公布 published: {state.document} · {text_of(state.published_on)}"


def _pilot(pilot: Pilot) -> Iterator[str]:
    yield f"试点 pilot: {pilot.id} · {text_of(pilot.divisions)} · {pilot.valid_from} – {pilot.valid_to}"
    yield f"  设想 hypothesis: {pilot.hypothesis}"
    for each in pilot.measurements:
        yield f"  监测 measured {each.since} – {each.until}: {'；'.join(map(_figure, each.figures))}"
    if pilot.evaluation:
        yield f"  评估 evaluated: {pilot.evaluation.recommendation} · {pilot.evaluation.summary}"
    if pilot.end:
        yield f"  {worded('pilotstage', pilot.end)} · {text_of(pilot.reason)}"


def _figure(figure: msgspec.Struct) -> str:
    name, unit, before, after = msgspec.structs.astuple(figure)
    if unit == "fen":
        return f"{name} ¥{yuan(before)} → ¥{yuan(after)}"
    return f"{name} {before} → {after} {unit}"


def _tally(tally: Tally) -> tuple[object, ...]:
    *numbers, before, after = msgspec.structs.astuple(tally)
    return *numbers, yuan(before), yuan(after)
