"""The rule data that we ship."""

import pytest

from adapters.reference import INFRA
from adapters.rulebook import check_rulebook, read_rulebook, shipped_rules
from domain.rulebook.book import Rulebook
from domain.rulebook.rules import RuleVersion

LOADED = read_rulebook(INFRA / "rulebook")
RULES = LOADED.data.versions
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)

DECIDING = {"confirm_case", "refuse_case", "start_grant", "increase_grant", "reduce_grant", "stop_grant"}


def test_every_file_loads_and_checks_clean() -> None:
    assert [str(fault) for fault in check_rulebook(LOADED)] == []


def test_every_file_has_versions() -> None:
    matters = {matter.id for matter in LOADED.data.matters}
    assert len(matters) == len(list((INFRA / "rulebook").glob("*.yaml")))
    assert {rule.matter for rule in RULES} == matters


def test_every_grant_is_of_a_power_that_is_listed() -> None:
    data = shipped_rules()
    assert {grant.item for grant in data.grants} <= {item.id for item in data.powers}
    assert len({grant.id for grant in data.grants}) == len(data.grants)


@EVERY_RULE
def test_every_limit_is_given_with_a_basis_or_called_unverified(rule: RuleVersion) -> None:
    assert [name for name, limit in rule.limits.items() if limit.verified and not limit.basis] == []


@EVERY_RULE
def test_a_village_director_decides_nothing(rule: RuleVersion) -> None:
    assert not DECIDING & {name for name, step in rule.steps.items() if "village_director" in step.by}


@EVERY_RULE
def test_an_auditor_and_an_operator_take_no_step(rule: RuleVersion) -> None:
    assert not [name for name, step in rule.steps.items() if {"auditor", "operator"} & set(step.by)]


@EVERY_RULE
def test_a_rule_is_found_on_its_first_day(rule: RuleVersion) -> None:
    book = Rulebook().with_versions(RULES)
    assert book.in_force(rule.matter, rule.region or "11", rule.valid_from) == rule
