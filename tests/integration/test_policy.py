"""Policies on a real log: the rule and its policy in one append, cases pinned to pilots, impact without a trace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.house import House
from adapters.projector.service import bring_up
from adapters.rulebook import shipped_rules
from application.asking import Answer
from application.policy import PolicyAnswer, PolicyRequest, handle_policy, read_policy
from application.runs.set_up_bureau import set_up_bureau
from domain.authority.events import AUTHORITY, ActDenied, GrantsGiven, PowersListed
from domain.bureau_events import BUREAU, RULEBOOK, MatterPublished, PostsCreated, RuleVersionPublished
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.events.intake import CaseAccepted
from domain.cases.facts import Act
from domain.errors import KeyReused, NoAuthority, Refused
from domain.policy.deciding import PublishPolicy
from domain.policy.drafting import ReviseDraft
from domain.policy.parts import PolicyId
from domain.policy.refusals import UnknownPolicy
from projections.views.policies.queries import policies, policy_rows
from projections.views.policies.view import PolicyRow
from tests.support.builders import HANDLER, POSTS, by
from tests.support.events import NOON
from tests.support.houses import house_on, request, stream_of, tell
from tests.support.journeys import OPENED, step
from tests.support.policies import (
    ASKED_DOWN,
    CITED,
    DECIDED,
    EVALUATED,
    LEADER,
    MEASURED,
    OFFICER,
    PILOTED,
    PROMOTED,
    PUBLISHED,
    RENEWED,
    RESEARCHED,
    REVIEWER,
    Did,
)

pytestmark = pytest.mark.postgres

_numbers = count(1)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as house:
        data = shipped_rules()
        tell(house.log, BUREAU, PostsCreated(posts=(*POSTS.values(), OFFICER, REVIEWER, LEADER)))
        rules = [RuleVersionPublished(version=version) for version in data.versions]
        tell(house.log, RULEBOOK, *[MatterPublished(matter=matter) for matter in data.matters], *rules)
        tell(house.log, AUTHORITY, PowersListed(items=data.powers), GrantsGiven(grants=data.grants))
        yield house


def wish(did: Did, policy_id: PolicyId | None, command_id: str = "") -> PolicyRequest:
    who = did.circumstance
    act = Act(
        command_id=command_id or f"policy-act-{next(_numbers)}",
        actor=f"{who.post.id}:1",
        post=who.post,
        occurred_at=who.on,
        received_at=who.on,
    )
    return PolicyRequest(action=did.action, command=did.command, act=act, policy_id=policy_id)


def carried_out(house: House, *acts: Did) -> PolicyAnswer:
    """Draft a policy and do the rest to it; pilots are cited by the name that they got."""
    first, *rest = acts
    answer = handle_policy(house.cases, wish(first, None))
    for did in rest:
        answer = handle_policy(house.cases, wish(_of_this(did, answer.policy_id), answer.policy_id))
    return answer


def _of_this(did: Did, policy_id: PolicyId) -> Did:
    if did is not CITED:
        return did
    assert isinstance(did.command, ReviseDraft)
    versions = tuple(replace(version, cites_pilot=f"{policy_id}-1") for version in did.command.versions)
    return replace(did, command=replace(did.command, versions=versions))


def opened_and_accepted(house: House, month: str) -> Answer:
    """A case of a village in a pilot's town."""
    opened = house.handle(request(replace(OPENED[0], circumstance=by(HANDLER, f"{month}-02"))))
    return house.handle(request(step("accept_case", AcceptCase(), by(HANDLER, f"{month}-03")), opened.case_id))


def acceptance(house: House, answer: Answer) -> CaseAccepted:
    (accepted,) = (event for event in stream_of(house, answer) if isinstance(event, CaseAccepted))
    return accepted


def test_the_policy_and_its_rule_come_in_one_append(house: House) -> None:
    answer = carried_out(house, *DECIDED, PUBLISHED)
    assert answer.events == ("policy.published", "rule.version_published", "rule.version_published")
    *_, published, new, ended = house.log.read(answer.position - 3, 3)
    assert [each.stream for each in (published, new, ended)] == [f"policy-{answer.policy_id}", "rulebook", "rulebook"]
    assert len({each.meta.command_id for each in (published, new, ended)}) == 1
    rule = house.cases.bureau.now().rulebook.in_force("dibao", "320904100", date(2027, 1, 1))
    assert rule is not None
    assert (rule.id, rule.policy, rule.limits["opinion"].days) == ("dibao-3209-2027-01", answer.policy_id, 10)


def test_setting_the_bureau_up_again_leaves_the_end_that_a_policy_gave(house: House) -> None:
    carried_out(house, *DECIDED, PUBLISHED)
    head = house.log.head().position
    set_up_bureau(house.log, house.cases.bureau, {}, shipped_rules(), NOON)
    assert house.log.head().position == head
    assert house.cases.bureau.now().rulebook.by_id["dibao-3209-2026-07"].valid_to == date(2027, 1, 1)


def test_a_refused_publication_leaves_the_rulebook_as_it_was(house: House) -> None:
    drafted = carried_out(house, *DECIDED[:-1])
    before = len(house.log.stream(RULEBOOK))
    with pytest.raises(Refused, match="DECISION_MISSING"):
        handle_policy(house.cases, wish(PUBLISHED, drafted.policy_id))
    assert len(house.log.stream(RULEBOOK)) == before


