"""Nothing without authority, on a real database: who confirms, what is denied, what is sampled, what is changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.authority import changes_of, competences
from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from application.asking import Request
from application.handle import handle
from application.judge import judge
from application.runs.change_authority import change_authority
from domain.authority.changes import ChangePower, GiveGrants, ResumeGrant, RevokeGrant, SuspendGrant
from domain.authority.denied import NoGrant, OverCeiling
from domain.authority.events import ActDenied
from domain.authority.posts import Post
from domain.authority.powers import Grant
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.start_grant import StartGrant
from domain.cases.persons import PersonNamed
from domain.errors import KeyReused, NoAuthority, Unavailable
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Fen, PostId
from tests.support.database import database
from tests.support.houses import house_on
from tests.support.whole_bureau import (
    ALL_POSTS,
    AMOUNT,
    DAFENG,
    YANDU,
    YANDU_RURAL,
    Town,
    act,
    do,
    in_sudden_need,
    ready_to_decide,
    set_up_all,
)

pytestmark = pytest.mark.postgres

POLICY = ALL_POSTS[PostId("320900-policy")]
DECISION_DAY = "2026-03-24"
NEED, SMALL = Fen(900_000), Fen(78_000)


@pytest.fixture(scope="module")
def house(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with database(postgres) as url, house_on(url, tmp_path_factory.mktemp("home")) as opened:
        set_up_all(opened)
        yield opened


def confirm(house: House, case_id: CaseId, who: Post, amount: Fen = AMOUNT, command_id: str = "") -> None:
    others = tuple(each for each in (YANDU.post("handler-2").id,) if who.id.startswith(YANDU.stem))
    do(
        house,
        case_id,
        "confirm_case",
        ConfirmCase(amount=amount, with_posts=others),
        act(who, DECISION_DAY, command_id),
    )


def rows(house: House, table: str, **where: object) -> list[dict[str, Any]]:
    bring_up(house.locate)
    conditions = " AND ".join(f"{name} = %s" for name in where) or "true"
    return house.read(f"SELECT * FROM views.{table} WHERE {conditions} ORDER BY position", tuple(where.values()))  # noqa: S608  (names of ours)


@pytest.mark.parametrize(("town", "urban"), [(YANDU, True), (YANDU_RURAL, False)])
def test_a_town_of_yandu_confirms_under_what_its_district_devolved(house: House, town: Town, *, urban: bool) -> None:
    case_id = ready_to_decide(house, town)
    lead = town.post("lead")
    confirm(house, case_id, lead)
    (row,) = rows(house, "decisions", case_id=case_id)
    wanted = {
        "matter": "dibao",
        "division": town.village,
        "decided_on": date(2026, 3, 24),
        "post": lead.id,
        "grant_id": "yandu-dibao-decide",
        "form": "devolved",
        "in_name_of": "镇人民政府（街道办事处）",
        "amount": AMOUNT,
        "result": "grant",
        "rule": "dibao-320903-2023-12",
        "accepted_on": date(2026, 3, 4),
        "urban": urban,
        "days": 20,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert rows(house, "denials", case_id=case_id) == []


def test_a_town_without_a_grant_is_denied_and_the_county_confirms(house: House) -> None:
    case_id = ready_to_decide(house, DAFENG)
    lead = DAFENG.post("lead")
    with pytest.raises(NoGrant):
        confirm(house, case_id, lead)
    (denied,) = rows(house, "denials", case_id=case_id)
    wanted = {
        "actor": f"{lead.id}:1",
        "post": lead.id,
        "organ": lead.organ,
        "action": "confirm_case",
        "code": "NO_GRANT",
        "matter": "dibao",
        "division": DAFENG.village,
        "amount": AMOUNT,
    }
    assert {name: denied[name] for name in wanted} == wanted
    confirm(house, case_id, DAFENG.decider)
    (decided,) = rows(house, "decisions", case_id=case_id)
    assert (decided["form"], decided["in_name_of"]) == ("statutory", DAFENG.decider.organ)


def test_nine_thousand_yuan_are_above_a_ceiling_of_six_thousand(house: House) -> None:
    case_id = in_sudden_need(house, YANDU, NEED)
    with pytest.raises(OverCeiling) as refused:
        confirm(house, case_id, YANDU.post("lead"), NEED)
    assert "600000 fen" in refused.value.detail
    (denied,) = rows(house, "denials", case_id=case_id)
    assert (denied["code"], denied["amount"]) == ("OVER_CEILING", NEED)
    within = in_sudden_need(house, YANDU, SMALL)
    confirm(house, within, YANDU.post("lead"), SMALL)
    assert rows(house, "decisions", case_id=within)[0]["amount"] == SMALL


def test_a_town_does_not_pay_above_its_ceiling_what_was_confirmed(house: House) -> None:
    case_id = in_sudden_need(house, YANDU, SMALL)
    confirm(house, case_id, YANDU.decider, SMALL)
    for grant in ("yandu-linshi-jinan-pay", "city-linshi-jinan-pay"):
        rests = SuspendGrant(grant=grant, since=date(2026, 6, 1), reason="抽查发现问题")
        change_authority(house.cases, act(POLICY, "2026-06-01"), rests)
    smaller = replace(
        _granted("smaller"), item="linshi-jinan.pay", region="320903", ceiling=Fen(SMALL - 1), pending=True
    )
    change_authority(house.cases, act(POLICY, "2026-06-01"), GiveGrants(grants=(smaller,)))
    with pytest.raises(OverCeiling):
        do(house, case_id, "start_grant", StartGrant(), act(YANDU.post("lead"), "2026-06-02"))
    (denied,) = rows(house, "denials", case_id=case_id)
    assert (denied["action"], denied["code"]) == ("start_grant", "OVER_CEILING")
    do(house, case_id, "start_grant", StartGrant(), act(YANDU.decider, "2026-06-02"))
    assert all(verdict.in_order for verdict in judge(house.log.stream(f"case-{case_id}"), house.cases.bureau.now()))


def test_a_denial_keeps_nothing_that_a_view_cannot_take_or_that_names_somebody(house: House) -> None:
    case_id = ready_to_decide(house, YANDU)
    with pytest.raises(NoAuthority):
        confirm(house, case_id, YANDU.director, Fen(10**30))
    (denied,) = rows(house, "denials", case_id=case_id)
    assert denied["amount"] == 10**15
    person = PersonNamed(name="样例", id_number=demo_citizen_id(date(1960, 1, 1), 999))
    elsewhere = OpenCase(matter="dibao", division="3209" + "某某" * 5_000, members=(person,))
    with pytest.raises(NoAuthority):
        do(house, None, "open_case", elsewhere, act(YANDU.post("handler-1"), DECISION_DAY, "told-a-name"))
    (denied,) = rows(house, "denials", action="open_case")
    assert denied["division"] == ""


def test_a_village_director_never_decides(house: House) -> None:
    case_id = ready_to_decide(house, YANDU)
    with pytest.raises(NoAuthority) as refused:
        confirm(house, case_id, YANDU.director)
    assert refused.value.code == "NO_AUTHORITY"
    (denied,) = rows(house, "denials", case_id=case_id)
    assert (denied["code"], denied["post"]) == ("NO_AUTHORITY", YANDU.director.id)


def test_a_denial_is_recorded_once_however_often_it_is_tried_again(house: House) -> None:
    case_id = in_sudden_need(house, DAFENG, NEED)
    for _ in range(3):
        with pytest.raises(OverCeiling):
            confirm(house, case_id, DAFENG.post("lead"), NEED, "tried-again")
    assert len(rows(house, "denials", case_id=case_id)) == 1
    with pytest.raises(OverCeiling):  # another act under the same key is no retry
        confirm(house, case_id, DAFENG.post("lead"), Fen(800_000), "tried-again")
    assert [row["amount"] for row in rows(house, "denials", case_id=case_id)] == [NEED, 800_000]


def test_a_denial_holds_nothing_of_the_person(house: House) -> None:
    case_id = in_sudden_need(house, DAFENG, NEED)
    with pytest.raises(OverCeiling):
        confirm(house, case_id, DAFENG.post("lead"), NEED)
    (row,) = rows(house, "denials", case_id=case_id)
    recorded = house.log.read(row["position"] - 1, 1)[0]
    assert isinstance(recorded.event, ActDenied)
    assert "样例" not in repr(recorded)
    assert recorded.stream.startswith("denial-")


class _NoAppends:
    """A log that reads, and takes nothing."""

    def __init__(self, house: House) -> None:
        self._log = house.log

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the log has)
        return getattr(self._log, name)

    def append(self, _: object) -> None:
        raise Unavailable


def test_a_refusal_reaches_the_caller_though_the_log_cannot_take_the_denial(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = in_sudden_need(house, DAFENG, NEED)
    broken = replace(house.cases, log=_NoAppends(house))
    command = ConfirmCase(amount=NEED)
    asked = Request(action="confirm_case", command=command, act=act(DAFENG.post("lead"), DECISION_DAY), case_id=case_id)
    with pytest.raises(OverCeiling):
        handle(broken, asked)
    assert "OVER_CEILING" in caplog.text
    assert rows(house, "denials", case_id=case_id) == []


def _granted(ident: str) -> Grant:
    return Grant(
        id=ident,
        item="dibao.decide",
        role="town_lead",
        region=DAFENG.stem,
        form="entrusted",
        grantor="大丰区民政局",
        in_name_of="大丰区民政局",
        basis="大丰区委托文件",
        valid_from=date(2026, 3, 1),
        sample_percent=30,
    )


class TestChanging:
    """The register changes by commands of the policy office."""

    def test_a_grant_given_works_at_once_and_one_suspended_does_not(self, house: House) -> None:
        case_id, lead = ready_to_decide(house, DAFENG), DAFENG.post("lead")
        given = GiveGrants(grants=(_granted("dafeng"),))
        first = change_authority(house.cases, act(POLICY, "2026-03-01", "give"), given)
        again = change_authority(house.cases, act(POLICY, "2026-03-01", "give"), given)
        assert first is not None
        assert again is not None
        assert (again.last, again.repeated) == (first.last, True)
        suspended = SuspendGrant(grant="dafeng", since=date(2026, 3, 20), reason="抽查发现问题")
        change_authority(house.cases, act(POLICY, "2026-03-20"), suspended)
        with pytest.raises(NoGrant):
            confirm(house, case_id, lead)
        change_authority(house.cases, act(POLICY, "2026-03-21"), ResumeGrant(grant="dafeng", on=date(2026, 3, 23)))
        confirm(house, case_id, lead)
        (row,) = rows(house, "decisions", case_id=case_id)
        assert (row["grant_id"], row["form"], row["in_name_of"]) == ("dafeng", "entrusted", "大丰区民政局")
        change_authority(
            house.cases, act(POLICY, "2026-03-25"), RevokeGrant(grant="dafeng", on=date(2026, 3, 25), reason="收回")
        )
        there = [row.grant for row in competences(house, date(2026, 3, 24), DAFENG.village, "dibao.decide")]
        after = [row.grant for row in competences(house, date(2026, 3, 25), DAFENG.village, "dibao.decide")]
        assert set(there) - set(after) == {"dafeng"}

    def test_what_is_so_already_writes_nothing(self, house: House) -> None:
        head = house.log.head().position
        given = GiveGrants(grants=(house.cases.bureau.refresh().register.grants["yandu-dibao-decide"],))
        assert change_authority(house.cases, act(POLICY, "2026-03-01"), given) is None
        assert house.log.head().position == head

    def test_a_key_used_for_something_else_is_refused(self, house: House) -> None:
        change_authority(house.cases, act(POLICY, "2026-03-01", "key"), GiveGrants(grants=(_granted("key-1"),)))
        with pytest.raises(KeyReused):
            change_authority(house.cases, act(POLICY, "2026-03-01", "key"), GiveGrants(grants=(_granted("key-2"),)))

    def test_of_those_who_change_at_once_nobody_is_lost(self, house: House) -> None:
        def give(number: int) -> object:
            command = GiveGrants(grants=(replace(_granted(f"at-once-{number}"), role="town_handler"),))
            return change_authority(house.cases, act(POLICY, "2026-03-01"), command)

        with ThreadPoolExecutor(8) as callers:
            assert all(callers.map(give, range(16)))
        assert {f"at-once-{number}" for number in range(16)} <= house.cases.bureau.refresh().register.grants.keys()

    def test_somebody_else_is_denied_and_the_denial_is_kept(self, house: House) -> None:
        who = DAFENG.decider
        with pytest.raises(NoAuthority):
            change_authority(house.cases, act(who, "2026-03-01"), GiveGrants(grants=(_granted("mine"),)))
        (denied,) = rows(house, "denials", post=who.id, action="give_grants")
        assert (denied["code"], denied["division"]) == ("NO_AUTHORITY", who.division)

    def test_a_devolution_and_its_grant_are_one_append(self, house: House) -> None:
        change = ChangePower(
            item="tekun.decide",
            kind="devolve",
            before="区民政局确认",
            after="镇确认",
            basis="大丰区下放文件",
            effective=date(2026, 5, 1),
            grants=(
                replace(_granted("dafeng-tekun"), item="tekun.decide", form="devolved", in_name_of="", region="320904"),
            ),
        )
        done = change_authority(house.cases, act(POLICY, "2026-04-20"), change)
        assert done is not None
        assert done.last == done.first + 1
        (row,) = changes_of(house, "tekun.decide")
        assert (row.kind, row.effective, row.basis, row.post) == (
            "devolve",
            date(2026, 5, 1),
            "大丰区下放文件",
            POLICY.id,
        )
