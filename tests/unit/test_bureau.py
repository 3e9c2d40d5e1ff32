"""Posts are made from rules, one set for each division of a level."""

from domain.authority.bureau import OrganRule, OrganRules, PostRule, bureau_of, first_holder, posts_of
from domain.authority.posts import Post
from domain.divisions import Division
from domain.kernel import PostId

COUNTY = Division(
    code="320903000000",
    name="盐都区",
    name_en="Yandu District",
    level="county",
    kind="district",
    parent="320900000000",
)
ZONE = Division(code="320971000000", name="经开区", level="county", kind="functional_area", parent="320900000000")
VILLAGE = Division(code="320903105201", name="某村", level="village", kind="villagers_committee", parent="320903105000")
RULES: OrganRules = {
    "county": OrganRule(
        organ="{name}民政局",
        posts=(PostRule(suffix="decider", role="county_decider", title_zh="确认岗", title_en="Confirming officer"),),
    ),
    "village": OrganRule(
        organ="{name}",
        posts=(PostRule(suffix="director", role="village_director", title_zh="民生主任", title_en="Village director"),),
    ),
}


def test_a_division_gets_the_posts_of_its_level() -> None:
    assert posts_of(COUNTY, RULES) == (
        Post(
            id=PostId("320903-decider"),
            title_zh="盐都区确认岗",
            title_en="Confirming officer, Yandu District",
            organ="盐都区民政局",
            division="320903000000",
            role="county_decider",
        ),
    )


def test_a_division_without_an_english_name_keeps_its_own() -> None:
    assert [post.title_en for post in posts_of(VILLAGE, RULES)] == ["Village director, 某村"]


def test_a_functional_area_has_no_posts() -> None:
    assert posts_of(ZONE, RULES) == ()


def test_a_level_without_a_rule_has_no_posts() -> None:
    assert posts_of(VILLAGE, {"county": RULES["county"]}) == ()


def test_the_bureau_finds_a_post_by_its_id() -> None:
    bureau = bureau_of([COUNTY, ZONE, VILLAGE], RULES)
    assert list(bureau) == ["320903-decider", "320903105201-director"]
    assert bureau[PostId("320903105201-director")].role == "village_director"


def test_a_holder_is_a_number_and_not_a_name() -> None:
    assert first_holder(PostId("320903-decider")) == "320903-decider:1"
