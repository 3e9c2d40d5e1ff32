"""What files give, and what a faulty file is told: every fault with file and line."""

from datetime import date
from pathlib import Path

import pytest

from adapters.reference import INFRA
from adapters.rulebook import RuleDataFault, check_rulebook, load_delegations, load_rulebook, read_rulebook
from domain.rulebook.faults import RuleData

MATTER = "matter: {id: probe, zh: 试验事项, en: Probe, family: relief, subject: person}\n"
VERSION = """\
versions:
  - id: probe-1
    region: "3209"
    valid_from: 2021-07-01
    basis: [某办法]
    verified: true
    standard: 78000
    limits:
      accept:
        days: 5
        unit: wd
        basis: 某办法
    steps:
      accept_case: {by: [town_handler], stages: [opened]}
"""
WHOLE = MATTER + VERSION


def loaded(folder: Path, text: str, **templates: str) -> RuleData:
    (folder / "probe.yaml").write_text(text, encoding="utf-8")
    for name, template in templates.items():
        (folder / "templates").mkdir(exist_ok=True)
        (folder / "templates" / f"{name}.yaml").write_text(template, encoding="utf-8")
    return load_rulebook(folder)


def faults(folder: Path, text: str, **templates: str) -> list[str]:
    with pytest.raises(RuleDataFault) as caught:
        loaded(folder, text, **templates)
    told = [str(fault) for fault in read_rulebook(folder).faults]
    assert told[0] == str(caught.value)
    return told


def test_a_version_has_from_its_matter_what_it_does_not_say(tmp_path: Path) -> None:
    data = loaded(tmp_path, WHOLE)
    (version,) = data.versions
    assert (version.matter, version.subject) == ("probe", "person")
    assert (version.title_zh, version.title_en) == ("试验事项", "Probe")
    assert [matter.id for matter in data.matters] == ["probe"]


def test_a_power_and_a_grant_are_named_after_their_matter(tmp_path: Path) -> None:
    text = WHOLE + (
        "powers:\n  decide: {zh: 确认, en: Decide, basis: 某办法, valid_from: 2012-09-01}\n"
        "grants:\n  county: {power: decide, role: county_decider, region: '3209', form: statutory,\n"
        "    grantor: 法律, in_name_of: '', basis: 某办法, valid_from: 2012-09-01}\n"
    )
    data = loaded(tmp_path, text)
    assert [(item.id, item.matter, item.power) for item in data.powers] == [("probe.decide", "probe", "decide")]
    assert [(grant.id, grant.item) for grant in data.grants] == [("probe.county", "probe.decide")]


def test_a_template_lies_under_every_version(tmp_path: Path) -> None:
    base = "powers:\n  decide: {zh: 确认, en: Decide, basis: 某办法, valid_from: 2012-09-01}\n"
    template = f"like: under\nversion:\n  review_months: 6\n  limits:\n    serve: {LIMIT}\n    accept: {LIMIT}\n"
    data = loaded(tmp_path, f"like: over\n{WHOLE}", over=template, under=base)
    (version,) = data.versions
    assert (version.review_months, sorted(version.limits)) == (6, ["accept", "serve"])
    assert (version.limits["accept"].days, version.limits["serve"].days) == (5, 9)
    assert [item.id for item in data.powers] == ["probe.decide"]


LIMIT = "{days: 9, unit: wd, basis: 样例}"


def test_a_version_is_like_an_earlier_one_but_has_its_own_dates(tmp_path: Path) -> None:
    ended = WHOLE.replace("    verified: true\n", "    verified: true\n    valid_to: 2022-01-01\n")
    like = "  - {id: probe-2, like: probe-1, valid_from: 2022-01-01, standard: 80000, steps: {accept_case: null}}\n"
    _, later = loaded(tmp_path, ended + like).versions
    assert (later.valid_from, later.valid_to, later.standard) == (date(2022, 1, 1), None, 80_000)
    assert (list(later.limits), later.steps) == (["accept"], {})


