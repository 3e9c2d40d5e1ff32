"""Which views a page reads: what its banner speaks of is what its queries name."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.postgres.embedded import EmbeddedServer
from adapters.web.standing import READS, banners
from adapters.web.texts import Texts
from projections.registry import VIEWS
from tests.support.logs import tamper
from tests.support.serving import Served, await_true, whole_house

pytestmark = pytest.mark.postgres

OTHERS = ("/ui/open", "/ui/sign-in", "/ui/rulebook", "/ui/cases/{case}", "/ui/cases/{case}/act/accept_case")
MACHINERY = re.compile(r"views\.(checkpoint|projections|parked|leases|workers|asides)\b")


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        running.opened()
        await_true(lambda: {view["lag"] for view in running.client.get("/views").json()} == {0})
        yield running


@pytest.mark.parametrize("path", [*READS, *OTHERS])
def test_a_page_names_every_view_that_it_reads_and_no_other(
    path: str, here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = here.house.read

    def read(query: str, params: Any = ()) -> list[dict[str, Any]]:  # noqa: ANN401  (as the house takes it)
        asked.append(query)
        return real(query, params)

    monkeypatch.setattr(here.house, "read", read)
    case_id = here.house.log.read(0, 1_000)[-1].stream.removeprefix("case-")
    answer = here.client.get(path.format(case=case_id), follow_redirects=True)
    assert answer.status_code == 200
    queries = "\n".join(text for text in asked if not MACHINERY.search(text))
    found = {
        view.name
        for view in VIEWS.values()
        if any(re.search(rf"\b(?:FROM|JOIN)\s+(?:views\.)?{table.name}\b", queries) for table in view.tables)
    }
    assert found == set(READS.get(path, ()))


def test_a_banner_tells_what_is_paused_and_what_is_parked(here: Served) -> None:
    url, texts = here.house.conninfo, Texts("en")
    assert banners(here.house, "/ui/authority", texts) == []
    tamper(url, "UPDATE views.projections SET paused = true WHERE view IN ('denials', 'worklist')")
    tamper(
        url, "INSERT INTO views.parked (view, position, stream, seq, type, slice) VALUES ('samples', 1, 's', 1, 't', 0)"
    )
    try:
        assert banners(here.house, "/ui/authority", texts) == [
            "This page reads views that are paused, so it may be out of date: denials",
            "This page reads views with parked events, so single cases may be out of date: samples",
        ]
        assert "worklist" in banners(here.house, "/ui/cases", texts)[0]
        assert banners(here.house, "/ui/rulebook", texts) == []
        assert banners(None, "/ui/cases", texts) == []
        assert "本页所用视图已暂停更新" in here.client.get("/ui/cases").text
        assert "本页所用视图已暂停更新" not in here.client.get("/ui/duties").text
    finally:
        tamper(url, "UPDATE views.projections SET paused = false")
        tamper(url, "DELETE FROM views.parked")
