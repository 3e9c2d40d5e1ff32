"""Changing powers and grants: who may, what must be said, and what is so already changes nothing."""

from datetime import date

import pytest
from msgspec.structs import replace

from application.bureau import fold_register
from domain.authority.changes import (
    AuthorityCommand,
    BasisMissing,
    ChangePower,
    GiveGrants,
    ListPowers,
    ResumeGrant,
    RevokeGrant,
    SuspendGrant,
    decide_change,
)
from domain.authority.events import (
    AuthorityEvent,
    GrantResumed,
    GrantRevoked,
    GrantsGiven,
    GrantSuspended,
    PowerChanged,
    PowersListed,
)
from domain.authority.posts import Post
from domain.authority.powers import Grant
from domain.authority.register import Register
from domain.errors import InvalidValue, NoAuthority, ReasonMissing
from domain.kernel import Fen
from tests.support.builders import AUDITOR, DECIDER, post
from tests.unit.authority.test_register import COUNTY, DAY, ITEM, TOWNS, register

POLICY = post("3209", "policy", "policy_officer")
LEADER = post("3209", "leader", "bureau_leader")
COUNTY_POLICY = post("320904", "policy", "policy_officer")
DEVOLVED = ChangePower(
    item=ITEM.id,
    kind="devolve",
    before="区民政局审核确认",
    after="镇(街道)研究确认",
    basis="盐都区下放文件",
    effective=TOWNS.valid_from,
    grants=(TOWNS,),
)


def changed(before: Register, command: AuthorityCommand, who: Post = POLICY) -> list[AuthorityEvent]:
    """What the command changes; the same command afterwards changes nothing."""
    events = decide_change(before, command, who)
    assert decide_change(fold_register(events, before), command, who) == []
    return events


@pytest.mark.parametrize("who", [POLICY, LEADER])
def test_policy_officers_and_the_leaders_give_grants(who: Post) -> None:
    assert changed(register(COUNTY), GiveGrants(grants=(TOWNS,)), who) == [GrantsGiven(grants=(TOWNS,))]


@pytest.mark.parametrize("who", [DECIDER, AUDITOR])
@pytest.mark.parametrize(
    "command",
    [
        GiveGrants(grants=(TOWNS,)),
        ListPowers(items=(ITEM,)),
        SuspendGrant(grant="towns", since=DAY, reason="原因"),
        ResumeGrant(grant="towns", on=DAY),
        RevokeGrant(grant="towns", on=DAY, reason="原因"),
        DEVOLVED,
    ],
)
def test_nobody_else_changes_anything(who: Post, command: AuthorityCommand) -> None:
    with pytest.raises(NoAuthority):
        decide_change(register(COUNTY, TOWNS), command, who)


