"""The demonstration on a real log: every act through its decision, views that agree, nothing twice."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.house import House, open_house
from adapters.projector.service import bring_up
from adapters.reference import load_bureau
from adapters.rulebook import shipped_rules
from adapters.settings import Settings
from application.asking import Request
from application.judge import judge
from application.ports import Append, Appended, Conflict
from application.runs import simulate as running
from application.runs.demo.plans import Planner
from application.runs.set_up_bureau import set_up_bureau
from application.runs.simulate import Demo, simulate
from domain.authority.events import ActDenied
from domain.cases.actions.add_note import AddNote
from domain.cases.evolve import fold
from domain.cases.facts import Act
from domain.cases.state import CaseState
from domain.errors import Unavailable
from domain.kernel import CaseId, PostId, Recorded
from domain.rulebook.faults import RuleData
from projections.views.case_file.view import CASE_FILE
from tests.support.command_line import anjuan

CASES = 140
MATTERS = 12
"""At least so many of them appear in these cases."""
END = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(Settings(home=tmp_path / "home", database_url=database_url)) as opened:
        set_up(opened)
        yield opened


def set_up(house: House) -> int:
    return set_up_bureau(house.log, house.cases.bureau, load_bureau(END), shipped_rules(), NOW)


def demo(house: House, cases: int = CASES) -> Demo:
    return Demo(Planner(3, house.cases.bureau.now(), house.cases.calendar, END), cases, NOW)


def whole_log(house: House) -> list[Recorded]:
    recorded: list[Recorded] = []
    while batch := house.log.read(len(recorded), 5_000):
        recorded += batch
    return recorded


def acts(house: House) -> int:
    """How many events the cases have: one for each act."""
    return sum(recorded.stream.startswith("case-") for recorded in whole_log(house))


def folded(house: House) -> dict[str, CaseState]:
    events = defaultdict(list)
    for recorded in whole_log(house):
        if recorded.stream.startswith("case-"):
            events[recorded.stream.removeprefix("case-")].append(recorded.event)
    return {case_id: fold(history) for case_id, history in events.items()}  # type: ignore[arg-type]  # case events


def test_the_bureau_is_set_up_once(house: House) -> None:
    position = house.log.head().position
    assert position > 0
    assert set_up(house) == 0
    assert house.log.head().position == position
    assert len(house.cases.bureau.now().posts) > 2_000


def test_a_post_that_changed_is_written_again(house: House) -> None:
    posts = load_bureau(END)
    changed = replace(posts[PostId("320903-decider")], title_zh="新名称")
    assert set_up_bureau(house.log, house.cases.bureau, {**posts, changed.id: changed}, RuleData(), NOW) == 1
    assert house.cases.bureau.now().posts[changed.id] == changed


def test_every_case_is_told_to_its_end_and_the_views_agree(house: House) -> None:
    simulated = simulate(house.cases, demo(house))
    bring_up(house.locate)

    assert (simulated.cases, simulated.left, simulated.there) == (CASES, 0, 0)
    assert len({state.matter for state in folded(house).values()}) > MATTERS
    states = folded(house)
    load = CASE_FILE.tables[0].load
    stored = house.read("SELECT * FROM views.case_file")
    rows = [load(tuple(row[name] for name in CASE_FILE.tables[0].columns)) for row in stored]
    assert {row.case_id: row.state for row in rows} == states
    stages = house.read("SELECT stage, count(*) AS cases FROM views.worklist GROUP BY stage")
    assert {row["stage"]: row["cases"] for row in stages} == Counter(state.stage for state in states.values())
    counted = house.read("SELECT stage, sum(cases)::int8 AS cases FROM views.dashboard_count GROUP BY stage")
    assert {row["stage"]: row["cases"] for row in counted if row["cases"]} == Counter(s.stage for s in states.values())


def test_events_of_different_cases_interleave_in_the_order_of_time(house: House) -> None:
    simulate(house.cases, demo(house))
    cases = [recorded for recorded in whole_log(house) if recorded.stream.startswith("case-")]
    moments = [recorded.meta.occurred_at for recorded in cases]
    assert moments == sorted(moments)
    assert cases[0].stream != cases[30].stream


def test_who_acted_is_told_as_in_any_case(house: House) -> None:
    simulate(house.cases, demo(house, 70))
    for recorded in whole_log(house):
        if recorded.stream.startswith("case-"):
            meta = recorded.meta
            assert meta.actor == f"{meta.post}:1"
            assert meta.authority is not None
            assert meta.rule
            assert meta.organ


def test_kin_of_a_handler_is_registered_separately(house: House) -> None:
    simulate(house.cases, demo(house))
    separate = [state for state in folded(house).values() if state.kin_posts]
    assert len(separate) == CASES // 67
    for state in separate:
        assert not {post for visit in state.visits for post in visit.investigators} & set(state.kin_posts)


def test_a_second_run_writes_nothing_and_a_larger_one_only_what_is_new(house: House) -> None:
    simulate(house.cases, demo(house, 50))
    position = house.log.head().position
    again = simulate(house.cases, demo(house, 50))
    assert (again.cases, again.events, again.there) == (0, 0, 50)
    assert house.log.head().position == position

    more = simulate(house.cases, demo(house, 60))
    assert (more.cases, more.there, more.left) == (10, 50, 0)


def test_every_act_is_in_order_by_the_rule_of_its_day(house: House) -> None:
    simulate(house.cases, demo(house))
    acts_of_cases = [recorded for recorded in whole_log(house) if recorded.stream.startswith("case-")]
    verdicts = judge(acts_of_cases, house.cases.bureau.now())
    assert len(verdicts) == len(acts_of_cases)
    assert [verdict for verdict in verdicts if verdict.fault] == []


def test_acts_without_authority_are_denied_and_each_denial_is_kept_once(house: House) -> None:
    simulate(house.cases, demo(house))
    denied = [recorded.event for recorded in whole_log(house) if isinstance(recorded.event, ActDenied)]
    plans = [demo(house).planner.plan(number) for number in range(1, CASES + 1)]
    assert len(denied) == sum(len(plan.attempts) for plan in plans) > 0
    assert {event.case for event in denied} == {plan.case_id for plan in plans if plan.attempts}

    position = house.log.head().position
    simulate(house.cases, demo(house))
    assert house.log.head().position == position


def stop_half_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose the server after three batches of a hundred acts."""
    append_many, batches = house.log.append_many, iter(range(3))

    def until_lost(appends: Sequence[Append]) -> list[Appended | Conflict]:
        if next(batches, None) is None:
            raise Unavailable
        return append_many(appends)

    monkeypatch.setattr(running, "BATCH_APPENDS", 100)
    with monkeypatch.context() as losing:
        losing.setattr(house.log, "append_many", until_lost)
        with pytest.raises(Unavailable):
            simulate(house.cases, demo(house))