def test_a_command_repeated_under_its_id_writes_nothing_more(house: House) -> None:
    first = handle_policy(house.cases, wish(DECIDED[0], None, "draft-once"))
    head = house.log.head().position
    again = handle_policy(house.cases, wish(DECIDED[0], None, "draft-once"))
    assert (again.repeated, again.policy_id, again.position) == (True, first.policy_id, first.position)
    assert house.log.head().position == head
    with pytest.raises(KeyReused):
        handle_policy(house.cases, wish(RESEARCHED, first.policy_id, "draft-once"))


def test_of_two_publications_at_once_one_is_written(house: House) -> None:
    decided = carried_out(house, *DECIDED)
    other = replace(PUBLISHED, command=PublishPolicy(document="盐民发〔2026〕31号"))
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda did: _code(house, did, decided.policy_id), (PUBLISHED, other)))
    assert sorted(answers) == ["", "WRONG_ORDER"]
    rules = [each.event for each in house.log.stream(RULEBOOK)]
    published = [each for each in rules if isinstance(each, RuleVersionPublished)]
    assert sum(each.version.policy == decided.policy_id for each in published) == 1


def _code(house: House, did: Did, policy_id: PolicyId) -> str:
    try:
        handle_policy(house.cases, wish(did, policy_id))
    except Refused as refused:
        return refused.code
    return ""


def test_an_act_without_authority_is_kept_for_the_auditor(house: House) -> None:
    drafted = carried_out(house, *DECIDED[:2])
    with pytest.raises(NoAuthority):
        handle_policy(house.cases, wish(replace(ASKED_DOWN, circumstance=by(HANDLER, "2026-09-03")), drafted.policy_id))
    denied = house.log.read(house.log.head().position - 1, 1)[0].event
    assert isinstance(denied, ActDenied)
    assert (denied.action, denied.code) == ("open_consultation", "NO_AUTHORITY")


def test_a_policy_that_nobody_drafted_is_not_known(house: House) -> None:
    with pytest.raises(UnknownPolicy):
        handle_policy(house.cases, wish(RESEARCHED, PolicyId("nothing")))
    with pytest.raises(UnknownPolicy):
        read_policy(house.log, PolicyId("nothing"))


def test_a_case_accepted_under_a_pilot_is_judged_by_it_and_stays_so_after_its_end(house: House) -> None:
    pilot = carried_out(house, *DECIDED, PILOTED)
    accepted = opened_and_accepted(house, "2026-11")
    assert acceptance(house, accepted).rule == f"dibao-3209-2027-01@{pilot.policy_id}-1@320903104"
    assert acceptance(house, accepted).due.on == date(2026, 11, 17)  # 10 working days
    noted = house.handle(request(step("add_note", AddNote(text="入户"), by(HANDLER, "2027-04-12")), accepted.case_id))
    last = house.log.stream(f"case-{noted.case_id}")[-1]
    assert last.meta.rule == acceptance(house, accepted).rule


def test_before_the_pilot_the_old_rule_holds(house: House) -> None:
    carried_out(house, *DECIDED, PILOTED)
    accepted = opened_and_accepted(house, "2026-09")
    assert acceptance(house, accepted).rule == "dibao-320903-2026-07"


def test_an_evaluated_pilot_is_promoted_to_the_norm_of_the_city(house: House) -> None:
    acts = (*DECIDED, PILOTED, MEASURED, EVALUATED, *RENEWED, PROMOTED)
    answer = carried_out(house, *acts)
    rulebook = house.cases.bureau.now().rulebook
    norm = rulebook.in_force("dibao", "320902001", date(2027, 5, 1))
    assert norm is not None
    assert (norm.cites_pilot, norm.policy) == (f"{answer.policy_id}-1", answer.policy_id)
    assert read_policy(house.log, answer.policy_id).state.stage == "published"


def listed(house: House) -> list[PolicyRow]:
    bring_up(house.locate)
    return policies(house.read(*policy_rows()))


def test_the_view_counts_comments_and_answers(house: House) -> None:
    carried_out(house, *DECIDED[:6])
    (row,) = listed(house)
    assert (row.stage, row.comments, row.answered, row.adopted) == ("consulting", 2, 0, 0)
    assert (row.matters, row.versions) == ("dibao", "dibao-3209-2027-01")


@pytest.mark.parametrize("most", [1, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])
def test_the_view_tells_what_the_stream_tells(house: House, most: int) -> None:
    acts = (*DECIDED, PILOTED, MEASURED, EVALUATED, *RENEWED, PROMOTED)
    answer = carried_out(house, *acts[:most])
    state = read_policy(house.log, answer.policy_id).state
    (row,) = listed(house)
    assert (row.policy_id, row.stage, row.document, row.published_on) == (
        state.id,
        state.stage,
        state.document,
        state.published_on,
    )
    assert row.review == ("passed" if state.reviewed else "")
    assert row.decision == (state.decision.result if state.decision else "")
    assert row.answered == sum(each.reply is not None for each in state.comments)
    assert row.pilot == (state.pilots[-1].id if state.pilots else "")
