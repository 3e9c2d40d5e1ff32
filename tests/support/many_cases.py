"""Many cases in all sorts of states, by seeded chance: accepted commands, imported cases, and events of the bureau."""

import random
from datetime import timedelta
from itertools import count

from msgspec.structs import replace

from application.ports import Append, EventLog, Write
from domain.bureau_events import BUREAU, KinDeclared
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.terminate_case import TerminateCase
from domain.cases.actions.transfer_case import TransferCase
from domain.cases.actions.warn_duty import WarnDuty
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.events.intake import CaseOpened
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.evolve import fold
from domain.errors import Refused
from domain.kernel import CaseId, Event, Fact, Fen, SubjectId
from tests.support.builders import (
    DECIDER,
    DIRECTOR,
    HANDLER,
    LEAD,
    OTHER_TOWN_VILLAGE,
    OTHER_VILLAGE,
    REVIEWER,
    TIMEKEEPER,
    VILLAGE,
    by,
)
from tests.support.clocks import clocked
from tests.support.events import NOON, append, fact_of
from tests.support.journeys import (
    GRANTED,
    HIGHER_INCOME,
    LESS,
    LOWER_INCOME,
    MORE,
    OBJECTED,
    OPENED,
    REFUSED,
    STOPPED,
    SUSPENDED,
    step,
)
from tests.support.scenario import Step

_TOLD_TWICE = (
    *OPENED,
    step("request_correction", RequestCorrection(defects=("缺收入声明", "缺授权书")), by(HANDLER, "2026-03-03")),
    step("request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-03-10")),
    step("accept_case", AcceptCase(), by(HANDLER, "2026-03-12")),
)
_LATE = (
    *OPENED,
    step("record_breach", RecordBreach(what="accept"), by(TIMEKEEPER, "2026-03-20")),
    step("accept_case", AcceptCase(), by(HANDLER, "2026-03-23")),
)
_CHANGED = (
    *GRANTED,
    LOWER_INCOME,
    step("increase_grant", IncreaseGrant(amount=MORE, reason="收入减少"), by(DECIDER, "2026-04-03")),
    step("establish_facts", HIGHER_INCOME.command, by(HANDLER, "2026-04-07")),
    step("reduce_grant", ReduceGrant(amount=LESS, reason="收入增加"), by(DECIDER, "2026-04-08")),
)
_JOURNEYS = (_TOLD_TWICE, _LATE, GRANTED, _CHANGED, OBJECTED, REFUSED, STOPPED, STOPPED, SUSPENDED)
_DUTIES = ("accept", "opinion", "review", "publish")
_ACTIVITIES = ("受理", "审查", "审查", "决定", "Confirmation of receipt")
_command_ids = count(1)