def test_a_run_that_was_cut_off_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_half_way(house, monkeypatch)
    assert acts(house) == 300

    monkeypatch.setattr(running, "BLOCK_CASES", 50)  # plans are independent of how many are held at a time
    rest = simulate(house.cases, demo(house))
    assert rest.left == 0
    planner = demo(house).planner
    steps = sum(len(planner.plan(number).steps) for number in range(1, CASES + 1))
    assert acts(house) == steps
    assert len(folded(house)) == CASES


def test_a_case_that_somebody_works_on_is_left_to_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_half_way(house, monkeypatch)
    found = folded(house).items()
    running_cases = [
        case_id for case_id, state in found if state.stage in {"opened", "accepted"} and state.matter == "dibao"
    ]
    case_id, before = running_cases[-1], len(folded(house))
    state = folded(house)[case_id]
    post = house.cases.bureau.now().posts[PostId(f"{state.division[:9]}-lead")]
    act = Act(command_id="by-hand", actor="by-hand", post=post, occurred_at=NOW, received_at=NOW)
    house.handle(Request("add_note", AddNote("看一看"), act, CaseId(case_id)))

    rest = simulate(house.cases, demo(house))
    assert rest.left == 1
    assert folded(house)[case_id].notes == state.notes + 1
    assert before < len(folded(house)) == CASES


def test_the_command_prints_what_there_is_and_where_to_look(tmp_path: Path, database_url: str) -> None:
    run = anjuan(tmp_path, database_url, "demo", "--once", "--cases", "40", "--port", "8123")
    assert run.returncode == 0, run.stderr
    assert "http://127.0.0.1:8123/ui/cases/" in run.stdout
    assert run.stdout.count("anj_") == 2
    assert any((tmp_path / "documents").rglob("*")), "the papers that the cases name are kept"

    again = anjuan(tmp_path, database_url, "demo", "--once", "--cases", "40")
    assert "new events: 0" in again.stdout
