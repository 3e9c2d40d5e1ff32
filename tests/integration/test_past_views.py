"""Views as of past moments over HTTP: what was answered then is answered again, to the row, whatever came since."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from msgspec.structs import replace

from adapters.postgres.embedded import EmbeddedServer
from domain.calendar import civil_day
from domain.identity import demo_citizen_id
from tests.support.builders import INVESTIGATOR, LEAD, STRANGER
from tests.support.houses import carry_out
from tests.support.journeys import GRANTED, REFUSED
from tests.support.many_cases import write_cases
from tests.support.scenario import Step
from tests.support.serving import Served, whole_house

pytestmark = pytest.mark.postgres

READS: dict[str, dict[str, Any]] = {
    "/cases": {"limit": 200},
    "/cases?": {"limit": 200, "order": "due", "stage": "accepted"},
    "/dashboard": {"by": ["matter", "division", "stage", "month"]},
    "/duties": {"limit": 200},
    "/duties?": {"limit": 200, "state": "overdue"},
    "/duties/tallies": {"by": "organ"},
    "/duties/tallies?": {"by": "post"},
    "/parity": {},
    "/denials": {},
    "/decisions": {},
    "/samples": {},
    "/samples/owed": {},
    "/policies": {},
}
PAGES = {
    "/ui/cases": {"sort": "opened"},
    "/ui/dashboard": {"matter": "dibao"},
    "/ui/duties": {"state": "overdue"},
    "/ui/parity": {"matter": "all"},
}
_CONTENT = re.compile(r"<(?:table|dl)\b.*?</(?:table|dl)>", re.DOTALL)
_MOMENT = re.compile(r"[?&](?:amp;)?at(?:_position|_time)?=[^&\"]*")


class Kept(NamedTuple):
    """What was answered at a moment of which the last position is known."""

    at: datetime
    position: int
    case_id: str
    answers: dict[str, Any]
    pages: dict[str, list[str]]


def content(page: str) -> list[str]:
    """The figures and tables of a page; their links without the moment that they keep."""
    return [_MOMENT.sub("", part).replace("?&amp;", "?") for part in _CONTENT.findall(page)]


def household(steps: tuple[Step, ...], number: int) -> tuple[Step, ...]:
    """The same case of persons of its own."""
    opening = steps[0].command
    members = tuple(
        replace(member, id_number=demo_citizen_id((datetime(1950, 1, 1) + timedelta(days=number * 9 + each)).date(), 1))  # noqa: DTZ001  a birthday
        for each, member in enumerate(opening.members)  # type: ignore[attr-defined]  # it opens the case
    )
    return (replace(steps[0], command=replace(opening, members=members)), *steps[1:])


def write_some(here: Served, number: int) -> str:
    """Cases in all stages, real decisions, an act that is denied; the id of the one that goes on later."""
    write_cases(here.house.log, 100 + number, 12)
    carry_out(here.house, household((GRANTED, REFUSED)[number % 2], number))
    case_id = here.opened(members=[{"name": "样例", "id_number": demo_citizen_id(datetime(1940, 1, 1 + number), 1)}])  # noqa: DTZ001  a birthday
    assert here.act(case_id, "accept-case", STRANGER, occurred_at="2026-03-05T09:00:00+08:00").status_code == 403
    here.act(case_id, "accept-case", occurred_at="2026-03-05T09:00:00+08:00")
    return case_id


def keep(here: Served, case_id: str) -> Kept:
    """Record what is answered now that nothing is being written."""
    head = here.head()
    answers = {path: read(here, path, after=head, **asked).json() for path, asked in READS.items()}
    answers["case"] = read(here, f"/cases/{case_id}", after=head).json()
    pages = {path: content(read(here, path, **asked).text) for path, asked in PAGES.items()}
    assert here.head() == head
    return Kept(datetime.now(UTC), head, case_id, answers, pages)


def read(here: Served, path: str, **asked: Any) -> httpx.Response:  # noqa: ANN401  query parameters
    """Ask until the view is built."""
    for _ in range(60):
        answer = here.client.get(path.rstrip("?"), params=asked)
        if answer.status_code not in (202, 503):
            assert answer.status_code == 200, answer.text
            return answer
    raise AssertionError("never built")


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def past(here: Served) -> list[Kept]:
    """What was answered at four moments, between them and after them much was written."""
    kept = []
    for number in range(4):
        case_id = write_some(here, number)
        kept.append(keep(here, case_id))
        here.act(case_id, "assign-case", LEAD, to_post=INVESTIGATOR.id, occurred_at="2026-03-09T09:00:00+08:00")
        here.act(case_id, "terminate-case", LEAD, reason="拒不配合调查", occurred_at="2026-03-10T09:00:00+08:00")
    write_some(here, 4)
    return kept


@pytest.mark.parametrize("path", READS)
def test_what_was_answered_then_is_answered_again_to_the_row(here: Served, past: list[Kept], path: str) -> None:
    asked = READS[path]
    for then in past:
        for moment in ({"at": then.at.isoformat()}, {"at_position": then.position}):
            again = read(here, path, **asked, **moment)
            assert again.json() == then.answers[path]
            assert again.headers["x-position"] == str(then.position)
    assert read(here, "/dashboard", by=["stage"], after=here.head()).json() != past[-1].answers["/dashboard"]


def test_the_recorded_answers_were_worth_comparing(past: list[Kept]) -> None:
    empty = {path for path in READS if past[-1].answers[path] in ([], {"rows": [], "next": None})}
    assert empty <= {"/samples", "/samples/owed", "/policies"}
    for path in set(READS) - {"/samples", "/samples/owed", "/policies"}:
        assert len({str(then.answers[path]) for then in past}) == len(past), path


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_again_what_it_showed_then(here: Served, past: list[Kept], path: str) -> None:
    asked = PAGES[path]
    for then in past:
        local = then.at.astimezone()
        page = read(here, path, **asked, at=local.isoformat()).text
        assert content(page) == then.pages[path]
        assert f"{then.position:,}" in page
        assert then.pages[path]


def test_a_case_is_read_as_it_stood_without_waiting_for_anything(here: Served, past: list[Kept]) -> None:
    for then in past:
        found = here.client.get(f"/cases/{then.case_id}", params={"at": then.at.isoformat()})
        assert found.json() == then.answers["case"]
        assert (found.headers["etag"], found.headers["x-position"]) == ('"2"', str(then.position))
        again = here.client.get(
            f"/cases/{then.case_id}", params={"at_position": then.position}, headers={"If-None-Match": '"2"'}
        )
        assert again.status_code == 304
    before = here.client.get(f"/cases/{past[-1].case_id}", params={"at_position": past[0].position})
    assert (before.status_code, before.json()["code"]) == (404, "UNKNOWN_CASE")


def test_what_is_overdue_is_judged_at_the_moment(past: list[Kept]) -> None:
    due = [datetime.fromisoformat(row["duty"]["due_at"]) for row in past[0].answers["/duties?"]["rows"]]
    assert due
    assert max(due) < past[0].at
    rows = past[0].answers["/duties"]["rows"]
    assert sum(datetime.fromisoformat(row["duty"]["due_at"]) < past[0].at for row in rows) == len(due)


def events(here: Served) -> list[tuple[int, datetime, str]]:
    found = here.house.read("SELECT position, recorded_at, stream FROM log.events ORDER BY position")
    return [(row["position"], row["recorded_at"], row["stream"]) for row in found]


def shown(here: Served, **moment: Any) -> tuple[int, str | None]:  # noqa: ANN401  query parameters
    """The position and the recorded time that an answer tells."""
    answer = read(here, "/denials", **moment)
    return int(answer.headers["x-position"]), answer.headers.get("x-recorded-at")


class TestBoundaries:
    def test_a_position_tells_two_events_of_the_same_time_apart(self, here: Served, past: list[Kept]) -> None:
        assert past
        log = events(here)
        first = next(at for at, each in enumerate(log) if log[at + 1][1] == each[1] and each[2].startswith("case-"))
        position, recorded_at, stream = log[first]
        last = max(each[0] for each in log if each[1] == recorded_at)
        before = recorded_at - timedelta(microseconds=1)
        assert shown(here, at=recorded_at.isoformat()) == (last, recorded_at.isoformat())
        assert shown(here, at_position=position) == (position, recorded_at.isoformat())
        assert shown(here, at=before.isoformat())[0] == min(each[0] for each in log if each[1] == recorded_at) - 1
        case_id = stream.removeprefix("case-")
        assert here.client.get(f"/cases/{case_id}", params={"at_position": position}).json()["position"] == position

    def test_before_the_first_event_there_is_nothing(self, here: Served, past: list[Kept]) -> None:
        assert past
        for moment in ({"at": "2020-01-01"}, {"at_position": 0}):
            assert shown(here, **moment) == (0, None)
            assert read(here, "/cases", **moment).json() == {"rows": [], "next": None}
            assert read(here, "/dashboard", **moment).json() == {"counts": [], "steps": []}
            for path in PAGES:
                assert "当时尚无任何记录" in read(here, path, **moment).text

    def test_exactly_now_is_the_whole_log_and_stays_so(self, here: Served, past: list[Kept]) -> None:
        assert past
        now, head = datetime.now(UTC), here.head()
        assert shown(here, at=now.isoformat())[0] == head
        case_id = here.opened()
        assert shown(here, at=now.isoformat())[0] == head
        assert shown(here, at_position=here.head())[0] == here.head() > head
        assert here.client.get(f"/cases/{case_id}", params={"at": now.isoformat()}).status_code == 404

    def test_what_has_not_come_yet_is_refused(self, here: Served, past: list[Kept]) -> None:
        assert past
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        for moment in (
            {"at": tomorrow.isoformat()},
            {"at": civil_day(datetime.now(UTC)).isoformat()},
            {"at_position": str(here.head() + 1)},
            {"at_position": str(10**17)},
        ):
            for path in ("/cases", "/dashboard", f"/cases/{past[0].case_id}"):
                answer = here.client.get(path, params=moment)
                assert (answer.status_code, answer.json()["code"]) == (409, "NOT_YET")
            page = here.client.get("/ui/dashboard", params=moment)
            assert (page.status_code, "该时刻尚未到来" in page.text) == (409, True)

    def test_a_day_is_its_end_in_shanghai(self, here: Served, past: list[Kept]) -> None:
        """The log of this test began today: its days before are empty, whatever hour it is elsewhere."""
        assert past
        yesterday = civil_day(events(here)[0][1]) - timedelta(days=1)
        answer = read(here, "/denials", at=yesterday.isoformat())
        assert answer.headers["x-as-of"] == f"{yesterday}T23:59:59.999999+08:00"
        assert answer.headers["x-position"] == "0"

    @pytest.mark.parametrize(
        ("asked", "named"),
        [
            ({"at": "2026-03-02T09:00:00"}, "at"),
            ({"at": "2026-02-30"}, "at"),
            ({"at": "yesterday"}, "at"),
            ({"at": "1772413200"}, "at"),
            ({"at": "2026-03-02T9:00:00+08:00"}, "at"),
            ({"at_position": "-1"}, "at_position"),
            ({"at_position": "x"}, "at_position"),
            ({"at_position": "1", "at": "2026-03-02"}, "at_position"),
            ({"at_position": "1", "after": "2"}, "after"),
        ],
    )
    def test_a_moment_that_is_none_is_named(self, here: Served, asked: dict[str, str], named: str) -> None:
        answer = here.client.get("/cases", params=asked)
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "BAD_QUERY", named)

    @pytest.mark.parametrize(
        "query", ["at=x", "at_position=x", "at_time=09:00", "at=2026-03-02&at_position=1", "at=%00"]
    )
    def test_a_moment_that_is_none_is_refused_with_a_page(self, here: Served, query: str) -> None:
        answer = here.client.get(f"/ui/duties?{query}")
        assert (answer.status_code, "请求不正确" in answer.text) == (400, True)


def test_a_moment_waits_for_appends_that_are_under_way(here: Served, past: list[Kept]) -> None:
    """An append has its time before it is seen: whoever asks for a moment after it must not miss it."""
    assert past
    with psycopg.connect(here.house.conninfo) as appending:
        began = appending.execute("SELECT at FROM log.lock_head()").fetchall()[0][0]
        answer = here.client.get("/denials", params={"at": began.isoformat()})
        assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE"), "not answered without it"
        assert here.client.get("/denials", params={"at": past[0].at.isoformat()}).status_code == 200
        appending.rollback()
    assert shown(here, at=began.isoformat())[0] == here.head()


def test_the_bureau_is_the_one_that_was_known_then(here: Served, past: list[Kept]) -> None:
    memory = here.house.cases.bureau
    then, now = memory.at(past[0].position), memory.refresh()
    assert (then.posts, then.rulebook, then.register) == (now.posts, now.rulebook, now.register)
    assert len(then.kin) < len(now.kin), "declared since"
    assert memory.at(past[0].position) is then
    assert memory.at(here.head()) is now
    assert (memory.at(0).posts, memory.at(0).rulebook.by_id, memory.at(0).register.grants) == ({}, {}, {})
    assert set(memory.at(1).posts) == set(now.posts)
    assert memory.at(1).rulebook.by_id == {}


def test_every_read_of_a_view_takes_a_moment_and_a_position(here: Served) -> None:
    paths = here.client.get("/openapi.json").json()["paths"]
    for path in {each.rstrip("?") for each in READS} | {"/cases/{case_id}"}:
        assert {"after", "at", "at_position"} <= {each["name"] for each in paths[path]["get"]["parameters"]}, path
    assert "percent" in here.client.get("/openapi.json").json()["components"]["schemas"]["Problem"]["properties"]
