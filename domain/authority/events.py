"""Events of the stream ``authority``, and of the streams of denials and samples."""

from datetime import date
from typing import ClassVar

from domain.authority.powers import Grant, PowerChange, PowerItem
from domain.kernel import CaseId, Event, PostId

AUTHORITY = "authority"
"""The stream of power items and grants; every decision asserts its version."""


class PowersListed(Event):
    """权力事项: items enter the list of powers, or are replaced."""

    TYPE: ClassVar = "authority.powers_listed"
    items: tuple[PowerItem, ...]


class PowerChanged(Event):
    """降 / 放 / 减 / 转, dated, with before, after and basis."""

    TYPE: ClassVar = "authority.power_changed"
    change: PowerChange


class GrantsGiven(Event):
    """授权: by law, entrusted or devolved."""

    TYPE: ClassVar = "authority.grants_given"
    grants: tuple[Grant, ...]


class GrantSuspended(Event):
    """暂停授权, with the reason."""

    TYPE: ClassVar = "authority.grant_suspended"
    grant: str
    since: date
    reason: str


class GrantResumed(Event):
    """恢复授权."""

    TYPE: ClassVar = "authority.grant_resumed"
    grant: str
    on: date


class GrantRevoked(Event):
    """收回授权, with the reason; ``on`` is the first day without it."""

    TYPE: ClassVar = "authority.grant_revoked"
    grant: str
    on: date
    reason: str


class ActDenied(Event):
    """越权被拒: an act refused for want of authority. Kept for the auditor (article: 法无授权不可为)."""

    TYPE: ClassVar = "authority.act_denied"
    action: str
    code: str
    detail: str
    matter: str
    division: str
    case: CaseId = CaseId("")
    amount: int = 0


class SampleDrawn(Event):
    """抽查: of the decisions under a grant in a period, those to inspect. The seed makes the same draw again."""

    TYPE: ClassVar = "authority.sample_drawn"
    grant: str
    since: date
    until: date
    seed: str
    percent: int
    population: int
    population_digest: str
    """SHA-256 (hex) of the sorted case ids, one per line."""
    upto: int
    """The log's position that the decisions were read to."""
    cases: tuple[CaseId, ...]


class SampleInspected(Event):
    """抽查结果: what the inspection of one drawn case found."""

    TYPE: ClassVar = "authority.sample_inspected"
    case: CaseId
    outcome: str
    finding: str
    inspector: PostId


AuthorityEvent = PowersListed | PowerChanged | GrantsGiven | GrantSuspended | GrantResumed | GrantRevoked
SupervisionEvent = ActDenied | SampleDrawn | SampleInspected
