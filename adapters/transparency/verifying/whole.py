"""Verifying the bureau's own database, as its settings name it."""

from typing import NamedTuple

from msgspec.structs import replace

from adapters.house import House, open_house
from adapters.operating.acts import verify_views
from adapters.postgres.connections import connect
from adapters.settings import read_settings
from adapters.transparency.checkpoints import Checkpoint
from adapters.transparency.proving import NotYetSigned, newest_head
from adapters.transparency.verifying import database
from adapters.transparency.verifying.decisions import judge_all
from adapters.transparency.verifying.findings import Finding, Verdict
from adapters.transparency.verifying.sealed import unopened
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import Progress, verify_database
from adapters.vault.opening import SealBroken
from projections.registry import VIEWS

_KEYS = "SELECT DISTINCT subject FROM vault.data_key WHERE wrapped IS NOT NULL AND subject = ANY(%s) ORDER BY subject"
_ENOUGH = 20


class Also(NamedTuple):
    """What is looked at besides the bytes of the log: decisions, and views (computed aside, by the projector)."""

    decisions: bool = True
    views: bool = False


def verify_house(trust: Trust, also: Also, progress: Progress = lambda *_: None) -> tuple[Verdict, Checkpoint | None]:
    """Return the verdict, and the newest signed head, to be kept by whoever verified.

    The log is read with the right to read alone. Raises Unavailable, Unreadable, NotBuilt.
    """
    with open_house(read_settings(), again=False) as house:  # what came back shall be found, not put right
        with connect(house.locate, "anjuan_reader") as connection:
            verdict = verify_database(connection, trust, progress)
            try:
                newest = newest_head(connection)
            except NotYetSigned:
                newest = None
        verdict = replace(verdict, findings=(*verdict.findings, *fields_found(house)))
        if also.decisions and verdict.well:
            judged = judge_all(house)
            verdict = replace(verdict, decisions=judged.acts, findings=tuple(judged.findings))
        if also.views:
            verdict = replace(verdict, findings=(*verdict.findings, *_differing(house)))
        return verdict, newest


def fields_found(house: House) -> list[Finding]:
    """Return what only the keys can tell of sealed fields. Raises Unavailable."""
    return [*_opened(house), *_returned(house)]


def _opened(house: House) -> list[Finding]:
    """Open every sealed field with the keys of the vault, and compare it with what its state says."""
    findings: list[Finding] = []
    with connect(house.locate, "anjuan_reader") as connection:
        for rows in database.rows_of(connection):
            fields = database.fields_of(connection, rows[0][0], rows[-1][0])
            try:
                findings += unopened(rows, fields, house.vault.opener.disclosed)
            except SealBroken as broken:
                findings.append(Finding(code="FIELD_ALTERED", position=broken.position, detail="not opened"))
            if len(findings) >= _ENOUGH:
                break
    return findings


def _returned(house: House) -> list[Finding]:
    """Look for keys of subjects that are erased."""
    with connect(house.locate, "anjuan_reader") as connection:
        erased = database.erasures_in(connection).completed
    rows = house.vault.query(_KEYS, (sorted(erased),))
    return [Finding(code="KEY_RETURNED", detail=subject) for (subject,) in rows]


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
