"""An adverse decision rests on a signal only once somebody has confirmed it; one that names none is as before."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from domain.cases.grounds import confirmed
from domain.kernel import SubjectId
from domain.signals.events import Verdict
from domain.signals.refusals import VerdictMissing
from domain.signals.state import Signal
from tests.support.builders import DECIDER, by, facts

DEATH = Signal(
    source="gongan",
    id="hk-1",
    kind="death",
    subject=SubjectId("subject-1"),
    happened_on=date(2026, 1, 5),
    received_at=datetime(2026, 1, 6, tzinfo=UTC),
)


def told(signal: Signal | None = None, **verdicts: Verdict) -> str:
    known = replace(signal or DEATH, verdicts={matter.removeprefix("all"): made for matter, made in verdicts.items()})
    return confirmed("gongan:hk-1", replace(facts(by(DECIDER, "2026-03-02")), signal=known))


def test_no_signal_is_no_question() -> None:
    assert confirmed("", facts(by(DECIDER, "2026-03-02"))) == ""


def test_a_verdict_for_the_matter_or_for_all_is_enough() -> None:
    assert told(dibao="confirmed") == told(all="confirmed") == "gongan:hk-1"
    assert told(all="dismissed", dibao="confirmed") == "gongan:hk-1"


def test_without_one_nothing_is_decided() -> None:
    with pytest.raises(VerdictMissing):
        confirmed("gongan:hk-1", facts(by(DECIDER, "2026-03-02")))
    for verdicts in ({}, {"all": "dismissed"}, {"tekun": "confirmed"}, {"all": "confirmed", "dibao": "dismissed"}):
        with pytest.raises(VerdictMissing):
            told(**verdicts)  # type: ignore[arg-type]  # verdicts by matter
    with pytest.raises(VerdictMissing):
        told(replace(DEATH, kind="medical_bill"), all="confirmed")
