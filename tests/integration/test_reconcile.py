"""Reconciling: whoever holds all hears that it is equal; what was lost, altered or added is told, row by row."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from adapters.feeds.reconciling import last_reconciled, reconciles
from adapters.postgres.embedded import EmbeddedServer
from domain.feeds.contract import Contract, ContractApproved, ContractEnded, Delivered, feed_stream
from domain.feeds.reconciling import Key, Sum
from tests.support.command_line import fault, read, run, said
from tests.support.houses import tell
from tests.support.reconciling import Message, as_csv, as_json, cases_in_days, held, holder, whole_feed
from tests.support.samples import CONTRACT
from tests.support.serving import Served, whole_house

pytestmark = pytest.mark.postgres

TYPES = ("case.opened", "case.confirmed", "case.grant_started")
WIDE = replace(CONTRACT, events=tuple(Delivered(name, persons=name == "case.opened") for name in TYPES))
NARROW = replace(WIDE, version=2, divisions=("320904",), events=(Delivered("case.grant_increased"),), persons=())


@pytest.fixture
def here(
    postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        monkeypatch.setenv("ANJUAN_HOME", str(running.house.settings.home))
        monkeypatch.setenv("ANJUAN_DATABASE_URL", running.house.conninfo)
        contracted(running, WIDE)
        cases_in_days(running.house, 12)
        yield running


def contracted(here: Served, contract: Contract) -> None:
    tell(here.house.log, feed_stream(contract.department), ContractApproved(contract=contract))


def file_of(folder: Path, rows: dict[Key, Sum]) -> str:
    file = folder / "theirs.csv"
    file.write_text(as_csv(rows), "utf-8")
    return str(file)


def posted(
    here: Served, content: str, kind: str = "text/csv", department: str = "yibao", **query: int
) -> httpx.Response:
    headers = {**holder(here, department), "Content-Type": kind}
    return here.client.post("/feeds/yibao/reconcile", content=content, headers=headers, params=query)


def row_of(message: Message) -> Key:
    return message["time"][:10], message["data"]["case"]["division"][:6]


def test_who_holds_the_whole_feed_is_told_that_all_is_equal(here: Served, tmp_path: Path) -> None:
    messages = whole_feed(here)
    theirs = held(messages)
    assert len(messages) == 36
    assert len(theirs) == 6
    file = file_of(tmp_path, theirs)
    last = max(int(message["position"]) for message in messages)
    summary = f"6 行 rows, 0 行不一致 differ; 我方 ours 36, 对方 theirs 36; 我方计至 ours up to @{last}\n"
    assert said("feed", "reconcile", "yibao", file) == summary
    assert said("feed", "reconcile", "yibao", file, "--all").count("一致 equal") == 6
    assert read("feed", "reconcile", "yibao", file)["lines"] == []
    for content, kind in ((as_csv(theirs), "text/csv"), (json.dumps(as_json(theirs)), "application/json")):
        report = posted(here, content, kind).json()
        assert (report["differing"], report["upto"]) == (0, last)
        assert {line["verdict"] for line in report["lines"]} == {"equal"}


def test_exactly_what_was_lost_altered_and_added_is_told(here: Served, tmp_path: Path) -> None:
    messages = whole_feed(here)
    lost, altered, *_ = [message for message in messages if message["time"].startswith("2026-03-03")]
    gone = [message for message in messages if message["time"].startswith("2026-03-04")]
    kept = [message for message in messages if message not in (lost, *gone)]
    other = next(message for message in kept if row_of(message)[1] != row_of(lost)[1])
    changed = [{**message, "record": "0" * 64} if message is other else message for message in kept]
    added = {**altered, "id": "of-nobody", "time": "2026-05-01T00:00:00Z"}
    theirs = held([*changed, added])
    result = run("feed", "reconcile", "yibao", file_of(tmp_path, theirs), "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    told = {(line["day"], line["division"]): line["verdict"] for line in report["lines"]}
    assert told == {row_of(lost): "differs", row_of(other): "differs", row_of(added): "extra"} | {
        row_of(message): "missing" for message in gone
    }
    firsts = {
        key: min(int(m["position"]) for m in messages if row_of(m) == key) for key in told if key != row_of(added)
    }
    assert {(line["day"], line["division"]): line["first"] for line in report["lines"]} == firsts | {
        row_of(added): None
    }
    over_http = posted(here, as_csv(theirs)).json()
    assert [line for line in over_http["lines"] if line["verdict"] != "equal"] == report["lines"]
    lines = run("feed", "reconcile", "yibao", file_of(tmp_path, theirs)).stdout.splitlines()
    assert len(lines) == 1 + len(told) + 1
    assert f"对方缺失 missing there | @{firsts[row_of(gone[0])] - 1}" in "\n".join(lines)


def test_a_new_version_in_between_changes_what_was_sent_from_there_on(here: Served) -> None:
    before = whole_feed(here)
    contracted(here, NARROW)
    cases_in_days(here.house, 6)
    cursor = int(before[-1]["position"])
    after = here.client.get("/feeds/yibao", params={"after": cursor}, headers=holder(here)).json()
    assert {message["type"] for message in after} == {"case.grant_increased"}
    assert posted(here, as_csv(held(before + after))).json()["differing"] == 0
    assert posted(here, as_csv(held(before))).json()["differing"] > 0
    # Whoever starts anew under the second version has more of it, and what the first one gave is still counted.
    again = whole_feed(here)
    everything = {message["id"]: message for message in [*before, *after, *again]}
    assert len(everything) > len(before) + len(after)
    assert posted(here, as_csv(held(list(everything.values())))).json()["differing"] == 0
    tell(here.house.log, feed_stream("yibao"), ContractEnded(department="yibao", version=2, reason="目的已实现"))
    assert posted(here, as_csv(held(list(everything.values())))).json()["differing"] == 0


def test_until_counts_ours_up_to_there(here: Served, tmp_path: Path) -> None:
    messages = whole_feed(here)
    until = int(messages[9]["position"])
    file = file_of(tmp_path, held(messages[:10]))
    assert run("feed", "reconcile", "yibao", file).exit_code == 1
    assert read("feed", "reconcile", "yibao", file, "--until", str(until))["upto"] == until
    assert posted(here, as_csv(held(messages[:10])), until=until).json()["differing"] == 0
    nothing = posted(here, as_csv({}), until=0).json()
    assert (nothing["upto"], nothing["lines"]) == (0, [])


def test_what_was_never_delivered_is_not_ours(here: Served) -> None:
    report = posted(here, as_csv({("2026-03-02", "320903"): Sum(1, "0" * 64)})).json()
    assert [line["verdict"] for line in report["lines"]] == ["extra"]
    assert (report["ours"], report["theirs"], report["upto"]) == (0, 1, 0)


def test_each_run_is_kept_in_numbers(here: Served, tmp_path: Path) -> None:
    messages = whole_feed(here)
    said("feed", "reconcile", "yibao", file_of(tmp_path, held(messages)))
    posted(here, as_csv(held(messages[1:])))
    posted(here, "nothing")
    second, first = reconciles(here.house, "yibao")
    assert (first.rows, first.differing, first.ours, first.theirs) == (6, 0, 36, 36)
    assert (second.rows, second.differing, second.ours, second.theirs) == (6, 1, 36, 35)
    assert first.upto == second.upto == int(messages[-1]["position"])
    assert last_reconciled(here.house) == {"yibao": second}


def test_only_the_department_itself_may_ask(here: Served) -> None:
    assert here.client.post("/feeds/yibao/reconcile", content=as_csv({})).status_code == 401
    other = posted(here, as_csv({}), department="shenji")
    assert (other.status_code, other.json()["code"]) == (403, "OTHER_DEPARTMENT")
    without = here.client.post("/feeds/shenji/reconcile", content=as_csv({}), headers=holder(here, "shenji"))
    assert (without.status_code, without.json()["code"]) == (404, "UNKNOWN_FEED")


def test_what_cannot_be_read_is_refused_with_its_place(here: Served, tmp_path: Path) -> None:
    bad = as_csv({("2026-03-02", "320903"): Sum(1, "short")})
    answer = posted(here, bad)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        422,
        "BAD_HOLDINGS",
        "line 2: digest",
    )
    assert posted(here, bad, "text/plain").json()["code"] == "BAD_HEADER"
    assert posted(here, bad, "application/json").json()["code"] == "BAD_HOLDINGS"
    assert posted(here, bad + " " * 1024 * 1024).json()["code"] == "BODY_TOO_LARGE"
    file = tmp_path / "bad.csv"
    file.write_text(bad, "utf-8")
    assert fault("feed", "reconcile", "yibao", str(file)).startswith("Error: BAD_HOLDINGS")
    assert "line 2: digest" in fault("feed", "reconcile", "yibao", str(file))
    assert "UNKNOWN_FEED" in fault("feed", "reconcile", "shenji", file_of(tmp_path, {}))


def test_the_document_names_it_with_the_token_it_takes(here: Served) -> None:
    path = here.client.get("/openapi.json").json()["paths"]["/feeds/{department}/reconcile"]["post"]
    assert path["requestBody"]["content"].keys() == {"text/csv", "application/json"}
    assert path["security"] == [{"department": []}]
