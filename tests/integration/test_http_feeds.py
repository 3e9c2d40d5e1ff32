"""Feeds over HTTP: what a department is given, from any point, under a contract that is in force."""

import gzip
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import jsonschema
import pytest
from msgspec.structs import replace

from adapters.erasing.run import By, Eraser, erase
from adapters.postgres.embedded import EmbeddedServer
from domain.cases.events.closing import CaseArchived, CaseTransferred
from domain.cases.events.intake import SubjectIdentified
from domain.feeds.contract import Contract, ContractApproved, ContractEnded, Delivered, feed_stream
from domain.kernel import SubjectId
from tests.support.builders import HANDLER
from tests.support.commitments import commitments
from tests.support.erasable import OVER
from tests.support.houses import carry_out, tell
from tests.support.journeys import GRANTED, OPENED, STOPPED
from tests.support.people import of_case, opened, somebody
from tests.support.samples import CONTRACT, SAMPLES
from tests.support.serving import Served, whole_house

pytestmark = pytest.mark.postgres

WIDE = replace(
    CONTRACT,
    events=(
        Delivered("case.opened", ("received_on",), persons=True),
        Delivered("case.confirmed", ("amount", "from_month"), persons=True),
        Delivered("case.grant_stopped", ("from_month",)),
        Delivered("case.transferred", ("to_division",)),
        Delivered("case.subject_identified", ("temporary",), persons=True),
        Delivered("case.personal_erased", ("subjects", "erasure")),
    ),
)


@pytest.fixture
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


def contracted(here: Served, contract: Contract = WIDE) -> None:
    tell(here.house.log, feed_stream(contract.department), ContractApproved(contract=contract))


def some_cases(here: Served, number: int = 3) -> None:
    """Cases of different persons, each opened and confirmed."""
    for n in range(number):
        members = (somebody(f"many-{n}", OVER, 20 + n),)
        for stream, event in of_case(f"n{n}", opened(f"n{n}", "dibao", members), SAMPLES["case.confirmed"]):
            tell(here.house.log, stream, event)


def asked(here: Served, holder: str = "yibao", **query: float) -> httpx.Response:
    headers = {"Authorization": f"Bearer {here.house.departments.make(holder)}"}
    return here.client.get("/feeds/yibao", params=query, headers=headers)


