"""Leads and warnings as lines."""

from typing import TYPE_CHECKING

import click

from adapters.cli.printing import print_lines
from adapters.cli.words import worded
from adapters.web.figures import yuan

if TYPE_CHECKING:
    from projections.views.leads.queries import Lead, LeadPage
    from projections.views.warnings.queries import Warned, WarningPage

_DATES = ("发生 happened", "接收 received", "核实 verified")


def print_leads(page: "LeadPage") -> None:
    """Print what signals may open. Nobody is named: the department's id tells which signal it is."""
    heads = (
        "状态 status",
        "种类 kind",
        "事项 matter",
        "来源 source",
        "编号 id",
        *_DATES,
        "区划 division",
        "档案 subject",
    )
    print_lines(heads, map(_lead, page.rows))
    _more(page.next)


def print_warnings(page: "WarningPage") -> None:
    """Print what signals put in doubt, and what was paid since."""
    heads = (
        "状态 status",
        "种类 kind",
        "事项 matter",
        "案件 case",
        "来源 source",
        "编号 id",
        *_DATES,
        "月数 months",
        "元 CNY",
    )
    print_lines(heads, map(_warned, page.rows))
    _more(page.next)


def _lead(row: "Lead") -> tuple[object, ...]:
    about = worded("leadstatus", row.status), worded("signal", row.kind), row.matter
    dates = row.happened_on, row.received_at, row.verified_on
    return *about, row.source, row.signal, *dates, row.division, row.subject


def _warned(row: "Warned") -> tuple[object, ...]:
    about = worded("warningstatus", row.status), worded("signal", row.kind), row.matter, row.number or row.case_id
    dates = row.happened_on, row.received_at, row.verified_on
    return *about, row.source, row.signal, *dates, row.months, yuan(row.months * row.amount)


def _more(cursor: str) -> None:
    if cursor:
        click.echo(f"还有更多 / there are more: --after {cursor}")
