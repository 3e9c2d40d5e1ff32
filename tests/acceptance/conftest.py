"""A whole bureau with a server and a browser: one for each file of tests."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, sync_playwright

from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import project
from application.history import Activity, Trace
from application.policy import PolicyRequest, handle_policy
from application.runs.import_history import import_history
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.events.legacy import Attribute
from domain.cases.facts import Act
from domain.identity import demo_citizen_id
from domain.policy.parts import PolicyId
from tests.support import database
from tests.support.builders import RULE, RULES, application, by
from tests.support.houses import carry_out, house_on, set_up, tell
from tests.support.journeys import CONFIRMED, CORRECTING, GRANTED, OPENED, STOPPED, step
from tests.support.policies import DECIDED, LEADER, OFFICER, REVIEWER
from tests.support.scenario import Step
from tests.support.site import REGISTRAR, STATION, TOWN_HANDLER, VILLAGE, Site, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OF_OTHERS = ("shetuan-3209-2016-02", "liulang-3209-2012-09")
"""Rules for organisations, and for people at a rescue station."""
OLDER = "dibao-cn-2012-220"
JOURNEYS = {"opened": OPENED, "correcting": CORRECTING, "confirmed": CONFIRMED, "granted": GRANTED, "stopped": STOPPED}

IN_THE_TOWN = (
    step("open_case", replace(application(), division=VILLAGE), by(TOWN_HANDLER, "2026-03-02")),
    step("request_correction", RequestCorrection(defects=("缺收入声明",)), by(TOWN_HANDLER, "2026-03-03")),
)


def of_others(steps: tuple[Step, ...], number: int) -> tuple[Step, ...]:
    """The same case of other persons: nobody receives the same benefit twice."""
    first, *rest = steps
    members = tuple(
        replace(member, id_number=demo_citizen_id(date(1960 + number, 1, each), each))
        for each, member in enumerate(first.command.members, 1)  # type: ignore[attr-defined]  # it opens the case
    )
    return (replace(first, command=replace(first.command, members=members)), *rest)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Without one the tests are skipped, unless ANJUAN_REQUIRE_CHROMIUM=1."""
    if CHROMIUM is None:
        if os.environ.get("ANJUAN_REQUIRE_CHROMIUM") == "1":
            pytest.fail("ANJUAN_REQUIRE_CHROMIUM=1, and there is no Chromium on this machine")
        pytest.skip("NO CHROMIUM: the pages are not tested (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def site(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served bureau with a case at each of some stages, and one of an older system."""
    home: Path = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, house_on(url, home) as house:
        set_up(house.log)
        tell(house.log, BUREAU, PostsCreated(posts=(TOWN_HANDLER, REGISTRAR, STATION, OFFICER, REVIEWER, LEADER)))
        journeys = {**JOURNEYS, "in the town": IN_THE_TOWN}
        cases: dict[str, str] = {
            name: carry_out(house, of_others(steps, number)).case_id
            for number, (name, steps) in enumerate(journeys.items(), 1)
        }
        imported = list(import_history(house.log, "receipt", [_trace()], datetime.now(UTC)))
        assert imported[-1].traces == 1
        tell(house.log, RULEBOOK, RuleVersionPublished(version=RULES[OLDER]))
        tell(house.log, RULEBOOK, *(RuleVersionPublished(version=RULES[each]) for each in OF_OTHERS))
        cases |= {"rule": RULE.id, "older": OLDER}
        cases["policy"] = policy_of(house)
        cases["legacy"] = "legacy-receipt-case-1"
        with _projecting(house), serving(house) as address:
            shown = Site(address=address, house=house, cases=cases)
            shown.wait_for_views()
            yield shown


def policy_of(house: House) -> PolicyId:
    """A policy that was consulted on, reviewed and decided; its id."""
    policy_id: PolicyId | None = None
    for number, did in enumerate(DECIDED):
        who = did.circumstance
        act = Act(f"policy-{number}", f"{who.post.id}:1", who.post, who.on, who.on)
        policy_id = handle_policy(house.cases, PolicyRequest(did.action, did.command, act, policy_id)).policy_id
    assert policy_id
    return policy_id


def _trace() -> Trace:
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    steps = (Activity(name, "complete", "Resource01", at, at.isoformat()) for name in ("T02 Check", "T10 Determine"))
    return Trace("case-1", (Attribute("department", "string", "General"),), tuple(steps), 1)


@contextmanager
def _projecting(house: House) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=project, args=(house.locate, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
