"""Houses on a test database, with the builders' posts and rule; requests made from steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from adapters.house import House, open_house
from adapters.rulebook import shipped_rules
from adapters.settings import Settings
from application.asking import Answer, Request
from application.ports import EventLog, Write
from domain.authority.events import AUTHORITY, GrantsGiven, PowersListed
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.cases.facts import Act
from domain.kernel import CaseId, Event
from tests.support.builders import POSTS, RULE
from tests.support.events import append, fact_of
from tests.support.scenario import Step

_numbers = count(1)


@contextmanager
def house_on(url: str, home: Path) -> Iterator[House]:
    """A house; two on the same home share their key."""
    with open_house(Settings(home=home, database_url=url, readers=4)) as house:
        yield house


def set_up(log: EventLog) -> None:
    """The bureau of the builders."""
    tell(log, BUREAU, PostsCreated(posts=tuple(POSTS.values())))
    tell(log, RULEBOOK, RuleVersionPublished(version=RULE))
    tell(log, AUTHORITY, PowersListed(items=shipped_rules().powers), GrantsGiven(grants=shipped_rules().grants))


def tell(log: EventLog, stream: str, *events: Event) -> None:
    """Append events of the bureau."""
    facts = tuple(map(fact_of, events))
    log.append(append(f"tell-{next(_numbers)}", Write(stream, len(log.stream(stream)), facts)))


def request(
    step: Step, case_id: CaseId | None = None, command_id: str | None = None, if_match: int | None = None
) -> Request:
    """The step as a request; with a command id of its own unless one is given."""
    post, on = step.circumstance.post, step.circumstance.on
    command_id = command_id or f"request-{next(_numbers)}"
    act = Act(command_id=command_id, actor=f"{post.id}:1", post=post, occurred_at=on, received_at=on)
    return Request(action=step.action, command=step.command, act=act, case_id=case_id, if_match=if_match)


def carry_out(house: House, steps: tuple[Step, ...]) -> Answer:
    """Open a case and do every step; return the last answer."""
    first, *rest = steps
    answer = house.handle(request(first))
    for step in rest:
        answer = house.handle(request(step, answer.case_id))
    return answer


def stream_of(house: House, answer: Answer) -> list[Event]:
    """The events of the case."""
    return [recorded.event for recorded in house.log.stream(f"case-{answer.case_id}")]
