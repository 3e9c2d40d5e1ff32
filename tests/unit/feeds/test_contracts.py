"""Contracts: what can be approved, by whom, and when they deliver."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from adapters.feeds.files import shipped_contracts
from adapters.rulebook import shipped_rules
from domain.errors import InvalidValue, NoAuthority
from domain.feeds.approving import ContractFaulty, UnknownFeed, approve, end
from domain.feeds.contract import Contract, ContractApproved, ContractEnded, Delivered, Feed, fold_feed
from domain.feeds.scope import deliverable, faults
from domain.kernel import PostId
from domain.signals.kinds import DEPARTMENTS
from tests.support.samples import CONTRACT
from tests.support.whole_bureau import ALL_POSTS

LEADER, AUDITOR = (ALL_POSTS[PostId(f"320900-{suffix}")] for suffix in ("leader", "auditor"))
KNOWN = DEPARTMENTS, {matter.id for matter in shipped_rules().matters}


def approved(*contracts: Contract) -> Feed:
    feed = Feed()
    for contract in contracts:
        feed = fold_feed(approve(feed, contract, LEADER, KNOWN), feed)
    return feed


def test_nine_contracts_ship_without_a_fault() -> None:
    shipped = shipped_contracts()
    assert len(shipped) == 9
    assert [fault for contract in shipped for fault in faults(contract, *KNOWN)] == []


def test_a_change_is_a_new_version_and_the_same_again_is_nothing() -> None:
    feed = approved(CONTRACT)
    assert approve(feed, CONTRACT, LEADER, KNOWN) == []
    (event,) = approve(feed, replace(CONTRACT, scene="另一场景"), LEADER, KNOWN)
    assert isinstance(event, ContractApproved)
    assert (event.contract.version, event.contract.approver) == (2, LEADER.id)


def test_only_leaders_of_the_whole_region_approve_and_end() -> None:
    with pytest.raises(NoAuthority):
        approve(Feed(), CONTRACT, AUDITOR, KNOWN)
    with pytest.raises(NoAuthority):
        approve(Feed(), replace(CONTRACT, divisions=("3210",)), LEADER, KNOWN)
    with pytest.raises(NoAuthority):
        end(approved(CONTRACT), "yibao", "不再需要", AUDITOR)


def test_it_delivers_from_its_first_day_to_its_last_and_not_when_it_was_ended() -> None:
    feed = approved(CONTRACT)
    day = timedelta(days=1)
    assert feed.on(CONTRACT.valid_from) == feed.on(CONTRACT.valid_until) == feed.newest
    assert feed.on(CONTRACT.valid_from - day) is None
    assert feed.on(CONTRACT.valid_until + day) is None
    ended = end(feed, "yibao", "共享目的已实现", LEADER)
    assert ended == [ContractEnded(department="yibao", version=1, reason="共享目的已实现")]
    assert fold_feed(ended, feed).on(CONTRACT.valid_from) is None
    assert end(fold_feed(ended, feed), "yibao", "再次", LEADER) == []


def test_what_was_ended_can_be_approved_anew() -> None:
    feed = fold_feed(end(approved(CONTRACT), "yibao", "暂停", LEADER), approved(CONTRACT))
    again = fold_feed(approve(feed, CONTRACT, LEADER, KNOWN), feed)
    assert again.on(CONTRACT.valid_from) == replace(CONTRACT, version=2)


def test_an_end_needs_a_contract_and_a_reason() -> None:
    with pytest.raises(UnknownFeed):
        end(Feed(), "yibao", "无", LEADER)
    with pytest.raises(InvalidValue):
        end(approved(CONTRACT), "yibao", " ", LEADER)


@pytest.mark.parametrize(
    ("faulty", "named"),
    [
        (replace(CONTRACT, department="nobody"), "department"),
        (replace(CONTRACT, matters=("dibao", "nothing")), "matters"),
        (replace(CONTRACT, divisions=("32090",)), "divisions"),
        (replace(CONTRACT, divisions=("320900000000",)), "divisions"),
        (replace(CONTRACT, basis=" "), "basis"),
        (replace(CONTRACT, events=(Delivered("case.noted", ("text",)),), persons=()), "not deliverable: text"),
        (replace(CONTRACT, events=(Delivered("case.opened", ("household",)),), persons=()), "not deliverable"),
        (replace(CONTRACT, events=(Delivered("erasure.begun"),), persons=()), "events: unknown"),
        (replace(CONTRACT, events=(*CONTRACT.events, *CONTRACT.events)), "twice"),
        (replace(CONTRACT, persons=()), "persons"),
        (replace(CONTRACT, persons=("relation",)), "persons"),
        (replace(CONTRACT, valid_until=date(2025, 1, 1)), "valid_until"),
        (replace(CONTRACT, valid_until=date(2030, 1, 1)), "three years"),
    ],
)
def test_a_fault_is_named_and_nothing_is_approved(faulty: Contract, named: str) -> None:
    assert [fault for fault in faults(faulty, *KNOWN) if named in fault]
    with pytest.raises((ContractFaulty, NoAuthority)):
        approve(Feed(), faulty, LEADER, KNOWN)


def test_no_free_text_that_is_personal_can_be_delivered_at_all() -> None:
    fields = deliverable()
    assert "text" not in fields["case.noted"]
    assert fields["case.home_visited"].isdisjoint({"findings", "unsigned_reason"})
    assert fields["case.confirmed"].isdisjoint({"values", "moves"})
