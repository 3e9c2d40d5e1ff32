"""The benchmark runs and reports; how fast anything is, no test can say."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from adapters.bench.measure import Plan, Question, in_turns, number_bar, ratio_bar, sample

NAMES = {
    "append",
    "callers-hot",
    "callers-cold",
    "bulk-copy",
    "bulk-library",
    "catch-up-rate",
    "catch-up-library",
    "rebuild-set",
    "rebuild-lightest",
    "rebuild-case_file",
    "rebuild-worklist",
    "rebuild-duties",
    "live-rate",
    "live-lag",
    "tree-append",
    "proof-soon",
    "verify-rate",
    "bundle",
    "sealed-append",
    "seal-rate",
    "sealed-catch-up",
    "proof-p95",
    "replay",
    "decision-facts",
    "decision-confirm",
    "decision-confirm-2",
    "in-force",
    "on-day",
    "duties-page",
    "duties-overdue",
    "duties-county",
    "duties-village",
    "duties-organ",
    "duties-role",
    "duties-post",
    "duties-rare-article",
    "http-rate",
    "http-p50",
    "http-p99",
    "feed-http",
}
QUESTION = Question(name="q", what="anything", unit="events/s", bar=2)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "adapters.main", "bench", "--quick", "--json", "--scale", "0.01"]
    root = os.fspath(pytest.importorskip("adapters.main").__file__).removesuffix("/adapters/main.py")
    environment = {**os.environ, "ANJUAN_DATABASE_URL": "", "PYTHONPATH": root}
    done = subprocess.run(command, capture_output=True, check=True, timeout=300, env=environment)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.postgres
@pytest.mark.slow
class TestReport:
    def test_every_bar_is_measured(self, report: dict[str, Any]) -> None:
        assert {bar["name"] for bar in report["bars"]} == NAMES

    def test_the_verdict_follows_from_the_numbers(self, report: dict[str, Any]) -> None:
        for bar in report["bars"]:
            if bar["bar"] is None:
                assert bar["met"] is None
            elif bar["kind"] == "ratio":
                assert bar["ratio"] == pytest.approx(bar["ours"]["median"] / bar["theirs"]["median"])
                assert bar["met"] == (bar["ratio"] >= bar["bar"])
            else:
                better = bar["ours"]["median"] >= bar["bar"]
                assert bar["met"] == (better if bar["kind"] == "at_least" else bar["ours"]["median"] <= bar["bar"])

    def test_the_machine_and_its_durability_are_told(self, report: dict[str, Any]) -> None:
        machine = report["machine"]
        assert machine["cores"] >= 1
        assert machine["cpu"]
        assert machine["fsync_probe_microseconds"] > 0
        assert machine["postgresql"]["fsync"] == "on"
        assert machine["postgresql"]["synchronous_commit"] == "on"

    def test_a_scaled_run_says_so(self, report: dict[str, Any]) -> None:
        assert (report["rounds"], report["scale"]) == (1, 0.01)


def test_both_sides_take_turns() -> None:
    calls: list[str] = []

    def side(name: str, rate: float) -> float:
        calls.append(name)
        return rate

    ours, theirs = in_turns(Plan(rounds=2), lambda: side("ours", 4.0), lambda: side("theirs", 2.0))
    assert calls == ["ours", "theirs", "ours", "theirs"]
    assert (ours.median, theirs.median) == (4.0, 2.0)


def test_a_ratio_below_its_bar_is_not_met() -> None:
    assert ratio_bar(QUESTION, sample([4, 4, 4]), sample([2, 2, 2]), "them").met
    missed = ratio_bar(QUESTION, sample([3, 5, 3]), sample([2, 2, 2]), "them")
    assert (missed.met, missed.ratio, missed.ratio_lowest, missed.ratio_highest) == (False, 1.5, 1.5, 2.5)


def test_a_time_limit_is_met_from_below() -> None:
    assert number_bar(QUESTION, sample([1.9]), "at_most").met
    assert not number_bar(QUESTION, sample([2.1]), "at_most").met
    assert number_bar(QUESTION, sample([2.1]), "at_least").met
