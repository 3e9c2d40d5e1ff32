"""Who may do what in a division on a day, as the auditor asks."""

from datetime import date, timedelta

from msgspec.structs import replace

from domain.authority.lookup import on_day
from domain.authority.register import Suspension
from domain.kernel import Fen
from tests.support.builders import DECIDER, DIRECTOR, LEAD, POSTS, VILLAGE
from tests.unit.authority.test_register import COUNTY, DAY, ITEM, TOWNS, register

ENTRUSTED = replace(
    TOWNS, id="entrusted", region="320903104", form="entrusted", in_name_of="盐都区民政局", ceiling=Fen(600_000)
)


def test_a_village_is_told_each_post_that_may_decide_there_and_in_whose_name() -> None:
    found = on_day(register(COUNTY, TOWNS), POSTS, DAY, VILLAGE)
    assert [(row.post, row.grant, row.form, row.in_name_of) for row in found] == [
        (DECIDER.id, "county", "statutory", DECIDER.organ),
        (LEAD.id, "towns", "devolved", LEAD.organ),
    ]


def test_an_entrusted_power_is_exercised_in_the_name_of_who_gave_it() -> None:
    (row,) = on_day(register(ENTRUSTED), POSTS, DAY, VILLAGE)
    assert (row.post, row.organ, row.in_name_of, row.ceiling) == (LEAD.id, LEAD.organ, "盐都区民政局", 600_000)


def test_a_county_is_told_the_role_whose_posts_lie_below_it_and_the_region() -> None:
    found = on_day(register(COUNTY, TOWNS), POSTS, DAY, "320903000000")
    assert [(row.role, row.post, row.region, row.in_name_of) for row in found] == [
        ("county_decider", DECIDER.id, "3209", DECIDER.organ),
        ("town_lead", "", "320903", ""),
    ]


def test_a_grant_for_a_place_within_the_division_does_not_hold_for_all_of_it() -> None:
    assert on_day(register(ENTRUSTED), POSTS, DAY, "320903") == []
    assert on_day(register(ENTRUSTED), POSTS, DAY, "320903105201") == []


def test_another_day_has_another_answer() -> None:
    known = register(TOWNS).suspended(Suspension("towns", DAY, "原因"))
    assert on_day(known, POSTS, DAY, VILLAGE) == []
    assert len(on_day(known, POSTS, DAY - timedelta(days=1), VILLAGE)) == 1
    assert on_day(known, POSTS, TOWNS.valid_from - timedelta(days=1), VILLAGE) == []


def test_a_power_item_that_is_not_in_force_is_nobodys() -> None:
    assert on_day(register(COUNTY).with_items([replace(ITEM, valid_to=date(2020, 1, 1))]), POSTS, DAY, VILLAGE) == []


def test_one_item_can_be_asked_for() -> None:
    pay = replace(ITEM, id="dibao.pay", power="pay")
    known = register(COUNTY, replace(COUNTY, id="pay", item=pay.id)).with_items([pay])
    assert [row.item for row in on_day(known, POSTS, DAY, VILLAGE)] == ["dibao.decide", "dibao.pay"]
    assert [row.grant for row in on_day(known, POSTS, DAY, VILLAGE, "dibao.pay")] == ["pay"]
    assert on_day(known, POSTS, DAY, VILLAGE, "dibao.notice") == []


def test_what_is_not_verified_is_marked() -> None:
    (row,) = on_day(register(replace(COUNTY, verified=False)), POSTS, DAY, VILLAGE)
    assert not row.verified


def test_a_post_whose_division_is_written_short_is_found() -> None:
    short = {DIRECTOR.id: replace(DIRECTOR, division=VILLAGE), DECIDER.id: replace(DECIDER, division="320903")}
    (row,) = on_day(register(COUNTY), short, DAY, VILLAGE)
    assert row.post == DECIDER.id
