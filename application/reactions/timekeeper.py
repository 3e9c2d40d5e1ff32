"""The timekeeper 时限监督: which commands follow from a clock that has come to its moment.

The command ids follow from case, duty and due moment: whoever asks again, after a crash or beside another timekeeper,
gets what was done the first time.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from application.asking import Answer, Request
from domain.authority.bureau import first_holder
from domain.authority.posts import Post
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.warn_duty import WarnDuty
from domain.cases.clockwork import ACCEPT, REVIEW
from domain.cases.facts import Act
from domain.errors import Refused
from domain.kernel import CaseId, Command, PostId, Value

_LAST_DAY = timedelta(days=1)
_SUFFIX = "-timekeeper"


class RunningDuty(Value):
    """A clock that runs, as the duties view has it."""

    case_id: CaseId
    what: str
    due_at: datetime
    warn_at: datetime
    warned: bool
    marked: bool
    breached: bool


class Kept(Value):
    """What one round did. ``refused``: how often each code was the answer; those are asked again in the next round."""

    looked_at: int = 0
    warned: int = 0
    breached: int = 0
    accepted: int = 0
    reviews: int = 0
    refused: dict[str, int] = {}


_COUNTED = {
    "warn_duty": "warned",
    "record_breach": "breached",
    "accept_case": "accepted",
    "mark_review_due": "reviews",
}


def timekeeper_of(posts: Mapping[PostId, Post]) -> Post | None:
    """Return the bureau's timekeeper: the post of role ``system`` whose id says so."""
    found = sorted(id_ for id_, post in posts.items() if post.role == "system" and id_.endswith(_SUFFIX))
    return posts[found[0]] if found else None


def what_follows(duty: RunningDuty, now: datetime) -> list[tuple[str, Command]]:
    """Return the actions and commands that a running clock asks for at that moment, in order.

    Where nobody accepted nor told the defects in time, the application counts as accepted on the day received
    (江苏: 不一次性告知的，自收到申请材料之日起即为受理; DOMAIN §2.4).
    """
    wanted: list[tuple[str, Command]] = []
    if duty.what == REVIEW and not duty.marked and now >= duty.due_at - _LAST_DAY:
        wanted.append(("mark_review_due", MarkReviewDue()))
    if now > duty.due_at:
        if not duty.breached:
            wanted.append(("record_breach", RecordBreach(what=duty.what)))
        if duty.what == ACCEPT:
            wanted.append(("accept_case", AcceptCase(deemed=True)))
    elif now >= duty.warn_at and not duty.warned and not duty.breached:
        wanted.append(("warn_duty", WarnDuty(what=duty.what)))
    return wanted


def keep_time(handle: Callable[[Request], Answer], duties: Iterable[RunningDuty], post: Post, now: datetime) -> Kept:
    """Do what follows from each clock. Raises Unavailable.

    A refusal stops nothing else: somebody was quicker, or the rule has no such step.
    """
    counted = dict.fromkeys(Kept.__struct_fields__[:-1], 0)
    refused: dict[str, int] = {}
    for duty in duties:
        counted["looked_at"] += 1
        for action, command in what_follows(duty, now):
            try:
                answer = handle(_request(duty, post, now, action, command))
            except Refused as no:
                refused[no.code] = refused.get(no.code, 0) + 1
            else:
                counted[_COUNTED[action]] += bool(answer.events)
    return Kept(**counted, refused=refused)


def _request(duty: RunningDuty, post: Post, now: datetime, action: str, command: Command) -> Request:
    due_at = duty.due_at.isoformat(timespec="seconds")
    act = Act(
        command_id=f"timekeeper:{action}:{duty.case_id}:{duty.what}:{due_at}",
        actor=first_holder(post.id),
        post=post,
        occurred_at=now,
        received_at=now,
    )
    return Request(action=action, command=command, act=act, case_id=duty.case_id)
