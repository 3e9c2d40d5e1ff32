"""What the rulebook believes of actions is what they do."""

from itertools import pairwise

import pytest

from domain.cases.evolve import fold
from domain.cases.registry import ACTIONS
from domain.cases.vocabulary import VOCABULARY
from tests.support import journeys
from tests.support.scenario import Step, play

JOURNEYS = {
    name: value
    for name, value in vars(journeys).items()
    if name.isupper() and isinstance(value, tuple) and all(isinstance(each, Step) for each in value)
}


def test_every_action_and_what_it_exercises_is_known() -> None:
    assert {name: outcome.power for name, outcome in VOCABULARY.actions.items()} == {
        name: action.power for name, action in ACTIONS.items()
    }


def test_no_outcome_is_of_an_action_that_is_gone() -> None:
    with_outcome = {name for name, outcome in VOCABULARY.actions.items() if outcome.milestones or outcome.stages}
    assert {"open_case", "accept_case", "confirm_case", "archive_case"} <= with_outcome
    assert {stage for outcome in VOCABULARY.actions.values() for stage in outcome.stages} <= VOCABULARY.stages


@pytest.mark.parametrize("name", JOURNEYS)
def test_what_a_step_brings_is_what_the_rulebook_expects_of_it(name: str) -> None:
    steps = JOURNEYS[name]
    states = [fold(play(steps[:number])) for number in range(len(steps) + 1)]
    for step, (before, after) in zip(steps, pairwise(states), strict=True):
        outcome = VOCABULARY.actions[step.action]
        assert after.done - before.done <= set(outcome.milestones), step.action
        assert after.stage == before.stage or after.stage in outcome.stages, step.action
