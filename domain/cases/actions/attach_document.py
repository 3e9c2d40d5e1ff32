"""Attach a document 附件. The file store keeps its content, and checks it against the hash and the type."""

import re

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import DocumentAttached
from domain.cases.facts import Facts
from domain.cases.guards import may, stated
from domain.cases.parts import Document
from domain.cases.state import CaseState
from domain.errors import DocumentRefused
from domain.kernel import Command, Personal

MEDIA_TYPES = ("application/pdf", "application/ofd", "image/jpeg", "image/png", "image/tiff")
"""What archives can keep: OFD (GB/T 33190) and PDF texts, and images."""
MOST_BYTES = 20 * 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")


class AttachDocument(Command):
    """``sha256``: 64 lower-case hex digits. ``size``: bytes. ``kind``: what paper it is (form, ID, authorisation …)."""

    sha256: str
    media_type: str
    size: int
    kind: str
    title: Personal[str] = ""


def decide(case: CaseState, command: AttachDocument, facts: Facts) -> list[CaseEvent]:
    """Attach a paper once, whatever it is called the second time."""
    if any(known.sha256 == command.sha256 for known in case.documents):
        return []
    may(case, "attach_document", facts)
    _check(command)
    return [
        DocumentAttached(
            document=Document(
                sha256=command.sha256,
                media_type=command.media_type,
                size=command.size,
                kind=stated("kind", command.kind),
                title=command.title.strip(),
            )
        )
    ]


def _check(command: AttachDocument) -> None:
    if not _SHA256.fullmatch(command.sha256):
        raise DocumentRefused("sha256")
    if command.media_type not in MEDIA_TYPES:
        raise DocumentRefused("media_type")
    if not 1 <= command.size <= MOST_BYTES:
        raise DocumentRefused("size")


ACTION = Action(
    name="attach_document", command=AttachDocument, decide=decide, zh="附件", en="Attach document", power="record"
)
