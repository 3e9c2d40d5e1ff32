"""A case with an event that an older program does not know."""

import random
from collections.abc import Sequence

from application.ports import Append, Write
from domain.cases.events.closing import DocumentAttached
from domain.cases.parts import Document
from domain.kernel import CaseId, Fact
from tests.support.events import fact_of
from tests.support.logs import open_log
from tests.support.many_cases import some_case

NEWER = DocumentAttached
STREAM = "case-newer"
BEFORE = 3
"""So many events of the case come before the one that an older program does not know."""


def facts() -> list[Fact]:
    """The facts of the case."""
    known = some_case(random.Random(5), CaseId("newer"))  # noqa: S311  (the same case each time)
    scan = Document(sha256="0" * 64, media_type="application/pdf", size=1, kind="scan")
    return [*known[:BEFORE], fact_of(NEWER(document=scan)), *known[BEFORE:]]


def append_facts(url: str, after: int, few: Sequence[Fact]) -> None:
    """Append to the case, one event at a time."""
    with open_log(url) as opened:
        for version, fact in enumerate(few, after):
            opened.log.append(Append(f"newer.{version}", "wish", (Write(STREAM, version, (fact,)),)))
