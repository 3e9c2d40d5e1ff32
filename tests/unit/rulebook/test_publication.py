"""What publishing writes: what is missing, and never a published version anew."""

from datetime import date

import pytest
from msgspec.structs import replace

from application.bureau import Bureau
from application.runs.publish_rules import PolicyNotDecided, RuleChanged, may_publish, no_policy_passed_by, publication
from domain.authority.posts import Post, Role
from domain.authority.register import Register
from domain.errors import NoAuthority
from domain.kernel import Fen, PostId
from domain.rulebook.book import Rulebook
from domain.rulebook.faults import RuleData
from domain.rulebook.rules import RuleVersion
from tests.support.rules import GRANT, MATTER, POWERS, RULE, data, rule

END = date(2026, 7, 1)


def bureau(*versions: RuleVersion) -> Bureau:
    """A bureau with the matter, its powers and its grant, and these versions."""
    book = Rulebook().with_matters([MATTER]).with_versions(versions)
    return Bureau(rulebook=book, register=Register().with_items(POWERS).with_grants([GRANT]))


def types(known: Bureau, given: RuleData) -> dict[str, list[str]]:
    return {stream: [event.TYPE for event in events] for stream, events in publication(known, given).items()}


def test_an_empty_bureau_gets_everything() -> None:
    assert types(Bureau(), data(RULE)) == {
        "rulebook": ["rule.matter_published", "rule.version_published"],
        "authority": ["authority.powers_listed", "authority.grants_given"],
    }


def test_what_is_there_is_not_written_again() -> None:
    assert types(bureau(RULE), data(RULE)) == {"rulebook": [], "authority": []}


def test_a_matter_may_be_renamed() -> None:
    renamed = replace(MATTER, zh="新名称")
    assert types(bureau(RULE), data(RULE, matters=(renamed,)))["rulebook"] == ["rule.matter_published"]


def test_a_published_version_does_not_change() -> None:
    with pytest.raises(RuleChanged, match="probe-1"):
        publication(bureau(RULE), data(rule(standard=Fen(1))))


def test_an_open_version_may_be_ended_once_and_not_reopened() -> None:
    ended = rule(valid_to=END)
    assert types(bureau(RULE), data(ended))["rulebook"] == ["rule.version_published"]
    assert types(bureau(ended), data(RULE))["rulebook"] == []
    with pytest.raises(RuleChanged):
        publication(bureau(ended), data(rule(valid_to=date(2027, 1, 1))))


def test_a_revoked_grant_is_not_given_again_by_publishing() -> None:
    known = bureau(RULE)
    revoked = replace(known, register=known.register.revoked(GRANT.id, END))
    assert types(revoked, data(RULE))["authority"] == []


def post(role: Role, division: str) -> Post:
    return Post(id=PostId("p"), title_zh="", title_en="", organ="", division=division, role=role)


def test_who_may_publish_depends_on_role_and_region_whoever_issued_it() -> None:
    county, national = rule(issuer="county", region="320903"), rule(issuer="national", region="3209")
    may_publish(post("county_decider", "320903"), RuleData(versions=(county,)))
    may_publish(post("operator", "3209"), RuleData(versions=(county, national), grants=(GRANT,)))
    for version in (replace(county, region="320904"), national):
        with pytest.raises(NoAuthority, match="division"):
            may_publish(post("county_decider", "320903"), RuleData(versions=(version,)))
    with pytest.raises(NoAuthority, match="town_lead"):
        may_publish(post("town_lead", "320903104"), RuleData())


def test_a_county_gives_no_powers_outside_itself_by_publishing() -> None:
    wide = replace(GRANT, region="3209")
    with pytest.raises(NoAuthority, match=f"{GRANT.id}: division"):
        may_publish(post("county_decider", "320903"), RuleData(grants=(wide,)))


@pytest.mark.parametrize("issuer", ["city", "county"])
def test_a_norm_of_the_bureau_enters_by_its_policy_unless_it_is_older_than_the_log(issuer: str) -> None:
    own = rule(issuer=issuer)
    no_policy_passed_by((RULE,), norm_in_force=False)
    no_policy_passed_by((RULE, own), norm_in_force=True)
    with pytest.raises(PolicyNotDecided, match="probe-1"):
        no_policy_passed_by((own,), norm_in_force=False)


@pytest.mark.parametrize("norm_in_force", [True, False])
def test_nothing_that_names_a_policy_is_published_without_it(norm_in_force: bool) -> None:  # noqa: FBT001  (both ways)
    with pytest.raises(PolicyNotDecided):
        no_policy_passed_by((rule(policy="p-1"),), norm_in_force=norm_in_force)
