"""Verifying a log in a database."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection

from adapters.transparency.heads import one_snapshot
from adapters.transparency.setting_up import origin_of
from adapters.transparency.verifying import database
from adapters.transparency.verifying.findings import Finding, Verdict
from adapters.transparency.verifying.reads import verify_reads
from adapters.transparency.verifying.scan import Scan, Wanted
from adapters.transparency.verifying.sealed import SealedScan
from adapters.transparency.verifying.trust import Judged, Trust, judge_roots, judge_signatures

Progress = Callable[[int, int], None]
"""Events looked at, of how many."""


def verify_database(connection: "Connection[Any]", trust: Trust, progress: Progress = lambda *_: None) -> Verdict:
    """Compute everything again from the rows of the log. Raises Unreadable; an empty log is a finding, never well."""
    try:
        return _verified(connection, trust, progress)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
        raise database.Unreadable(type(error).__name__) from error


def _verified(connection: "Connection[Any]", trust: Trust, progress: Progress) -> Verdict:
    began = time.perf_counter()
    with one_snapshot(connection):
        end = database.end_of(connection)
        checkpoints = database.checkpoints_in(connection)
        asked = [*checkpoints, *([trust.last] if trust.last else [])]
        sealed = database.sealed_in(connection)
        scan = Scan(end.log, Wanted([each.head.size for each in asked], sealed))
        fields = SealedScan(database.erasures_in(connection))
        for rows in database.rows_of(connection):
            scan.take(rows, partial(database.leaves_kept, connection))
            fields.take(rows, partial(database.fields_of, connection))
            progress(scan.size, end.position)
        findings = [*scan.findings, *fields.findings, *_ends(scan, end.position, database.tips_of(connection))]
        spans = database.keys_in(connection)
        findings += verify_reads(connection, trust.keys or tuple(span.key for span in spans), _now(connection))
    findings += judge_roots(asked, origin_of(end.log), scan.size, scan.roots)
    # The auditor's own was checked when it was kept; it is no head that the log has.
    judged = judge_signatures(checkpoints, spans, trust)
    return _verdict(scan, findings, judged, _Looked(len(asked), len(sealed), fields.looked, began))


def _now(connection: "Connection[Any]") -> datetime:
    now: datetime = connection.execute("SELECT clock_timestamp()").fetchall()[0][0]
    return now


class _Looked(NamedTuple):
    """What was looked at beside the events, since when."""

    checkpoints: int
    sealed: int
    fields: int
    began: float


def _verdict(scan: Scan, findings: list[Finding], judged: Judged, looked: _Looked) -> Verdict:
    found = [*findings, *judged.findings, *([] if scan.size else [Finding(code="LOG_EMPTY")])]
    return Verdict(
        log=scan.log,
        events=scan.size,
        streams=len(scan.tips),
        root=scan.root().hex(),
        checkpoints=looked.checkpoints,
        signatures=judged.signatures,
        signed=judged.signed,
        witnessed=judged.witnessed,
        sealed=looked.sealed,
        fields=looked.fields,
        seconds=round(time.perf_counter() - looked.began, 3),
        findings=tuple(sorted(found, key=lambda each: each.position or 2**62)),
    )


def _ends(scan: Scan, position: int, told: Mapping[str, tuple[int, bytes]]) -> list[Finding]:
    """Compare where the log and its streams end with where their rows say that they do."""
    findings = []
    if position != scan.size:
        findings.append(Finding(code="HEAD_DIFFERS", position=min(position, scan.size) + 1, detail=f"{position}"))
    differing = sorted(stream for stream in scan.tips.keys() | told.keys() if scan.tips.get(stream) != told.get(stream))
    for stream in differing[:5]:
        found, kept = scan.tips.get(stream, (0, b"")), told.get(stream, (0, b""))
        findings.append(Finding(code="STREAM_TAIL", detail=f"{stream}: {found[0]}, {kept[0]}"))
    return findings
