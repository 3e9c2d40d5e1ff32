"""The rule versions that we ship, and what a faulty file is told."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.reference import INFRA
from adapters.rulebook import RuleDataFault, load_rules
from domain.cases.evolve import evolve
from domain.cases.registry import ACTIONS
from domain.cases.state import NO_CASE
from domain.rulebook.rules import LIMITS, RuleVersion
from tests.support.builders import STAGES
from tests.support.journeys import CONFIRMED
from tests.support.samples import CASE_SAMPLES
from tests.support.scenario import given

FOLDER = INFRA / "rulebook"
RULES = load_rules(FOLDER)
ROWS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "dibao.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_action_has_a_step_and_every_step_an_action(rule: RuleVersion) -> None:
    assert set(rule.steps) == set(ACTIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_milestone_that_a_step_waits_for_is_reached_by_some_event(rule: RuleVersion) -> None:
    confirmed = given(CONFIRMED).state
    reached = {one for state in (NO_CASE, confirmed) for event in CASE_SAMPLES for one in evolve(state, event).done}
    awaited = {milestone for step in rule.steps.values() for milestone in step.after}
    assert awaited <= reached


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_stage_of_a_step_is_a_stage_of_a_case(rule: RuleVersion) -> None:
    assert {stage for step in rule.steps.values() for stage in step.stages} <= set(STAGES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_limit_is_given_with_a_basis_or_called_unverified(rule: RuleVersion) -> None:
    assert set(rule.limits) == set(LIMITS)
    assert all(limit.basis or not limit.verified for limit in rule.limits.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_village_director_decides_nothing(rule: RuleVersion) -> None:
    assert {name for name, step in rule.steps.items() if "village_director" in step.by} == {
        "open_case",
        "record_visit",
        "post_notice",
        "report_change",
        "add_note",
        "attach_document",
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_auditor_changes_nothing(rule: RuleVersion) -> None:
    assert not [name for name, step in rule.steps.items() if {"auditor", "operator"} & set(step.by)]


def faulty(tmp_path: Path, rows: object) -> RuleDataFault:
    (tmp_path / "dibao.yaml").write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RuleDataFault, match=r"^dibao\.yaml: ") as caught:
        load_rules(tmp_path)
    return caught.value


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("standard", "780 yuan", "[0].standard"),
        ("standart", 78000, "[0].standart"),
        ("valid_from", "first of July", "[0].valid_from"),
        ("limits", [], "[0].limits"),
        ("limits.accept.days", "five", "[0].limits.accept.days"),
        ("limits.accept.unit", "weeks", "[0].limits.accept.unit"),
        ("limits.accept.day", 5, "[0].limits.accept.day"),
        ("limits.lunch", {"days": 1, "unit": "wd", "basis": ""}, "[0].limits.lunch"),
        ("steps.accept_case.by", ["mayor"], "[0].steps.accept_case.by[0]"),
        ("steps.accept_case.stages", ["waiting"], "[0].steps.accept_case.stages"),
        ("steps.dance", {"by": [], "stages": []}, "[0].steps.dance"),
        ("steps.accept_case", None, "[0].steps.accept_case"),
    ],
)
def test_a_fault_names_the_file_and_the_path_of_the_key(tmp_path: Path, key: str, value: object, where: str) -> None:
    rows = copy.deepcopy(ROWS)
    *folders, last = key.split(".")
    place = rows[0]
    for folder in folders:
        place = place[folder]
    place[last] = value
    assert faulty(tmp_path, rows).where == where


@pytest.mark.parametrize("path", ["limits.notice", "steps.confirm_case"])
def test_what_is_missing_is_named(tmp_path: Path, path: str) -> None:
    rows = copy.deepcopy(ROWS)
    part, name = path.split(".")
    del rows[0][part][name]
    fault = faulty(tmp_path, rows)
    assert (fault.where, str(fault).endswith("missing")) == (f"[0].{path}", True)


def test_an_id_is_given_once(tmp_path: Path) -> None:
    assert faulty(tmp_path, [*ROWS, *ROWS]).where == "[1].id"


@pytest.mark.parametrize("rows", [{}, "text", None, [3]])
def test_a_file_is_a_list_of_rule_versions(tmp_path: Path, rows: object) -> None:
    assert "expected" in str(faulty(tmp_path, rows))


def test_a_file_that_is_not_yaml_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "dibao.yaml").write_text("- {id: [", encoding="utf-8")
    with pytest.raises(RuleDataFault, match=r"^dibao\.yaml: file: .*line 1"):
        load_rules(tmp_path)


def test_an_empty_folder_has_no_rules(tmp_path: Path) -> None:
    assert load_rules(tmp_path) == ()