def test_a_null_deletes_a_key_also_where_nothing_lies_under_it(tmp_path: Path) -> None:
    (version,) = loaded(tmp_path, WHOLE + "    duties: {decide: null}\n").versions
    assert version.duties == {}


def test_a_list_takes_the_place_of_a_list(tmp_path: Path) -> None:
    template = "version:\n  steps:\n    accept_case: {by: [town_lead, system], stages: [opened, correcting]}\n"
    (version,) = loaded(tmp_path, f"like: over\n{WHOLE}", over=template).versions
    assert version.steps["accept_case"].by == ("town_handler",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("standard: 78000", "standard: 780 yuan", ":8: versions[0].standard: Expected `int`, got `str`"),
        ("standard: 78000", "standart: 78000", ":8: versions[0].standart: unknown key"),
        ('region: "3209"', "region: 3209", ":4: versions[0].region: Expected `str`, got `int`"),
        ("2021-07-01", "first of July", ":5: versions[0].valid_from:"),
        ("[某办法]", "某办法", ":6: versions[0].basis: Expected `array`, got `str`"),
        ("[某办法]", "[某办法, 3]", ":6: versions[0].basis[1]: Expected `str`, got `int`"),
        ("days: 5", "days: five", ":11: versions[0].limits.accept.days: Expected `int`, got `str`"),
        ("unit: wd", "unit: weeks", ":12: versions[0].limits.accept.unit: Invalid enum value 'weeks'"),
        ("days: 5", "day: 5", ":11: versions[0].limits.accept.day: unknown key"),
        ("[town_handler]", "[mayor]", ":15: versions[0].steps.accept_case.by[0]: Invalid enum value 'mayor'"),
        ("{by: [town_handler], stages: [opened]}", "3", ":15: versions[0].steps.accept_case: a mapping is expected"),
        ("2021-07-01", "2021-02-31", ":5: file: not a value: 2021-02-31"),
        ("    verified: true", "    id: probe-2", ":7: id: given twice"),
        ("    verified: true", "    3: 4", ":7: file: a mapping with text keys is expected"),
        ("    verified: true", "    like: probe-0", ":7: versions[0].like: no version probe-0 above this one"),
        ("family: relief", "family: other", ":1: matter.family: Invalid enum value 'other'"),
        ("versions:", "version:", ":2: version: unknown key"),
    ],
)
def test_a_fault_names_the_file_and_the_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert any(f"probe.yaml{told}" in fault for fault in faults(tmp_path, WHOLE.replace(old, new)))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("days: 5", "days: five").replace("standard: 78000", "standart: 1")
    assert sorted(fault.split(": ")[1] for fault in faults(tmp_path, text)) == [
        "versions[0].limits.accept.days",
        "versions[0].standard",
        "versions[0].standart",
    ]


def test_what_is_missing_is_named_where_it_should_stand(tmp_path: Path) -> None:
    assert faults(tmp_path, WHOLE.replace("    standard: 78000\n", "")) == [
        "probe.yaml:3: versions[0].standard: missing"
    ]


@pytest.mark.parametrize("text", ["- 3", "text", "", "versions: 3", f"{MATTER}versions: [3]", f"{MATTER}powers: 3"])
def test_a_file_of_another_shape_is_told_so(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)


def test_a_file_that_is_not_yaml_is_told_the_line(tmp_path: Path) -> None:
    assert faults(tmp_path, "matter:\n  a: {id: [\n")[0].startswith("probe.yaml:3: file: while parsing")


def test_a_file_that_is_not_text_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleDataFault, match=r"probe\.yaml:1: file: cannot be read as UTF-8"):
        load_rulebook(tmp_path)


def test_an_anchor_that_holds_itself_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path, "matter: &a [*a]\n") == ["probe.yaml:1: file: an anchor holds itself"]


