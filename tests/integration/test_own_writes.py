"""Read your writes: a read waits until its view has what was written, for a limited time, and says what is amiss."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from adapters import waiting
from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.splitting import split_into
from adapters.projector.step import Trouble
from adapters.waiting import BeyondLog, ViewBehind, ViewParked, ViewPaused
from domain.cases.events.intake import CaseAccepted
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support.builders import HANDLER
from tests.support.database import database
from tests.support.houses import carry_out, set_up
from tests.support.journeys import CONFIRMED
from tests.support.logs import tamper
from tests.support.many_cases import write_cases
from tests.support.projecting import projecting
from tests.support.serving import Served, open_test_house, served

pytestmark = pytest.mark.postgres

ALL = list(VIEWS.values())
READS = {
    "/cases": "worklist",
    "/dashboard": "dashboard",
    "/duties": "duties",
    "/duties/tallies": "duties",
    "/parity": "parity",
    "/denials": "denials",
    "/decisions": "decisions",
    "/samples": "samples",
    "/samples/owed": "decisions",
    "/policies": "policies",
}
PAGES = {
    "/ui/cases": "worklist",
    "/ui/dashboard": "dashboard",
    "/ui/duties": "duties",
    "/ui/parity": "parity",
    "/ui/policy": "policies",
    "/ui/authority": "denials",
}


@pytest.fixture
def house(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[House]:
    """Some cases, and the live views of them; nobody folds what comes then."""
    with database(postgres) as url, open_test_house(tmp_path, url) as opened:
        set_up(opened.log)
        write_cases(opened.log, 1, 10)
        bring_up(opened.locate)
        yield opened


@pytest.fixture
def here(house: House) -> Iterator[Served]:
    with served(house) as running:
        yield running


def get(here: Served, path: str, **params: Any) -> tuple[httpx.Response, float]:  # noqa: ANN401  query parameters
    """The answer, and after how many seconds it came."""
    began = time.monotonic()
    answer = here.client.get(path, params=params)
    return answer, time.monotonic() - began


def pause(house: House, view: str, *, paused: bool = True) -> None:
    tamper(house.conninfo, "UPDATE views.projections SET paused = %s WHERE view = %s", paused, view)


class TestOverHttp:
    @pytest.mark.parametrize("path", READS)
    def test_a_read_of_a_paused_view_says_so_at_once(self, here: Served, path: str) -> None:
        pause(here.house, READS[path])
        here.opened()
        answer, seconds = get(here, path, after=here.head())
        assert (answer.status_code, answer.json()["code"]) == (504, "VIEW_PAUSED")
        assert answer.json()["detail"] == READS[path]
        assert int(answer.headers["retry-after"]) > 0
        assert seconds < waiting.MOST_SECONDS
        assert get(here, path, after=here.head() - 1)[0].status_code == 200, "it had come that far"

    @pytest.mark.parametrize("path", ["/cases", "/duties", "/dashboard"])
    def test_a_read_of_a_view_that_lags_is_told_in_time(self, here: Served, path: str) -> None:
        here.opened()
        answer, seconds = get(here, path, after=here.head())
        assert (answer.status_code, answer.json()["code"]) == (504, "VIEW_BEHIND")
        assert waiting.MOST_SECONDS <= seconds < waiting.MOST_SECONDS + 1

    def test_an_event_that_is_parked_is_told_though_the_view_has_passed_it(
        self, here: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case_id = here.opened()
        here.act(case_id, "accept-case")
        parked = here.head()
        monkeypatch.setitem(VIEWS, "worklist", without_acceptances(VIEWS["worklist"]))
        with projecting(here.house.locate, list(VIEWS.values())) as mine:
            mine.advance(list(VIEWS.values()), trouble=Trouble(suspects={"worklist"}))
        answer, seconds = get(here, "/cases", after=parked)
        assert (answer.status_code, answer.json()["code"]) == (504, "VIEW_PARKED")
        assert seconds < waiting.MOST_SECONDS
        assert get(here, "/duties", after=parked)[0].status_code == 200, "only that view has parked it"
        other = here.opened()
        bring_up(here.house.locate)
        assert get(here, "/cases", after=here.head())[0].status_code == 200, "another case is not concerned"
        assert other

    def test_what_is_folded_while_somebody_waits_is_read(self, here: Served) -> None:
        case_id = here.opened()
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(get, here, f"/cases/{case_id}", after=here.head())
            bring_up(here.house.locate)
            assert asked.result()[0].json()["version"] == 1


class TestWaiting:
    def test_a_view_is_as_far_as_its_slowest_range(self, house: House) -> None:
        with session(house.locate) as (connection, _):
            split_into(connection, ALL, "streams", 3)
        write_cases(house.log, 2, 12)
        head = house.log.head().position
        with projecting(house.locate, ALL) as mine:
            streams = [lease for lease in mine.leases if lease.lane == "streams"]
            for left, lease in zip((2, 1, 0), streams, strict=True):
                mine.leases = [lease]
                while mine.advance(ALL).events:
                    pass
                if left:
                    with pytest.raises(ViewBehind):
                        house.positions.wait(head, "worklist")
        house.positions.wait(head, "worklist", "case_file")

    def test_all_views_that_are_asked_for_must_be_there(self, house: House) -> None:
        write_cases(house.log, 2, 2)
        pause(house, "samples")
        bring_up(house.locate)
        head = house.log.head().position
        house.positions.wait(head, "worklist", "decisions")
        with pytest.raises(ViewPaused):
            house.positions.wait(head, "decisions", "samples")

    def test_nobody_waits_for_a_view_that_is_paused(self, house: House) -> None:
        write_cases(house.log, 2, 2)
        began = time.monotonic()
        pause(house, "worklist")
        with pytest.raises(ViewPaused):
            house.positions.wait(house.log.head().position, "worklist")
        assert time.monotonic() - began < waiting.MOST_SECONDS

    def test_a_view_that_goes_back_is_waited_for_again(self, house: House) -> None:
        head = house.log.head().position
        house.positions.wait(head, "worklist")
        tamper(house.conninfo, "UPDATE views.checkpoint SET position = 1 WHERE view = 'worklist'")
        with pytest.raises(ViewBehind):
            house.positions.wait(head, "worklist")

    def test_nobody_waits_for_what_the_log_does_not_have(self, house: House) -> None:
        began = time.monotonic()
        with pytest.raises(BeyondLog):
            house.positions.wait(house.log.head().position + 1, "worklist")
        assert time.monotonic() - began < waiting.MOST_SECONDS

    def test_what_is_parked_of_a_command_that_wrote_to_several_streams_is_told_by_its_last_position(
        self, house: House
    ) -> None:
        """A confirmation writes to the case and to its persons, whose streams come last."""
        case_id = carry_out(house, CONFIRMED).case_id
        confirmed = house.log.stream(f"case-{case_id}")[-1]
        (command,) = house.read("SELECT * FROM log.commands WHERE command_id = %s", (confirmed.meta.command_id,))
        assert command["last_position"] > confirmed.position
        bring_up(house.locate)
        row = ("worklist", confirmed.position, confirmed.stream, confirmed.seq, confirmed.type, 0)
        tamper(
            house.conninfo,
            "INSERT INTO views.parked (view, position, stream, seq, type, slice) VALUES (%s, %s, %s, %s, %s, %s)",
            *row,
        )
        with pytest.raises(ViewParked):
            house.positions.wait(command["last_position"], "worklist")
        house.positions.wait(command["last_position"], "dashboard")
        house.positions.wait(command["first_position"] - 1, "worklist")


class TestPages:
    @pytest.mark.parametrize("path", PAGES)
    def test_the_pages_after_an_act_wait_for_it_or_say_what_is_amiss(self, here: Served, path: str) -> None:
        with httpx.Client(base_url=here.client.base_url, timeout=30) as browser:
            browser.cookies.set("anjuan_token", here.house.tokens.make(HANDLER.id, f"{HANDLER.id}:1"), path="/ui")
            pause(here.house, PAGES[path])
            noted(browser, here.opened(), str(here.client.base_url))
            for language, words in (
                ("zh", f"视图 {PAGES[path]} 已被运维人员暂停更新"),
                ("en", f"paused the view {PAGES[path]}"),
            ):
                assert words in browser.get(path, params={"lang": language}).text
                others = here.client.get(path, params={"lang": language}).text
                assert words not in others, "others are told that the view rests, not that their act is missing"
            pause(here.house, PAGES[path], paused=False)
            bring_up(here.house.locate)
            assert 'note" role="status' not in browser.get(path).text
        browser.close()

    def test_a_position_that_was_made_up_holds_no_page_up(self, here: Served) -> None:
        for text in ("999999999999", "x", "9" * 30, "-1"):
            here.client.cookies.set("anjuan_after", text)
            answer, seconds = get(here, "/ui/cases")
            assert answer.status_code == 200
            assert seconds < waiting.MOST_SECONDS


def noted(browser: httpx.Client, case_id: str, address: str) -> None:
    """Add a note by the form, as a browser sends it."""
    page = f"/ui/cases/{case_id}/act/add_note"
    command_id = browser.get(page).text.partition('name="command_id" value="')[2][:36]
    sent = browser.post(
        page, data={"text": "已电话联系", "command_id": command_id}, headers={"Origin": address.rstrip("/")}
    )
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith(f"/ui/cases/{case_id}?after=")


def without_acceptances(view: View) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        if isinstance(recorded.event, CaseAccepted):
            raise ZeroDivisionError
        view.fold(rows, recorded)

    return replace(view, fold=fold)
