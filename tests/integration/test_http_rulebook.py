"""The rulebook over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.postgres.embedded import EmbeddedServer
from tests.support.builders import RULE, VILLAGE
from tests.support.serving import Served, whole_house


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


def get(here: Served, path: str, **params: Any) -> Any:  # noqa: ANN401  (JSON has any shape)
    answer = here.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def code(here: Served, path: str, **params: Any) -> tuple[int, str]:  # noqa: ANN401  (any query)
    answer = here.client.get(path, params=params)
    return answer.status_code, answer.json()["code"]


def test_versions_are_listed_and_shown(here: Served) -> None:
    assert [rule["id"] for rule in get(here, "/rulebook")["versions"]] == [RULE.id]
    assert [rule["id"] for rule in get(here, "/rulebook", matter="dibao")["versions"]] == [RULE.id]
    assert get(here, f"/rulebook/{RULE.id}")["limits"]["notice"]["days"] == RULE.limits["notice"].days


def test_the_rule_in_force_is_found_by_day_and_place(here: Served) -> None:
    day = RULE.valid_from.isoformat()
    found = get(here, "/rulebook/in-force", on=day, region=VILLAGE, matter="dibao")
    assert (found["on"], [rule["id"] for rule in found["versions"]]) == (day, [RULE.id])
    assert get(here, "/rulebook/in-force", on="2001-01-01", region=VILLAGE)["versions"] == []
    assert get(here, "/rulebook/diff", a=RULE.id, b=RULE.id) == {"differences": []}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/rulebook", {}),
        ("/rulebook/in-force", {"region": VILLAGE}),
        ("/rulebook/diff", {"a": RULE.id, "b": RULE.id}),
        ("/authority/on-day", {"region": VILLAGE}),
        ("/authority/powers", {}),
        ("/authority/grants", {}),
        ("/samples/owed", {}),
    ],
)
def test_every_read_takes_a_position_to_wait_for(here: Served, path: str, asked: dict[str, str]) -> None:
    assert get(here, path, **asked, after=1) == get(here, path, **asked)
    assert code(here, path, **asked, after=-1) == (400, "BAD_QUERY")


def test_a_question_that_cannot_be_answered_has_a_code(here: Served) -> None:
    assert code(here, "/rulebook/nothing") == (404, "UNKNOWN_RULE")
    assert code(here, "/rulebook/diff", a=RULE.id, b="nothing") == (404, "UNKNOWN_RULE")
    assert code(here, "/rulebook", matter="nothing") == (404, "UNKNOWN_MATTER")
    assert code(here, "/rulebook/in-force", region=VILLAGE, matter="nothing") == (404, "UNKNOWN_MATTER")
    assert code(here, "/rulebook/in-force", region="yandu") == (400, "BAD_QUERY")
    assert code(here, "/rulebook/in-force") == (400, "BAD_QUERY")
    assert code(here, "/rulebook/in-force", region=VILLAGE, on="May") == (400, "BAD_QUERY")