def test_a_fault_in_a_template_is_told_there(tmp_path: Path) -> None:
    template = "version:\n  limits:\n    serve: {days: nine, unit: wd, basis: x}\n"
    assert faults(tmp_path, f"like: over\n{WHOLE}", over=template) == [
        "templates/over.yaml:3: versions[0].limits.serve.days: Expected `int`, got `str` [probe.yaml]"
    ]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("like: over\n", "templates/over.yaml:1: like: templates that are like each other"),
        ("like: nothing\n", "templates/over.yaml:1: like: no template nothing"),
        ("versions: []\n", "templates/over.yaml:1: versions: unknown key"),
    ],
)
def test_a_template_that_leads_nowhere_is_told(tmp_path: Path, template: str, told: str) -> None:
    assert faults(tmp_path, f"like: over\n{WHOLE}", over=template) == [told]


def test_the_templates_that_we_ship_are_there_for_every_file(tmp_path: Path) -> None:
    (version,) = loaded(tmp_path, f"like: household\n{WHOLE}").versions
    assert "confirm_case" in version.steps


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            WHOLE.replace("matter: {id: probe,", "matter: {id: other,"),
            "probe.yaml:3: versions[0].id: given twice: probe-1",
        ),
        (WHOLE.replace("id: probe-1", "id: probe-2"), "probe.yaml:1: matter.id: given twice: probe"),
    ],
)
def test_an_id_is_given_once_in_all_files(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "earlier.yaml").write_text(WHOLE, encoding="utf-8")
    assert faults(tmp_path, text) == [told]


def test_one_faulty_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- 3", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(WHOLE, encoding="utf-8")
    found = read_rulebook(tmp_path)
    assert (len(found.faults), [version.id for version in found.data.versions]) == (1, ["probe-1"])


def test_a_fault_of_sense_has_the_line_of_its_key(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_text(WHOLE.replace("[opened]", "[opened, waiting]"), encoding="utf-8")
    told = [str(fault) for fault in check_rulebook(read_rulebook(tmp_path))]
    assert any(
        fault.startswith("probe.yaml:15: versions[0].steps.accept_case.stages: UNKNOWN_STAGE: ") for fault in told
    )


def test_what_a_template_gives_to_two_versions_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "over.yaml").write_text("version:\n  steps:\n    dance: {by: [], stages: []}\n", "utf-8")
    second = "  - {id: probe-2, like: probe-1, region: '32', valid_from: 2022-01-01}\n"
    (tmp_path / "probe.yaml").write_text(f"like: over\n{WHOLE}{second}", encoding="utf-8")
    told = [str(fault) for fault in check_rulebook(read_rulebook(tmp_path)) if "UNKNOWN_ACTION" in str(fault)]
    assert len(told) == 1
    assert told[0].startswith("templates/over.yaml:3: versions[0].steps.dance: ")
    assert told[0].endswith("[probe-1, probe-2]")


def test_an_empty_folder_has_no_rules(tmp_path: Path) -> None:
    assert load_rulebook(tmp_path) == RuleData()


def test_delegations_are_a_list_of_grants(tmp_path: Path) -> None:
    path = tmp_path / "delegations.yaml"
    grant = "{id: a, item: probe.decide, role: town_lead, region: '320903', form: devolved, grantor: 盐都, "
    path.write_text(f"- {grant}in_name_of: '', basis: 某文件, valid_from: 2023-12-07}}\n", encoding="utf-8")
    assert [grant.id for grant in load_delegations(path)] == ["a"]
    path.write_text(f"\n- {grant}basis: 某文件, valid_from: 2023-12-07}}\n", encoding="utf-8")
    with pytest.raises(RuleDataFault, match=r"delegations\.yaml:2: \[0\]\.in_name_of: missing"):
        load_delegations(path)


def test_the_path_of_a_shipped_file_is_kept(tmp_path: Path) -> None:
    assert read_rulebook(INFRA / "rulebook" / "dibao.yaml").data.matters[0].id == "dibao"
    assert read_rulebook(tmp_path / "nothing.yaml").faults[0].line == 1
