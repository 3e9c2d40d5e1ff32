"""Verifying the bureau's own database, as its settings name it."""

from typing import NamedTuple

from msgspec.structs import replace

from adapters.house import House, open_house
from adapters.operating.acts import verify_views
from adapters.postgres.connections import connect
from adapters.settings import read_settings
from adapters.transparency.checkpoints import Checkpoint
from adapters.transparency.proving import NotYetSigned, newest_head
from adapters.transparency.verifying.decisions import judge_all
from adapters.transparency.verifying.findings import Finding, Verdict
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import Progress, verify_database
from projections.registry import VIEWS


class Also(NamedTuple):
    """What is looked at besides the bytes of the log: decisions, and views (computed aside, by the projector)."""

    decisions: bool = True
    views: bool = False


def verify_house(trust: Trust, also: Also, progress: Progress = lambda *_: None) -> tuple[Verdict, Checkpoint | None]:
    """Return the verdict, and the newest signed head, to be kept by whoever verified.

    The log is read with the right to read alone. Raises Unavailable, Unreadable, NotBuilt.
    """
    with open_house(read_settings()) as house:
        with connect(house.locate, "anjuan_reader") as connection:
            verdict = verify_database(connection, trust, progress)
            try:
                newest = newest_head(connection)
            except NotYetSigned:
                newest = None
        if also.decisions and verdict.well:
            judged = judge_all(house)
            verdict = replace(verdict, decisions=judged.acts, findings=tuple(judged.findings))
        if also.views:
            verdict = replace(verdict, findings=(*verdict.findings, *_differing(house)))
        return verdict, newest


def _differing(house: House) -> list[Finding]:
    """Compare every view with what the log says, row by row."""
    findings = []
    for by_stream in (True, False):
        views = [view for view in VIEWS.values() if view.by_stream is by_stream]
        for each in verify_views(house.locate, views):
            if not each.same:
                keys = [f"{row.table} {' '.join(row.key)}: {row.kind}" for row in each.first[:1]]
                findings.append(Finding(code="VIEW_DIFFERS", detail=" ".join([each.view, *keys])))
    return findings
