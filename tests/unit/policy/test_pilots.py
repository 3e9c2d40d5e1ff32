"""What works becomes a norm: tried in named divisions and dates, measured, evaluated, promoted, or closed."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.errors import Refused
from domain.policy.events import PilotOpened, PromotedToNorm
from domain.policy.piloting import ClosePilot, OpenPilot, PromotePilot
from tests.support.builders import by
from tests.support.policies import (
    CITED,
    CONSULTED,
    DECIDED,
    EVALUATED,
    MEASURED,
    NORM,
    OFFICER,
    OLD,
    PILOT,
    PILOTED,
    POLICY_ID,
    PROMOTED,
    PUBLISHED,
    RENEWED,
    TOWNS,
    TRIED,
    Desk,
    Did,
    drafted,
    reviewed,
)

DURING = date(2026, 11, 2)
CLOSING = Did("close_pilot", ClosePilot(reason="差错率上升"), by(OFFICER, "2026-12-01"))


def after(*acts: Did) -> Desk:
    desk = Desk()
    desk.do(*acts)
    return desk


def code(desk: Desk, did: Did) -> str:
    with pytest.raises(Refused) as caught:
        desk.decide(did)
    return caught.value.code


def opinion_days(desk: Desk, division: str, day: date) -> int:
    rule = desk.book.in_force("dibao", division, day)
    assert rule is not None
    return rule.limits["opinion"].days


def test_a_pilot_has_one_rule_version_for_each_named_division() -> None:
    opened, *published = after(*DECIDED).do(PILOTED)
    assert isinstance(opened, PilotOpened)
    assert opened.versions == tuple(f"dibao-3209-2027-01@{PILOT}@{town}" for town in TOWNS)
    assert len(published) == 3


def test_a_pilot_needs_a_decided_policy() -> None:
    assert code(after(drafted(), *CONSULTED), PILOTED) == "LEGALITY_REVIEW_MISSING"
    assert code(after(drafted(), *CONSULTED, reviewed()), PILOTED) == "DECISION_MISSING"


@pytest.mark.parametrize(
    ("division", "day", "days"),
    [
        ("320903104203", date(2026, 10, 8), 10),
        ("320903104203", date(2027, 3, 31), 10),
        ("320904100001", DURING, 10),
        ("320903104203", date(2026, 10, 7), 15),
        ("320903104203", date(2027, 4, 1), 15),
        ("320903106201", DURING, 15),
        ("320902001", DURING, 15),
    ],
)
def test_pilot_rules_hold_only_in_the_named_divisions_and_dates(division: str, day: date, days: int) -> None:
    assert opinion_days(after(*DECIDED, PILOTED), division, day) == days


def test_pilot_versions_name_their_pilot_and_their_policy() -> None:
    rule = after(*DECIDED, PILOTED).book.in_force("dibao", TOWNS[0], DURING)
    assert rule is not None
    assert (rule.pilot, rule.policy, rule.cites_pilot) == (PILOT, POLICY_ID, "")


@pytest.mark.parametrize("divisions", [(), ("320903104", "320100"), ("3209",)])
def test_a_pilot_is_in_a_part_of_the_place_the_rule_is_for(divisions: tuple[str, ...]) -> None:
    command = OpenPilot(divisions=divisions, valid_from=date(2026, 10, 8), valid_to=date(2027, 4, 1), hypothesis="可行")
    assert code(after(*DECIDED), replace(PILOTED, command=command)) == "INVALID_VALUE"


def test_a_pilot_ends_after_it_begins() -> None:
    command = OpenPilot(divisions=TOWNS, valid_from=date(2026, 10, 8), valid_to=date(2026, 10, 8), hypothesis="可行")
    assert code(after(*DECIDED), replace(PILOTED, command=command)) == "RULE_FAULTY"


def test_a_pilot_is_promoted_to_a_norm_that_cites_it() -> None:
    desk = after(*TRIED, *RENEWED)
    norm, *_ = desk.do(PROMOTED)
    assert norm == PromotedToNorm(
        pilot=PILOT,
        document="盐民发〔2027〕2号",
        promoted_on=date(2027, 1, 20),
        versions=(NORM.id,),
        ended=(OLD.id,),
    )
    rule = desk.book.in_force("dibao", "320902001", date(2027, 5, 1))
    assert rule == replace(NORM, policy=POLICY_ID)
    assert opinion_days(desk, "320902001", date(2027, 4, 30)) == 15


def test_a_pilot_that_was_not_evaluated_is_not_promoted() -> None:
    assert code(after(*DECIDED, PILOTED, MEASURED), PROMOTED) == "PILOT_NOT_EVALUATED"


def test_a_pilot_that_was_not_measured_is_not_evaluated() -> None:
    assert code(after(*DECIDED, PILOTED), EVALUATED) == "PILOT_NOT_MEASURED"


def test_a_norm_that_does_not_cite_the_pilot_is_not_published() -> None:
    assert code(after(*TRIED), PROMOTED) == "PILOT_NOT_CITED"


def test_the_norm_is_reviewed_and_decided_after_the_evaluation() -> None:
    assert code(after(*TRIED, CITED), PROMOTED) == "LEGALITY_REVIEW_MISSING"
    assert code(after(*TRIED, CITED, reviewed(on="2027-01-08")), PROMOTED) == "DECISION_MISSING"


def test_the_draft_stays_as_it_is_while_it_is_tried_out() -> None:
    assert code(after(*DECIDED, PILOTED, MEASURED), CITED) == "PILOT_NOT_EVALUATED"


def test_a_draft_cites_no_pilot_of_others() -> None:
    foreign = replace(NORM, cites_pilot="another-1")
    assert code(Desk(), drafted(foreign)) == "INVALID_VALUE"


def test_while_a_pilot_runs_nothing_is_published_beside_it() -> None:
    assert code(after(*DECIDED, PILOTED), PUBLISHED) == "PILOT_RUNNING"
    other = OpenPilot(divisions=TOWNS[:1], valid_from=date(2026, 11, 1), valid_to=date(2027, 4, 1), hypothesis="可行")
    assert code(after(*DECIDED, PILOTED), replace(PILOTED, command=other)) == "PILOT_RUNNING"


def test_a_pilot_is_measured_within_its_dates_and_not_ahead_of_time() -> None:
    desk = after(*DECIDED, PILOTED)
    assert code(desk, replace(MEASURED, circumstance=by(OFFICER, "2026-12-30"))) == "INVALID_VALUE"


def test_the_rules_of_a_closed_pilot_end_with_the_day() -> None:
    desk = after(*DECIDED, PILOTED, CLOSING)
    assert opinion_days(desk, "320903104203", date(2026, 12, 1)) == 10
    assert opinion_days(desk, "320903104203", date(2026, 12, 2)) == 15
    assert desk.state.pilots[-1].end == "closed"


def test_a_closed_pilot_is_not_promoted() -> None:
    assert code(after(*DECIDED, PILOTED, CLOSING), PROMOTED) == "NO_PILOT"


def test_a_pilot_is_not_closed_without_a_reason() -> None:
    desk = after(*DECIDED, PILOTED)
    assert code(desk, replace(CLOSING, command=ClosePilot(reason=" "))) == "REASON_MISSING"


def test_after_a_pilot_was_closed_another_may_begin() -> None:
    desk = after(*DECIDED, PILOTED, CLOSING)
    command = OpenPilot(
        divisions=TOWNS, valid_from=date(2027, 1, 4), valid_to=date(2027, 6, 1), hypothesis="配足人手后可行"
    )
    opened = desk.do(replace(PILOTED, command=command, circumstance=by(OFFICER, "2026-12-10")))[0]
    assert isinstance(opened, PilotOpened)
    assert opened.pilot == f"{POLICY_ID}-2"


def test_a_promoted_policy_is_published() -> None:
    desk = after(*TRIED, *RENEWED, PROMOTED)
    assert (desk.state.stage, desk.state.document) == ("published", "盐民发〔2027〕2号")
    again = Did("promote_pilot", PromotePilot(document="盐民发〔2027〕9号"), by(OFFICER, "2027-02-01"))
    assert code(desk, again) == "NO_PILOT"
