"""Who may do what: role, region, day, ceiling, rest, revocation, pending cases; index and plain search agree."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.authority.check import Asked, granted
from domain.authority.denied import NoGrant, NoPower, OverCeiling
from domain.authority.posts import Post
from domain.authority.powers import Grant, PowerItem
from domain.authority.register import Register, Suspension
from domain.divisions import is_within
from domain.kernel import Fen
from tests.support.builders import DECIDER, LEAD, post

DAY = date(2026, 3, 2)
ITEM = PowerItem(
    id="dibao.decide",
    matter="dibao",
    power="decide",
    zh="审核确认",
    en="Decision",
    basis="国务院令第649号第十一条",
    valid_from=date(2012, 9, 1),
)
COUNTY = Grant(
    id="county",
    item=ITEM.id,
    role="county_decider",
    region="3209",
    form="statutory",
    grantor="国务院令第649号",
    in_name_of="",
    basis="国务院令第649号第十一条",
    valid_from=date(2012, 9, 1),
)
TOWNS = replace(
    COUNTY,
    id="towns",
    role="town_lead",
    region="320903",
    form="devolved",
    grantor="盐都区民政局",
    basis="下放文件",
    valid_from=date(2023, 12, 7),
)
OTHER_LEAD = post("320904104", "lead", "town_lead")


def register(*grants: Grant) -> Register:
    return Register().with_items([ITEM]).with_grants(grants)


def found(known: Register, who: Post, **asked: object) -> str:
    """The id of the grant."""
    return granted(known, who, Asked(**{"item": ITEM.id, "day": DAY, **asked})).id  # type: ignore[arg-type]  # fields of the struct, by name


def test_a_post_acts_under_the_grant_of_its_role_and_region() -> None:
    known = register(COUNTY, TOWNS)
    assert found(known, DECIDER) == "county"
    assert found(known, LEAD) == "towns"


def test_the_same_post_in_a_district_without_grant_has_none() -> None:
    with pytest.raises(NoGrant) as refused:
        found(register(COUNTY, TOWNS), OTHER_LEAD)
    assert refused.value.basis == ITEM.basis


def test_a_grant_to_one_town_is_not_one_to_its_county_nor_to_its_neighbour() -> None:
    known = register(replace(TOWNS, region="320903104000"))
    assert found(known, LEAD) == "towns"
    for other in (replace(LEAD, division="320903105000"), replace(LEAD, division="320903000000")):
        with pytest.raises(NoGrant):
            found(known, other)


@pytest.mark.parametrize("region", ["", "32", "3209", "320900000000", "320903", "320903000000", "320903104"])
@pytest.mark.parametrize("division", ["320903104", "320903104000"])
def test_a_region_is_meant_however_it_is_written(region: str, division: str) -> None:
    assert found(register(replace(TOWNS, region=region)), replace(LEAD, division=division)) == "towns"


def test_a_town_whose_code_only_begins_alike_lies_not_within() -> None:
    with pytest.raises(NoGrant):
        found(register(replace(TOWNS, region="320903100")), replace(LEAD, division="320903110000"))


def test_a_grant_holds_from_its_first_day_up_to_and_without_its_last() -> None:
    known = register(replace(TOWNS, valid_to=DAY))
    assert found(known, LEAD, day=TOWNS.valid_from) == "towns"
    assert found(known, LEAD, day=DAY - timedelta(days=1)) == "towns"
    for day in (TOWNS.valid_from - timedelta(days=1), DAY):
        with pytest.raises(NoGrant):
            found(known, LEAD, day=day)


def test_without_a_power_item_in_force_nobody_has_the_power() -> None:
    ended = register(COUNTY).with_items([replace(ITEM, valid_to=DAY)])
    assert found(ended, DECIDER, day=DAY - timedelta(days=1)) == "county"
    with pytest.raises(NoPower):
        found(ended, DECIDER)
    with pytest.raises(NoPower):
        found(register(COUNTY), DECIDER, item="dibao.pay")


def test_an_amount_up_to_the_ceiling_is_within_it() -> None:
    known = register(replace(TOWNS, ceiling=Fen(600_000)))
    assert found(known, LEAD, amount=Fen(600_000)) == "towns"
    with pytest.raises(OverCeiling) as refused:
        found(known, LEAD, amount=Fen(900_000))
    assert refused.value.detail == "dibao.decide: 600000 fen"


def test_above_the_ceiling_of_the_town_the_grant_of_its_district_counts() -> None:
    town = replace(TOWNS, id="town", region="320903104", ceiling=Fen(100_000))
    known = register(replace(TOWNS, ceiling=Fen(600_000)), town)
    assert found(known, LEAD, amount=Fen(100_000)) == "town"
    assert found(known, LEAD, amount=Fen(100_001)) == "towns"
    with pytest.raises(OverCeiling) as refused:
        found(known, LEAD, amount=Fen(600_001))
    assert refused.value.detail == "dibao.decide: 600000 fen", "the highest ceiling is told"


def test_the_most_specific_region_comes_first_and_there_the_latest_to_begin() -> None:
    grants = [
        replace(TOWNS, id="city", region="3209"),
        replace(TOWNS, id="old", region="320903104"),
        replace(TOWNS, id="new", region="320903104", valid_from=date(2025, 1, 1)),
        replace(TOWNS, id="county", region="320903"),
    ]
    order = [grant.id for grant in register(*grants).grants_on(ITEM.id, LEAD, DAY)]
    assert order == ["new", "old", "county", "city"]


def test_a_suspended_grant_rests_until_it_is_resumed() -> None:
    since, on = date(2026, 3, 1), date(2026, 3, 10)
    resting = register(TOWNS).suspended(Suspension("towns", since, "抽查发现问题"))
    assert found(resting, LEAD, day=since - timedelta(days=1)) == "towns"
    for day in (since, on, date(2030, 1, 1)):
        with pytest.raises(NoGrant):
            found(resting, LEAD, day=day)
    going_on = resting.resumed("towns", on)
    assert found(going_on, LEAD, day=on) == "towns"
    with pytest.raises(NoGrant):
        found(going_on, LEAD, day=on - timedelta(days=1))


def test_a_grant_may_rest_twice() -> None:
    known = register(TOWNS).suspended(Suspension("towns", date(2026, 1, 1), "一")).resumed("towns", date(2026, 2, 1))
    known = known.suspended(Suspension("towns", date(2026, 3, 1), "二"))
    assert found(known, LEAD, day=date(2026, 2, 1)) == "towns"
    assert [known.resting("towns", day) is not None for day in (date(2026, 1, 31), DAY)] == [True, True]


def test_a_revoked_grant_ends_and_what_was_before_stays() -> None:
    known = register(COUNTY, TOWNS).revoked("towns", DAY)
    assert found(known, LEAD, day=DAY - timedelta(days=1)) == "towns"
    with pytest.raises(NoGrant):
        found(known, LEAD)
    assert found(known, DECIDER) == "county"


def test_revoking_does_not_lengthen_a_grant_that_ends_before() -> None:
    known = register(replace(TOWNS, valid_to=date(2024, 1, 1))).revoked("towns", DAY)
    assert known.grants["towns"].valid_to == date(2024, 1, 1)


def test_a_case_accepted_before_the_grant_ends_with_the_old_decider() -> None:
    known = register(COUNTY, TOWNS)
    before = TOWNS.valid_from - timedelta(days=1)
    assert found(known, DECIDER, accepted_on=before) == "county"
    with pytest.raises(NoGrant):
        found(known, LEAD, accepted_on=before)
    assert found(known, LEAD, accepted_on=TOWNS.valid_from) == "towns"


def test_unless_the_grant_is_for_pending_cases_too() -> None:
    known = register(COUNTY, replace(TOWNS, pending=True))
    assert found(known, LEAD, accepted_on=date(2020, 1, 1)) == "towns"


def test_a_case_older_than_a_statutory_grant_is_still_decided_under_it() -> None:
    assert found(register(COUNTY), DECIDER, accepted_on=date(2010, 1, 1)) == "county"


def test_a_grant_given_again_takes_the_place_of_the_old_one() -> None:
    known = register(TOWNS).with_grants([replace(TOWNS, region="320904", role="county_reviewer")])
    assert list(known.grants_on(ITEM.id, LEAD, DAY)) == []
    assert found(known, post("320904", "reviewer", "county_reviewer")) == "towns"


REGIONS = ["", "32", "3209", "320903", "320904", "320903104", "320903104000", "320903105", "320903104203"]
DAYS = st.integers(0, 40).map(lambda days: DAY + timedelta(days=days))
GRANTS = st.builds(
    Grant,
    id=st.integers(0, 30).map("grant-{}".format),
    item=st.sampled_from(["dibao.decide", "dibao.pay"]),
    role=st.sampled_from(["town_lead", "county_decider"]),
    region=st.sampled_from(REGIONS),
    form=st.just("devolved"),
    grantor=st.just("机关"),
    in_name_of=st.just(""),
    basis=st.just("文件"),
    valid_from=DAYS,
    valid_to=st.none() | DAYS,
)
RESTING = st.builds(Suspension, st.integers(0, 30).map("grant-{}".format), DAYS, st.just("原因"), st.none() | DAYS)
ASKING = st.builds(lambda division: replace(LEAD, division=division), st.sampled_from(REGIONS[3:]))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(GRANTS, max_size=8), max_size=4), st.lists(RESTING, max_size=6), ASKING, DAYS)
def test_the_index_finds_what_a_search_through_all_grants_finds(
    batches: list[list[Grant]], resting: list[Suspension], who: Post, day: date
) -> None:
    known = Register()
    for batch in batches:
        known = known.with_grants(batch)
    for each in resting:
        known = known.suspended(each)
    everything = {grant.id: grant for batch in batches for grant in batch}

    def holds(grant: Grant) -> bool:
        rests = any(
            each.grant == grant.id and each.since <= day and (each.until is None or day < each.until)
            for each in resting
        )
        valid = grant.valid_from <= day and (grant.valid_to is None or day < grant.valid_to)
        return valid and not rests and grant.role == who.role and is_within(who.division, grant.region)

    for item in ("dibao.decide", "dibao.pay"):
        expected = {grant.id for grant in everything.values() if grant.item == item and holds(grant)}
        order = list(known.grants_on(item, who, day))
        assert {grant.id for grant in order} == expected
        assert len(order) == len(expected)
        lengths = [len(grant.region.rstrip("0")) for grant in order]
        assert lengths == sorted(lengths, reverse=True)