def _asks(on: str, word: str) -> tuple[Step, ...]:
    return (
        *OBJECTED,
        *GRANTED[1:],
        step("register_separately", RegisterSeparately(reason="亲属", kin_posts=(DIRECTOR.id,)), by(LEAD, on)),
        step("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, on)),
        step("add_note", AddNote(text=word), by(HANDLER, on)),
        step("append_correction", AppendCorrection(1, "applicant.name", f"样例{word}", "错字"), by(LEAD, on)),
        step("append_correction", AppendCorrection(1, "applicant.phone", "13900000001", "错号"), by(LEAD, on)),
        step("transfer_case", TransferCase(to_division=OTHER_VILLAGE), by(LEAD, on)),
        step("transfer_case", TransferCase(to_division=OTHER_TOWN_VILLAGE), by(REVIEWER, on)),
        step("establish_facts", LOWER_INCOME.command, by(HANDLER, on)),
        step("establish_facts", HIGHER_INCOME.command, by(HANDLER, on)),
        step("increase_grant", IncreaseGrant(amount=MORE, reason="收入减少"), by(DECIDER, on)),
        step("reduce_grant", ReduceGrant(amount=LESS, reason="收入增加"), by(DECIDER, on)),
        step("start_grant", StartGrant(), by(DECIDER, on)),
        step("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, on)),
        *(step("warn_duty", WarnDuty(what=what), by(TIMEKEEPER, on)) for what in _DUTIES),
        *(step("record_breach", RecordBreach(what=what), by(TIMEKEEPER, on)) for what in _DUTIES),
        step("complete_review", CompleteReview(outcome="unchanged", monthly_income=Fen(50_000)), by(LEAD, on)),
        step("withdraw_case", WithdrawCase(), by(HANDLER, on)),
        step("terminate_case", TerminateCase(reason="拒不配合调查"), by(LEAD, on)),
        step("archive_case", ArchiveCase(), by(HANDLER, on)),
    )


def some_case(chance: random.Random, case_id: CaseId) -> list[Fact]:
    """The facts of a case: the start of a journey, then whatever is asked and accepted."""
    journey = chance.choice(_JOURNEYS)
    asks = list(journey[: chance.randint(1, len(journey))])
    for n in range(chance.randint(0, 8)):
        on = f"2026-{chance.randint(4, 9):02}-{chance.randint(1, 28):02}" if chance.random() < 0.7 else "2027-05-10"
        asks.append(chance.choice(_asks(on, f"{case_id}-{n}")))
    facts: list[Fact] = []
    events: list[Event] = []
    for ask in asks:
        try:
            new = clocked(fold(events), ask)  # type: ignore[arg-type]  # they are events of a case
        except Refused:
            continue
        events += [replace(event, case_id=case_id) if isinstance(event, CaseOpened) else event for event in new]
        facts += [
            fact_of(event, f"{case_id}.{len(events)}", ask.circumstance.on) for event in events[-len(new) :] if new
        ]
    return facts


def some_import(chance: random.Random, case_id: CaseId) -> list[Fact]:
    """The facts of an imported case."""
    at = NOON + timedelta(days=chance.randint(-400, 0))
    opened = LegacyCaseOpened(case_id=case_id, number=case_id[-4:], source="receipt", division=VILLAGE, attributes=())
    facts = [fact_of(opened, "opened", at)]
    for n in range(chance.randint(0, 5)):
        at += timedelta(hours=chance.randint(-5, 100))
        activity = LegacyActivityRecorded(
            activity=chance.choice(_ACTIVITIES),
            lifecycle="complete",
            resource="R1",
            at_text=at.isoformat(),
            attributes=(),
        )
        facts.append(fact_of(activity, f"{n}", at))
    return facts


def write_cases(log: EventLog, seed: int, cases: int) -> int:
    """Write that many cases, their events in turns; return the last position."""
    chance = random.Random(seed)  # noqa: S311  (the same cases each time)
    waiting: dict[str, list[Fact]] = {}
    for n in range(cases):
        case_id = CaseId(f"{seed}-{n}")
        waiting[f"case-{case_id}"] = (some_import if n % 6 == 5 else some_case)(chance, case_id)
    versions = dict.fromkeys(waiting, 0)
    versions[BUREAU] = len(log.stream(BUREAU))
    appends: list[Append] = []
    while waiting:
        stream = chance.choice(list(waiting))
        few = waiting[stream][: chance.randint(1, 3)]
        if len(few) == len(waiting[stream]):
            del waiting[stream]
        else:
            waiting[stream] = waiting[stream][len(few) :]
        appends.append(_append(versions, stream, few))
        if chance.random() < 0.05:
            kin = KinDeclared(post=HANDLER.id, subject=SubjectId(f"s-{seed}-{len(appends)}"))
            appends.append(_append(versions, BUREAU, [fact_of(kin)]))
    log.append_many(appends)
    return log.head().position


def _append(versions: dict[str, int], stream: str, facts: list[Fact]) -> Append:
    made = append(f"many-{next(_command_ids)}", Write(stream, versions[stream], tuple(facts)))
    versions[stream] += len(facts)
    return made