def given(here: Served, **query: float) -> list[dict[str, Any]]:
    answer = asked(here, "yibao", **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def types(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"].removeprefix("case.") for message in messages]


def test_messages_come_in_order_from_any_point_and_page_by_page(here: Served) -> None:
    contracted(here)
    some_cases(here)
    whole = given(here)
    assert types(whole) == ["opened", "confirmed"] * 3
    positions = [int(message["position"]) for message in whole]
    assert positions == sorted(positions)
    assert given(here, after=positions[2]) == whole[3:]
    paged, cursor, ends = [], 0, here.head()
    while cursor < ends:
        answer = asked(here, after=cursor, limit=3)
        assert int(answer.headers["anjuan-cursor"]) > cursor
        paged += answer.json()
        cursor = int(answer.headers["anjuan-cursor"])
    assert paged == whole


def test_a_message_has_the_shape_that_its_schema_tells(here: Served) -> None:
    contracted(here)
    carry_out(here.house, GRANTED)
    for message in given(here):
        schema = here.client.get(message["dataschema"]).json()
        jsonschema.validate(message["data"], schema, jsonschema.Draft202012Validator)
        assert message["id"] == here.house.log.at([int(message["position"])])[0].meta.event_id


def test_each_personal_value_is_the_one_that_the_log_has_committed_to(here: Served) -> None:
    contracted(here)
    carry_out(here.house, GRANTED)
    confirmed = given(here)[-1]["data"]
    values = [value for person in confirmed["persons"] for value in (person["id_number"], person["name"])]
    assert len(values) == len(confirmed["proofs"]) == 4
    for value, proof in zip(values, confirmed["proofs"], strict=True):
        disclosure = f'["{proof["salt"]}","{proof["path"]}",{json.dumps(value, ensure_ascii=False)}]'
        assert sha256(disclosure.encode()).hexdigest() == proof["d"]
        row = here.house.read("SELECT state FROM log.events WHERE position = %s", (proof["position"],))[0]
        assert proof["d"] in {each["d"] for each in commitments(row["state"])}


def test_the_record_that_a_message_names_is_the_one_in_the_log(here: Served) -> None:
    contracted(here)
    carry_out(here.house, OPENED)
    (message,) = given(here)
    row = here.house.read("SELECT record FROM log.events WHERE position = %s", (int(message["position"]),))[0]
    assert sha256(row["record"]).hexdigest() == message["record"]


def test_who_only_applied_is_not_told_where_the_contract_says_so(here: Served) -> None:
    contracted(here, replace(WIDE, confirmed_only=True))
    carry_out(here.house, STOPPED)
    some_cases(here, 1)
    for stream, event in of_case("o", opened("o", "dibao", (somebody("applied", OVER, 40),))):
        tell(here.house.log, stream, event)
    assert types(given(here)) == ["confirmed", "grant_stopped", "confirmed"]


def test_other_matters_and_places_are_not_told(here: Served) -> None:
    contracted(here, replace(WIDE, divisions=("320904",)))
    carry_out(here.house, GRANTED)
    assert given(here) == []
    contracted(here, replace(WIDE, version=2, matters=("tekun",)))
    assert given(here) == []


def test_whom_a_case_moves_away_from_hears_that_it_does_and_no_more(here: Served) -> None:
    contracted(here, replace(WIDE, divisions=("320903",)))
    away = CaseTransferred(transferred_on=OVER, from_division="320903002202", to_division="320904001001", reason="迁移")
    stopped = SAMPLES["case.grant_stopped"]
    for stream, event in of_case("m", opened("m", "dibao", (somebody("mover", OVER, 7),)), away, stopped):
        tell(here.house.log, stream, event)
    messages = given(here)
    assert types(messages) == ["opened", "transferred"]
    assert messages[-1]["data"]["case"]["division"] == "320904001001"


def test_who_was_found_out_later_is_told_as_known_at_each_event(here: Served) -> None:
    contracted(here)
    unknown, known = somebody("temporary", OVER, 8), somebody("known", OVER, 9)
    found = SubjectIdentified(temporary=unknown.subject, person=known, identified_on=OVER, source="比对")
    for stream, event in of_case("f", opened("f", "dibao", (unknown,)), found):
        tell(here.house.log, stream, event)
    first, second = given(here)
    assert [person["subject"] for person in first["data"]["persons"]] == [unknown.subject]
    assert [person["name"] for person in second["data"]["persons"]] == [known.name]


def test_who_was_erased_is_not_delivered_again_and_the_erasure_is_told(here: Served) -> None:
    contracted(here)
    person = somebody("canary-fed", OVER, 11)
    case = (opened("e", "dibao", (person,)), CaseArchived(archived_on=OVER, kept_until=OVER))
    for stream, event in of_case("e", *case):
        tell(here.house.log, stream, event)
    assert person.name in asked(here).text
    eraser = Eraser(here.house.locate, here.house.log)
    erase(eraser, SubjectId(person.subject), ("本人申请", "四十七条"), By("a", HANDLER.id, here.house.now()))
    answer = asked(here)
    assert person.name not in answer.text
    assert person.id_number not in answer.text
    assert types(answer.json()) == ["opened", "personal_erased"]
    assert answer.json()[0]["data"]["persons"] == [{"subject": person.subject}]


def test_an_expired_or_ended_contract_and_one_for_another_way_give_nothing(here: Served) -> None:
    carry_out(here.house, GRANTED)
    assert asked(here).json()["code"] == "UNKNOWN_FEED"
    for contract in (replace(WIDE, valid_until=OVER, valid_from=OVER), replace(WIDE, version=2, manner=("kafka",))):
        contracted(here, contract)
        answer = asked(here)
        assert (answer.status_code, answer.json()["code"]) == (403, "CONTRACT_EXPIRED")
    contracted(here, replace(WIDE, version=3))
    assert len(given(here)) == 2
    tell(here.house.log, "feed-yibao", ContractEnded(department="yibao", version=3, reason="目的已实现"))
    assert asked(here).json()["code"] == "CONTRACT_EXPIRED"


def test_a_stream_ends_when_its_contract_does(here: Served) -> None:
    contracted(here)
    carry_out(here.house, OPENED)
    headers = {"Authorization": f"Bearer {here.house.departments.make('yibao')}"}
    with here.client.stream("GET", "/feeds/yibao/stream", headers=headers) as answer:
        lines = answer.iter_lines()
        assert "opened" in next(line for line in lines if line.startswith("data:"))
        tell(here.house.log, "feed-yibao", ContractEnded(department="yibao", version=1, reason="目的已实现"))
        some_cases(here, 1)
        with pytest.raises(httpx.RemoteProtocolError):
            assert not [line for line in lines if line.startswith("data:")]


def test_each_department_has_its_own_token(here: Served) -> None:
    contracted(here)
    assert here.client.get("/feeds/yibao").status_code == 401
    answer = asked(here, holder="shenji")
    assert (answer.status_code, answer.json()["code"]) == (403, "OTHER_DEPARTMENT")


def test_a_long_poll_answers_when_something_comes(here: Served) -> None:
    contracted(here)
    found: list[list[dict[str, Any]]] = []
    waiting = threading.Thread(target=lambda: found.append(given(here, after=here.head(), wait=20)))
    waiting.start()
    carry_out(here.house, OPENED)
    waiting.join(timeout=10)
    assert [types(messages) for messages in found] == [["opened"]]
    assert given(here, after=here.head(), wait=0.3) == []


def test_a_stream_goes_on_behind_the_last_event_seen(here: Served) -> None:
    contracted(here)
    carry_out(here.house, GRANTED)
    first = given(here)[0]
    headers = {"Authorization": f"Bearer {here.house.departments.make('yibao')}", "Last-Event-ID": first["position"]}
    with here.client.stream("GET", "/feeds/yibao/stream", headers=headers) as answer:
        lines = answer.iter_lines()
        told = json.loads(next(line for line in lines if line.startswith("data:")).removeprefix("data:"))
    assert told["type"] == "case.confirmed"
    bad = here.client.get("/feeds/yibao/stream", headers={**headers, "Last-Event-ID": "x"})
    assert bad.json()["code"] == "BAD_HEADER"


def test_pages_are_zipped_for_who_can_unzip(here: Served) -> None:
    contracted(here)
    some_cases(here)
    headers = {"Authorization": f"Bearer {here.house.departments.make('yibao')}", "Accept-Encoding": "gzip"}
    with here.client.stream("GET", "/feeds/yibao", headers=headers) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(raw))) == 6
    with here.client.stream("GET", "/feeds/yibao", headers={**headers, "Accept-Encoding": "identity"}) as plain:
        assert len(json.loads(b"".join(plain.iter_raw()))) == 6


def test_what_was_handed_out_is_counted_and_on_record(here: Served) -> None:
    contracted(here)
    answer = carry_out(here.house, GRANTED)
    given(here)
    given(here)
    (row,) = here.house.read("SELECT department, contract, manner, messages FROM feeds.delivered")
    assert row == {"department": "yibao", "contract": 1, "manner": "http", "messages": 4}
    reads = here.client.get("/audit/reads", params={"case": answer.case_id}).json()["rows"]
    assert "department:yibao" in json.dumps(reads)
