"""Cases that an auditor asks about: handled by real commands, sometimes under a rule that was entered wrongly."""

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from msgspec.structs import replace

from adapters.audit_questions import evidence, findings
from adapters.house import House
from adapters.projector.service import bring_up
from adapters.rulebook import shipped_rules
from adapters.web.question_words import Teller, Told
from application.ports import Write
from domain.authority.events import AUTHORITY, GrantsGiven, PowersListed
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.calendar import CIVIL_ZONE
from domain.cases.actions.open_case import OpenCase
from domain.cases.persons import PersonNamed
from domain.identity import demo_citizen_id
from domain.kernel import Event, Fact, Meta
from domain.rulebook.parts import Limit, Step
from domain.rulebook.rules import RuleVersion
from projections.findings import Asked
from projections.question_registry import question_of
from tests.support.builders import HANDLER, POSTS, RULE
from tests.support.events import append
from tests.support.houses import tell
from tests.support.scenario import Step as Act

LAST_DAY = date(2026, 10, 1)
"""The day that is asked about, unless a test names another."""

_numbers = count(1)


def set_up_under(house: House, *rules: RuleVersion) -> None:
    """The bureau of the builders, with these rule versions."""
    tell(house.log, BUREAU, PostsCreated(posts=tuple(POSTS.values())))
    tell(house.log, AUTHORITY, PowersListed(items=shipped_rules().powers), GrantsGiven(grants=shipped_rules().grants))
    publish(house, *rules)


def publish(house: House, *rules: RuleVersion) -> None:
    """Rule versions enter the rulebook, or take the place of those entered wrongly."""
    tell(house.log, RULEBOOK, *(RuleVersionPublished(version=rule) for rule in rules))
    house.cases.bureau.refresh()


def limited(name: str, days: int, rule: RuleVersion = RULE) -> RuleVersion:
    """The rule with another time limit."""
    limit: Limit = rule.limits[name]
    return replace(rule, limits={**rule.limits, name: replace(limit, days=days)})


def stepped(name: str, rule: RuleVersion = RULE, **changes: Any) -> RuleVersion:  # noqa: ANN401  (fields of a step)
    """The rule with another order of steps."""
    step: Step = rule.steps[name]
    return replace(rule, steps={**rule.steps, name: replace(step, **changes)})


def of_others(steps: tuple[Act, ...], number: int, division: str = "") -> tuple[Act, ...]:
    """The same acts for other persons, perhaps elsewhere: nobody receives the same twice."""
    first, *rest = steps
    command = first.command
    assert isinstance(command, OpenCase)
    members = tuple(
        PersonNamed("样例", demo_citizen_id(date(1950 + number % 40, 2, each), 1 + number), member.relation)
        for each, member in enumerate(command.members, 1)
    )
    command = replace(command, members=members, division=division or command.division)
    return (replace(first, command=command), *rest)


def moved(step: Act, on: str, who: Post | None = None, at: str = "09:30") -> Act:
    """The same act on another day, by another post."""
    moment = datetime.combine(date.fromisoformat(on), time.fromisoformat(at), CIVIL_ZONE).astimezone(UTC)
    return replace(step, circumstance=replace(step.circumstance, on=moment, post=who or step.circumstance.post))


def write(house: House, stream: str, event: Event, on: str, who: Post = HANDLER) -> int:
    """Write an event past every check, as another program could; return its position."""
    at = datetime.combine(date.fromisoformat(on), time(9), CIVIL_ZONE).astimezone(UTC)
    number = next(_numbers)
    meta = Meta(
        event_id=f"past-{number}",
        occurred_at=at,
        actor=f"{who.id}:1",
        command_id=f"past-{number}",
        post=who.id,
        organ=who.organ,
        rule=RULE.id,
    )
    facts = (Fact(event, meta),)
    return house.log.append(append(f"past-{number}", Write(stream, len(house.log.stream(stream)), facts))).last


def asked_of(house: House, number: int, **where: Any) -> list[Told]:  # noqa: ANN401  (fields of what is asked)
    """What a question finds, once every view has the whole log."""
    bring_up(house.locate)
    question = question_of(number)
    page = findings(house, question, Asked(**{"on": LAST_DAY, **where}), 200)
    assert not page.next
    return list(map(Teller(question, house.cases.bureau.refresh()).tell, page.rows))


def found(house: House, number: int, **where: Any) -> set[tuple[str, str]]:  # noqa: ANN401  (fields of what is asked)
    """The cases that a question finds, each with the kind of finding."""
    return {(told.finding.case_id, told.finding.kind) for told in asked_of(house, number, **where)}


def proven(house: House, number: int, told: Told, **where: Any) -> list[str]:  # noqa: ANN401  (fields of what is asked)
    """The types of the events that prove a finding, in the order of the log."""
    asked = Asked(**{"on": LAST_DAY, **where})
    return [proof.type for proof in evidence(house, question_of(number), asked, told.finding.id).proofs]
