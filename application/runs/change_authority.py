"""Changing the register of powers: one command, one append to ``authority``, on the version it was read at."""

from application.asking import CaseHouse
from application.bureau import Bureau
from application.denials import denials_recorded
from application.fingerprint import fingerprint
from application.handle import MOST_TRIES
from application.ports import Append, Appended, Conflict, Write
from domain.authority.changes import AuthorityCommand, decide_change
from domain.authority.events import AUTHORITY, AuthorityEvent
from domain.cases.facts import Act
from domain.errors import Unavailable
from domain.kernel import Authority, Fact, Meta


def change_authority(house: CaseHouse, act: Act, command: AuthorityCommand) -> Appended | None:
    """Do it; return where it was written, None when it was so already. Doing it again under its id writes nothing.

    Raises Refused as ``decide_change`` does (a want of authority is recorded), KeyReused, Unavailable.
    """
    mark = fingerprint(house.key, command.NAME, None, act.post.id, command)
    for _ in range(MOST_TRIES):
        bureau = house.bureau.refresh()
        with denials_recorded(house, act, command.NAME):
            events = decide_change(bureau.register, command, act.post)
        if not events:
            return house.log.outcome(act.command_id, mark)
        try:
            written = house.log.append(_append(bureau, act, mark, command.NAME, events))
        except Conflict:
            continue
        house.bureau.refresh()
        return written
    raise Unavailable("too many concurrent changes")


def _append(bureau: Bureau, act: Act, mark: str, name: str, events: list[AuthorityEvent]) -> Append:
    (version,) = (guard.version for guard in bureau.guards if guard.stream == AUTHORITY)
    facts = tuple(Fact(event, meta_of(act, f"authority.{name}", number)) for number, event in enumerate(events, 1))
    return Append(
        command_id=act.command_id,
        fingerprint=mark,
        writes=(Write(AUTHORITY, version, facts),),
        guards=tuple(guard for guard in bureau.guards if guard.stream != AUTHORITY),
    )


def meta_of(act: Act, power: str, number: int = 1) -> Meta:
    """Return the surroundings of an event that belongs to no case: who did it, when, as what."""
    return Meta(
        event_id=f"{act.command_id}.{number}",
        occurred_at=act.occurred_at,
        actor=act.actor,
        command_id=act.command_id,
        post=act.post.id,
        organ=act.post.organ,
        authority=Authority(power=power, in_name_of=act.post.organ),
        correlation=act.correlation,
        causation=act.causation,
    )
