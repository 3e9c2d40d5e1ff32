"""Changing who may do what: the wishes, who may have them, and what they must say. 降放减转 need a basis."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import ClassVar

from domain.authority.events import (
    AuthorityEvent,
    GrantResumed,
    GrantRevoked,
    GrantsGiven,
    GrantSuspended,
    PowerChanged,
    PowersListed,
)
from domain.authority.posts import Post, Role, covers
from domain.authority.powers import Change, Grant, PowerChange, PowerItem
from domain.authority.register import Register
from domain.errors import InvalidValue, NoAuthority, ReasonMissing, Refused
from domain.kernel import Command

CHANGERS: frozenset[Role] = frozenset({"policy_officer", "bureau_leader"})
_WHOLE = 100
_GRANT_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_REGION = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")
"""A code of a level; five digits would be read as the whole city."""


class BasisMissing(Refused):
    """A power, a grant or a change of either without the document it rests on (法无授权不可为)."""

    code = "BASIS_MISSING"
    zh = "须注明依据文件"
    en = "The document that it rests on must be named"


class ListPowers(Command):
    """列入权责清单: items are added or replaced."""

    NAME: ClassVar = "list_powers"
    items: tuple[PowerItem, ...]


class GiveGrants(Command):
    """授权: entrust 委托 or devolve 下放. What a law itself gives is loaded with the rules, not given by a post."""

    NAME: ClassVar = "give_grants"
    grants: tuple[Grant, ...]


class SuspendGrant(Command):
    """暂停授权 from a day on."""

    NAME: ClassVar = "suspend_grant"
    grant: str
    since: date
    reason: str


class ResumeGrant(Command):
    """恢复授权 from a day on."""

    NAME: ClassVar = "resume_grant"
    grant: str
    on: date


class RevokeGrant(Command):
    """收回授权; ``on`` is the first day without it."""

    NAME: ClassVar = "revoke_grant"
    grant: str
    on: date
    reason: str


class ChangePower(Command):
    """降 / 放 / 减 / 转. A devolution 放 names the grants that it consists of."""

    NAME: ClassVar = "change_power"
    item: str
    kind: Change
    before: str
    after: str
    basis: str
    effective: date
    grants: tuple[Grant, ...] = ()


AuthorityCommand = ListPowers | GiveGrants | SuspendGrant | ResumeGrant | RevokeGrant | ChangePower


def decide_change(register: Register, command: AuthorityCommand, post: Post) -> list[AuthorityEvent]:
    """Return what the command changes; nothing when it is so already.

    Raises NoAuthority unless a policy officer or the bureau's leaders ask, for places that their post answers for;
    BasisMissing, ReasonMissing, InvalidValue for what the command must say.
    """
    if post.role not in CHANGERS:
        raise NoAuthority(f"{post.role}: {command.NAME}")
    match command:
        case ListPowers():
            return _list(register, command)
        case GiveGrants():
            return _give(register, command.grants, post)
        case SuspendGrant():
            return _suspend(register, command, post)
        case ResumeGrant():
            return _resume(register, command, post)
        case RevokeGrant():
            return _revoke(register, command, post)
        case ChangePower():
            return _change(register, command, post)


def _list(register: Register, command: ListPowers) -> list[AuthorityEvent]:
    if len({item.id for item in command.items}) < len(command.items):
        raise InvalidValue("items.id: twice")
    for item in command.items:
        _founded(item.basis)
        if item.id != f"{item.matter}.{item.power}":
            raise InvalidValue("items.id")
        if item.valid_to is not None and item.valid_to < item.valid_from:
            raise InvalidValue("items.valid_to")
    new = tuple(item for item in command.items if register.items.get(item.id) != item)
    return [PowersListed(items=new)] if new else []


def _give(register: Register, grants: Iterable[Grant], post: Post) -> list[AuthorityEvent]:
    new = tuple(grant for grant in grants if register.grants.get(grant.id) != grant)
    if len({grant.id for grant in new}) < len(new):
        raise InvalidValue("grants.id: twice")
    for grant in new:
        _founded(grant.basis)
        for field, is_sound in _SOUND.items():
            if not is_sound(grant):
                raise InvalidValue(f"grants.{field}")
        if grant.id in register.grants:
            raise InvalidValue("grants.id: given already")
        if grant.item not in register.items:
            raise InvalidValue("grants.item")
        _answers(post, grant.region)
    return [GrantsGiven(grants=new)] if new else []


_SOUND: dict[str, Callable[[Grant], bool]] = {
    "id": lambda grant: _GRANT_ID.fullmatch(grant.id) is not None,
    "region": lambda grant: _REGION.fullmatch(grant.region) is not None,
    "form": lambda grant: grant.form != "statutory",
    # Entrusted: the grantor answers an appeal, so a name stands on the decision. Devolved: it is not the grantor's.
    "in_name_of": lambda grant: (
        bool(grant.in_name_of) if grant.form == "entrusted" else grant.in_name_of != grant.grantor
    ),
    "grantor": lambda grant: bool(grant.grantor.strip()),
    "valid_to": lambda grant: grant.valid_to is None or grant.valid_from < grant.valid_to,
    "ceiling": lambda grant: grant.ceiling is None or grant.ceiling > 0,
    "sample_percent": lambda grant: 0 <= grant.sample_percent <= _WHOLE,
}


def _suspend(register: Register, command: SuspendGrant, post: Post) -> list[AuthorityEvent]:
    grant = _own(register, command.grant, post)
    reason = _reasoned(command.reason)
    if register.resting(grant.id, command.since) is not None:
        return []
    return [GrantSuspended(grant=grant.id, since=command.since, reason=reason)]


def _resume(register: Register, command: ResumeGrant, post: Post) -> list[AuthorityEvent]:
    grant = _own(register, command.grant, post)
    resting = [each for each in register.suspensions.get(grant.id, ()) if each.until is None]
    if any(command.on < each.since for each in resting):
        raise InvalidValue("on: before the suspension")
    return [GrantResumed(grant=grant.id, on=command.on)] if resting else []


def _revoke(register: Register, command: RevokeGrant, post: Post) -> list[AuthorityEvent]:
    grant = _own(register, command.grant, post)
    reason = _reasoned(command.reason)
    if grant.valid_to is not None and grant.valid_to <= command.on:
        return []
    return [GrantRevoked(grant=grant.id, on=command.on, reason=reason)]


def _change(register: Register, command: ChangePower, post: Post) -> list[AuthorityEvent]:
    _founded(command.basis)
    if command.item not in register.items:
        raise InvalidValue("item")
    for field in ("before", "after"):
        if not getattr(command, field).strip():
            raise InvalidValue(field)
    if bool(command.grants) != (command.kind == "devolve") or any(each.item != command.item for each in command.grants):
        raise InvalidValue("grants")
    change = PowerChange(
        item=command.item,
        kind=command.kind,
        before=command.before,
        after=command.after,
        basis=command.basis,
        effective=command.effective,
    )
    noted: list[AuthorityEvent] = [] if change in register.changes else [PowerChanged(change=change)]
    return [*noted, *_give(register, command.grants, post)]


def _own(register: Register, grant: str, post: Post) -> Grant:
    found = register.grants.get(grant)
    if found is None:
        raise InvalidValue("grant")
    _answers(post, found.region)
    if found.form == "statutory":  # what the law gives, no post takes (法定职责必须为)
        raise InvalidValue("grant: statutory")
    return found


def _answers(post: Post, region: str) -> None:
    if not covers(post, region):
        raise NoAuthority("division")


def _founded(basis: str) -> None:
    if not basis.strip():
        raise BasisMissing


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