@pytest.mark.parametrize(
    "command",
    [
        GiveGrants(grants=(replace(TOWNS, id="new"),)),
        SuspendGrant(grant="towns", since=DAY, reason="原因"),
        ResumeGrant(grant="towns", on=DAY),
        RevokeGrant(grant="towns", on=DAY, reason="原因"),
        replace(DEVOLVED, grants=(replace(TOWNS, id="new"),)),
    ],
)
def test_a_post_changes_nothing_outside_its_division(command: AuthorityCommand) -> None:
    with pytest.raises(NoAuthority) as refused:
        decide_change(register(COUNTY, TOWNS), command, COUNTY_POLICY)
    assert refused.value.detail == "division"


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        (replace(TOWNS, id="a b"), "grants.id"),
        (replace(TOWNS, id=""), "grants.id"),
        (replace(TOWNS, region="盐都区"), "grants.region"),
        (replace(TOWNS, region="32090"), "grants.region"),
        (replace(TOWNS, form="statutory"), "grants.form"),
        (replace(TOWNS, form="entrusted"), "grants.in_name_of"),
        (replace(TOWNS, in_name_of=TOWNS.grantor), "grants.in_name_of"),
        (replace(TOWNS, grantor=" "), "grants.grantor"),
        (replace(TOWNS, valid_to=TOWNS.valid_from), "grants.valid_to"),
        (replace(TOWNS, ceiling=Fen(0)), "grants.ceiling"),
        (replace(TOWNS, sample_percent=101), "grants.sample_percent"),
        (replace(TOWNS, sample_percent=-1), "grants.sample_percent"),
        (replace(TOWNS, item="dibao.fly"), "grants.item"),
        (replace(TOWNS, id="county"), "grants.id: given already"),
    ],
)
def test_a_grant_that_says_too_little_or_something_wrong_is_refused(grant: Grant, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        decide_change(register(COUNTY), GiveGrants(grants=(grant,)), POLICY)
    assert refused.value.detail == field


def test_one_command_gives_a_grant_once() -> None:
    with pytest.raises(InvalidValue, match="twice"):
        decide_change(register(), GiveGrants(grants=(TOWNS, replace(TOWNS, region="320904"))), POLICY)


def test_an_entrusted_grant_names_in_whose_name() -> None:
    grant = replace(TOWNS, form="entrusted", in_name_of="盐都区民政局")
    assert changed(register(), GiveGrants(grants=(grant,))) == [GrantsGiven(grants=(grant,))]


def test_of_several_grants_those_that_are_there_are_not_given_again() -> None:
    new = replace(TOWNS, id="new")
    assert changed(register(TOWNS), GiveGrants(grants=(TOWNS, new))) == [GrantsGiven(grants=(new,))]


@pytest.mark.parametrize(
    "command",
    [
        GiveGrants(grants=(replace(TOWNS, basis=" "),)),
        ListPowers(items=(replace(ITEM, basis=""),)),
        replace(DEVOLVED, basis=" "),
        replace(DEVOLVED, grants=(replace(TOWNS, basis=""),)),
    ],
)
def test_nothing_changes_without_a_basis(command: AuthorityCommand) -> None:
    with pytest.raises(BasisMissing):
        decide_change(register(), command, POLICY)


def test_a_grant_is_suspended_with_a_reason_and_resumed() -> None:
    known = register(TOWNS)
    suspended = changed(known, SuspendGrant(grant="towns", since=DAY, reason=" 抽查不合格 "))
    assert suspended == [GrantSuspended(grant="towns", since=DAY, reason="抽查不合格")]
    resting = fold_register(suspended, known)
    on = date(2026, 4, 1)
    assert changed(resting, ResumeGrant(grant="towns", on=on)) == [GrantResumed(grant="towns", on=on)]
    with pytest.raises(InvalidValue):
        decide_change(resting, ResumeGrant(grant="towns", on=date(2026, 3, 1)), POLICY)


def test_a_grant_that_does_not_rest_cannot_go_on() -> None:
    assert decide_change(register(TOWNS), ResumeGrant(grant="towns", on=DAY), POLICY) == []


def test_a_grant_is_revoked_with_a_reason() -> None:
    revoked = changed(register(TOWNS), RevokeGrant(grant="towns", on=DAY, reason="收回"))
    assert revoked == [GrantRevoked(grant="towns", on=DAY, reason="收回")]


@pytest.mark.parametrize("reason", ["", "  "])
def test_neither_goes_without_a_reason(reason: str) -> None:
    for command in (
        SuspendGrant(grant="towns", since=DAY, reason=reason),
        RevokeGrant(grant="towns", on=DAY, reason=reason),
    ):
        with pytest.raises(ReasonMissing):
            decide_change(register(TOWNS), command, POLICY)


def test_what_the_law_gives_no_post_takes() -> None:
    with pytest.raises(InvalidValue, match="statutory"):
        decide_change(register(COUNTY), RevokeGrant(grant="county", on=DAY, reason="原因"), LEADER)


def test_an_unknown_grant_cannot_be_suspended() -> None:
    with pytest.raises(InvalidValue):
        decide_change(register(), SuspendGrant(grant="towns", since=DAY, reason="原因"), POLICY)


def test_a_devolution_comes_with_its_grant() -> None:
    change, given = changed(register(COUNTY), DEVOLVED)
    assert isinstance(change, PowerChanged)
    assert (change.change.before, change.change.after, change.change.effective) == (
        "区民政局审核确认",
        "镇(街道)研究确认",
        TOWNS.valid_from,
    )
    assert given == GrantsGiven(grants=(TOWNS,))


@pytest.mark.parametrize("kind", ["lower", "reduce", "transfer"])
def test_the_other_changes_come_without_one(kind: str) -> None:
    change = replace(DEVOLVED, kind=kind, grants=())
    assert [type(event) for event in changed(register(), change)] == [PowerChanged]
    with pytest.raises(InvalidValue, match="grants"):
        decide_change(register(), replace(DEVOLVED, kind=kind), POLICY)


def test_a_devolution_without_a_grant_or_with_one_of_another_item_is_refused() -> None:
    for grants in ((), (replace(TOWNS, item="dibao.pay"),)):
        with pytest.raises(InvalidValue, match="grants"):
            decide_change(register(), replace(DEVOLVED, grants=grants), POLICY)


@pytest.mark.parametrize("field", ["before", "after"])
def test_a_change_says_how_it_was_and_how_it_is(field: str) -> None:
    with pytest.raises(InvalidValue, match=field):
        decide_change(register(), replace(DEVOLVED, **{field: " "}), POLICY)


def test_a_change_of_an_unknown_item_is_refused() -> None:
    with pytest.raises(InvalidValue, match="item"):
        decide_change(register(), replace(DEVOLVED, item="dibao.fly"), POLICY)


def test_a_power_item_is_listed_and_listed_again_when_it_is_different() -> None:
    assert changed(Register(), ListPowers(items=(ITEM,))) == [PowersListed(items=(ITEM,))]
    ended = replace(ITEM, valid_to=date(2026, 7, 1))
    assert changed(register(), ListPowers(items=(ended,))) == [PowersListed(items=(ended,))]


def test_one_command_lists_an_item_once() -> None:
    with pytest.raises(InvalidValue, match="twice"):
        decide_change(Register(), ListPowers(items=(ITEM, ITEM)), POLICY)


def test_an_item_is_named_by_matter_and_power() -> None:
    with pytest.raises(InvalidValue):
        decide_change(Register(), ListPowers(items=(replace(ITEM, id="other"),)), POLICY)
