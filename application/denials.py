"""Refusals for want of authority are kept: who tried what, where, when, and why not (法无授权不可为)."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import msgspec

from application.asking import CaseHouse, Request
from application.ports import Append, Conflict, Write
from domain.authority.events import ActDenied
from domain.cases.facts import Act
from domain.cases.guards import MOST_FEN
from domain.errors import NoAuthority, Unavailable
from domain.kernel import CaseId, Fact, Meta

_DIVISION = re.compile(r"[0-9]{2,12}")
_encode = msgspec.json.Encoder(order="sorted").encode
_log = logging.getLogger("anjuan.denials")


def record_denial(house: CaseHouse, request: Request, refused: NoAuthority, matter: str, division: str) -> None:
    """Record that a command on a case was refused for want of authority. Raises nothing of the log's.

    Authority comes before the values are checked: what no column takes, or could name a person, is not kept.
    """
    amount: int = getattr(request.command, "amount", None) or 0
    denied = ActDenied(
        action=request.action,
        code=refused.code,
        detail=refused.detail,
        matter=matter,
        division=division if _DIVISION.fullmatch(division) else "",
        case=request.case_id or CaseId(""),
        amount=max(-MOST_FEN, min(amount, MOST_FEN)),
    )
    deny(house, request.act, denied)


@contextmanager
def denials_recorded(house: CaseHouse, act: Act, action: str) -> Iterator[None]:
    """Record when what is done within, to no case, is refused for want of authority."""
    try:
        yield
    except NoAuthority as refused:
        deny(house, act, ActDenied(action, refused.code, refused.detail, matter="", division=act.post.division))
        raise


def deny(house: CaseHouse, act: Act, denied: ActDenied) -> None:
    """Append the denial to a stream of its own, once however often the same act is tried under its command id.

    The id of the append holds what was denied: another act under a used command id is another denial. When the log
    cannot take it, the refusal still reaches the caller, and a line of the program's log says what is missing.
    """
    command_id = f"denied:{act.command_id}:{sha256(_encode([act.post.id, denied])).hexdigest()[:16]}"
    meta = Meta(
        event_id=f"{command_id}.1",
        occurred_at=act.occurred_at,
        actor=act.actor,
        command_id=command_id,
        post=act.post.id,
        organ=act.post.organ,
        correlation=act.correlation,
        causation=act.command_id,
    )
    write = Write(f"denial-{house.new_id()}", 0, (Fact(denied, meta),))
    try:
        house.log.append(Append(command_id=command_id, fingerprint="", writes=(write,)))
    except (Conflict, Unavailable):
        _log.error("a denial was not recorded: %s %s", denied.action, denied.code)
