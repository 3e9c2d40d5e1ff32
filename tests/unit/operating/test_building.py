"""How far a build is: shares, speeds, time left, and the line that says so; who may run the system."""

import pytest

from adapters.cli.building import line_of
from adapters.operating.acts import UnknownView, by_lane, views_named
from adapters.operating.builds import seconds_left, share, speed
from adapters.operating.who import NotOperator, may_operate, require_operator
from adapters.projector.asides import Aside, Stage
from projections.registry import VIEWS
from tests.support.builders import AUDITOR, HANDLER, OPERATOR, POSTS, TIMEKEEPER


@pytest.mark.parametrize(
    ("stage", "events", "target", "wanted"),
    [
        ("filling", 0, 100, 0.0),
        ("filling", 25, 100, 0.25),
        ("filling", 0, 0, 0.0),
        ("filling", 100, 100, 0.99),
        ("indexing", 130, 100, 0.99),
        ("ready", 130, 100, 1.0),
    ],
)
def test_a_share_reaches_one_only_when_all_is_ready(stage: Stage, events: int, target: int, wanted: float) -> None:
    assert share(stage, events, target) == wanted


def test_time_left_follows_from_the_speed() -> None:
    assert speed(300, 2) == 150
    assert seconds_left(600, 150) == 4
    assert seconds_left(-5, 150) == 0


def test_nothing_is_promised_before_something_is_done() -> None:
    assert speed(300, 0) == 0
    assert seconds_left(600, 0) is None


def test_a_line_tells_stage_share_speed_and_time_left() -> None:
    aside = Aside(
        id="1", views=("worklist",), versions=(1,), purpose="rebuild", stage="filling", target=1000, events=250
    )
    told = "重建 rebuild worklist 填充 filling: 250/1,000 25%，50/s，剩余 left 0:00:15"
    assert line_of("重建 rebuild worklist", aside, 50) == told


def test_views_are_built_together_by_lane_in_the_order_of_the_registry() -> None:
    lanes = by_lane(views_named(["parity", "decisions", "worklist"]))
    assert [[view.name for view in lane] for lane in lanes] == [["worklist", "parity"], ["decisions"]]
    assert sum(map(len, by_lane(views_named([])))) == len(VIEWS)


def test_a_view_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownView):
        views_named(["worklist", "nope"])


def test_only_the_post_that_runs_the_system_may_operate() -> None:
    assert [post.id for post in POSTS.values() if may_operate(post)] == [OPERATOR.id]
    for post in (HANDLER, AUDITOR, TIMEKEEPER):
        with pytest.raises(NotOperator):
            require_operator(post)
