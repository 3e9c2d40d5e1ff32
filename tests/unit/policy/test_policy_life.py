"""From draft to norm: nothing comes into force before everybody was asked, the law was read and the bureau decided."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.bureau_events import RuleVersionPublished
from domain.errors import Refused
from domain.kernel import Command, Event
from domain.policy.consulting import AnswerComment, SubmitComment
from domain.policy.deciding import DecideCollectively
from domain.policy.drafting import ReviseDraft
from domain.policy.events import CommentReceived, ConsultationClosed, DraftRevised, PolicyPublished
from domain.rulebook.parts import Track
from domain.rulebook.rules import RuleVersion
from tests.support.builders import HANDLER, Circumstance, by, post
from tests.support.policies import (
    ANSWERED,
    ANSWERED_AGAIN,
    ASKED_DOWN,
    ASKED_UP,
    CLOSED,
    COMMENTED,
    COMMENTED_AGAIN,
    CONSULTED,
    DECIDED,
    LEADER,
    OFFICER,
    OLD,
    POLICY_ID,
    PUBLISHED,
    RESEARCHED,
    Desk,
    Did,
    agreed,
    drafted,
    faster,
    reviewed,
)

COUNTY_OFFICER = post("320903", "policy", "policy_officer")


def after(*acts: Did) -> Desk:
    desk = Desk()
    desk.do(*acts)
    return desk


def refused(desk: Desk, did: Did) -> Refused:
    with pytest.raises(Refused) as caught:
        desk.decide(did)
    return caught.value


def act(action: str, command: Command, who: Circumstance) -> Did:
    return Did(action, command, who)


def types(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def published_versions(desk: Desk) -> dict[str, RuleVersion]:
    events = desk.do(PUBLISHED)
    return {event.version.id: event.version for event in events if isinstance(event, RuleVersionPublished)}


def test_a_policy_goes_from_draft_to_publication() -> None:
    events = after(*DECIDED).do(PUBLISHED)
    assert events[0] == PolicyPublished(
        document="盐民发〔2026〕30号",
        published_on=date(2026, 9, 28),
        versions=("dibao-3209-2027-01",),
        ended=("dibao-3209-2026-07",),
    )
    assert types(list(events[1:])) == [RuleVersionPublished, RuleVersionPublished]


def test_publication_puts_the_rule_into_force_in_the_name_of_the_policy() -> None:
    assert published_versions(after(*DECIDED))["dibao-3209-2027-01"] == replace(faster(), policy=POLICY_ID)


def test_what_the_rule_replaces_ends_on_the_day_it_begins() -> None:
    desk = after(*DECIDED, PUBLISHED)
    before, on = (desk.book.in_force("dibao", "320904100", day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert before == replace(OLD, valid_to=date(2027, 1, 1))
    assert on is not None
    assert on.limits["opinion"].days == 10


def test_no_rule_comes_into_force_without_a_legality_review() -> None:
    refusal = refused(after(drafted(), *CONSULTED), PUBLISHED)
    assert (refusal.code, bool(refusal.basis)) == ("LEGALITY_REVIEW_MISSING", True)


def test_a_review_that_was_not_passed_is_none() -> None:
    desk = after(drafted(), *CONSULTED, reviewed(passed=False))
    assert refused(desk, PUBLISHED).code == "LEGALITY_REVIEW_MISSING"
    assert refused(desk, agreed()).code == "LEGALITY_REVIEW_MISSING"


def test_no_rule_comes_into_force_without_a_collective_decision() -> None:
    assert refused(after(drafted(), *CONSULTED, reviewed()), PUBLISHED).code == "DECISION_MISSING"


def test_a_rejected_draft_is_not_published() -> None:
    command = DecideCollectively(meeting="局长办公会", held_on=date(2026, 9, 25), participants=7, result="rejected")
    rejected = act("decide_collectively", command, by(LEADER, "2026-09-25"))
    assert refused(after(drafted(), *CONSULTED, reviewed(), rejected), PUBLISHED).code == "DECISION_MISSING"


def test_one_alone_does_not_decide_collectively() -> None:
    command = DecideCollectively(meeting="局长", held_on=date(2026, 9, 25), participants=1, result="approved")
    alone = act("decide_collectively", command, by(LEADER, "2026-09-25"))
    assert refused(after(drafted(), *CONSULTED, reviewed()), alone).detail == "participants"


def test_a_revised_draft_is_reviewed_and_decided_again() -> None:
    desk = after(*DECIDED)
    revised = act(
        "revise_draft", ReviseDraft(versions=(faster(days=12),), reason="采纳意见"), by(OFFICER, "2026-09-26")
    )
    assert types(list(desk.do(revised))) == [DraftRevised]
    assert refused(desk, PUBLISHED).code == "LEGALITY_REVIEW_MISSING"
    desk.do(reviewed(on="2026-09-27"), agreed("2026-09-28"), PUBLISHED)
    assert desk.book.by_id["dibao-3209-2027-01"].limits["opinion"].days == 12


def test_research_comes_before_the_consultation() -> None:
    assert refused(after(drafted()), ASKED_DOWN).code == "RESEARCH_MISSING"


def test_the_consultation_closes_only_when_every_comment_is_answered() -> None:
    desk = after(drafted(), RESEARCHED, ASKED_DOWN, ASKED_UP, COMMENTED, COMMENTED_AGAIN, ANSWERED)
    refusal = refused(desk, CLOSED)
    assert (refusal.code, refusal.detail) == ("COMMENTS_OPEN", "2")
    assert desk.do(ANSWERED_AGAIN, CLOSED) == [ConsultationClosed(date(2026, 9, 21), comments=2, adopted=1)]


@pytest.mark.parametrize(("asked", "missing"), [(ASKED_DOWN, "up"), (ASKED_UP, "down")])
def test_the_consultation_goes_both_ways(asked: Did, missing: str) -> None:
    refusal = refused(after(drafted(), RESEARCHED, asked), CLOSED)
    assert (refusal.code, refusal.detail) == ("CONSULTATION_MISSING", missing)


def test_the_consultation_stays_open_as_long_as_was_announced() -> None:
    desk = after(drafted(), RESEARCHED, ASKED_DOWN, ASKED_UP)
    on_the_last_day = replace(CLOSED, circumstance=by(OFFICER, "2026-09-20"))
    refusal = refused(desk, on_the_last_day)
    assert (refusal.code, refusal.detail) == ("CONSULTATION_RUNNING", "2026-09-20")


def test_a_comment_that_is_not_adopted_is_told_why() -> None:
    desk = after(drafted(), RESEARCHED, ASKED_DOWN, COMMENTED)
    silent = act("answer_comment", AnswerComment(number=1, adopted=False), by(OFFICER, "2026-09-10"))
    assert refused(desk, silent).code == "REASON_MISSING"


def test_an_answer_stays() -> None:
    desk = after(drafted(), RESEARCHED, ASKED_DOWN, COMMENTED, ANSWERED)
    other = act("answer_comment", AnswerComment(number=1, adopted=False, reason="改主意"), by(OFFICER, "2026-09-11"))
    assert refused(desk, other).code == "INVALID_VALUE"


def test_every_post_may_comment_while_it_is_asked() -> None:
    desk = after(drafted(), RESEARCHED, ASKED_DOWN)
    assert desk.do(COMMENTED) == [CommentReceived(1, "down", HANDLER.id, "人手不足，建议先试点")]
    upwards = act(
        "submit_comment", SubmitComment(direction="up", text="同意", of="江苏省民政厅"), by(OFFICER, "2026-09-10")
    )
    assert refused(desk, upwards).code == "CONSULTATION_MISSING"


def test_nobody_comments_on_what_is_not_laid_open() -> None:
    assert refused(after(drafted()), COMMENTED).code == "WRONG_ORDER"


@pytest.mark.parametrize("did", [drafted(), RESEARCHED, CLOSED, PUBLISHED, reviewed(), agreed()])
def test_each_act_has_its_role(did: Did) -> None:
    desk = after(*DECIDED[:3])
    other = replace(did, circumstance=by(HANDLER, "2026-09-22"))
    refusal = refused(desk, other)
    assert (refusal.code, refusal.detail) == ("NO_AUTHORITY", did.action)


def test_a_county_cannot_draft_rules_for_the_city() -> None:
    county = replace(drafted(), circumstance=by(COUNTY_OFFICER, "2026-09-01"))
    refusal = refused(Desk(), county)
    assert (refusal.code, refusal.detail) == ("NO_AUTHORITY", "region 3209")


def test_a_county_drafts_rules_for_itself() -> None:
    own = replace(faster(), id="dibao-320903-2027-01", region="320903")
    desk = after(replace(drafted(own), circumstance=by(COUNTY_OFFICER, "2026-09-01")))
    assert desk.state.division == "320903000000"


def test_a_county_does_not_touch_the_policy_of_the_city() -> None:
    other = replace(RESEARCHED, circumstance=by(COUNTY_OFFICER, "2026-09-02"))
    assert refused(after(drafted()), other).code == "NO_AUTHORITY"


def test_a_rule_version_is_published_once() -> None:
    assert refused(Desk(), drafted(OLD)).detail == "versions: dibao-3209-2026-07 is taken"


def test_a_dual_track_without_basis_is_not_published() -> None:
    split = replace(faster(), tracks=(Track(parameter="standard", urban=80_000, rural=78_000),))
    refusal = refused(after(drafted(split), *CONSULTED, reviewed(), agreed()), PUBLISHED)
    assert refusal.code == "DUAL_TRACK"


def test_a_dual_track_with_a_cited_basis_is_published() -> None:
    cited = Track(parameter="standard", urban=80_000, rural=78_000, basis="过渡期方案，至2027年底并轨")
    desk = after(drafted(replace(faster(), tracks=(cited,))), *CONSULTED, reviewed(), agreed(), PUBLISHED)
    assert desk.state.stage == "published"


def test_rule_data_with_a_fault_are_not_published() -> None:
    broken = replace(faster(), limits={})
    refusal = refused(after(drafted(broken), *CONSULTED, reviewed(), agreed()), PUBLISHED)
    assert refusal.code == "RULE_FAULTY"


def test_a_published_policy_is_done() -> None:
    desk = after(*DECIDED, PUBLISHED)
    revised = act("revise_draft", ReviseDraft(versions=(faster(days=9),), reason="再改"), by(OFFICER, "2026-10-01"))
    assert refused(desk, revised).code == "WRONG_ORDER"
