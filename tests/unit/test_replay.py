"""A case's history, step by step."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from msgspec.structs import replace

from application.replay import Change, Moment, as_known, changes, replay
from domain.cases.evolve import fold
from domain.cases.parts import Duty
from domain.cases.state import NO_CASE
from domain.kernel import Meta, Recorded
from tests.support.journeys import GRANTED, OBJECTED
from tests.support.scenario import Step, play

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def recorded(history: tuple[Step, ...]) -> list[Recorded]:
    """Each event happened a day after the one before it, and was recorded ten days later."""
    return [
        Recorded(
            position=100 + 2 * seq,
            stream="case-1",
            seq=seq,
            type=event.TYPE,
            recorded_at=START + timedelta(days=seq + 10),
            event=event,
            meta=Meta(event_id=str(seq), occurred_at=START + timedelta(days=seq), actor="a", command_id="c"),
        )
        for seq, event in enumerate(play(history), 1)
    ]


def test_the_last_step_has_the_state_of_the_fold() -> None:
    history = recorded(GRANTED)
    assert replay(history)[-1].state == fold(play(GRANTED))
    assert replay([]) == []


def test_every_change_leads_from_the_step_before_to_its_own() -> None:
    steps = replay(recorded(OBJECTED))
    assert changes(NO_CASE, steps[0].state) == steps[0].changes
    assert all(changes(a.state, b.state) == b.changes for a, b in pairwise(steps))


def test_a_change_inside_a_part_is_named_by_its_path() -> None:
    granted = fold(play(GRANTED))
    assert granted.grant is not None
    assert granted.household is not None
    renamed = replace(granted.household.members[1], relation="配偶")
    after = replace(
        granted,
        grant=replace(granted.grant, status="suspended"),
        household=replace(granted.household, members=(granted.household.members[0], renamed)),
        done=granted.done | {"zz"},
    )
    assert changes(granted, after) == (
        Change(field="done", before=sorted(granted.done), after=sorted({*granted.done, "zz"})),
        Change(field="household.members[1].relation", before="子女", after="配偶"),
        Change(field="grant.status", before="running", after="suspended"),
    )


def test_a_part_that_comes_or_goes_is_told_field_by_field_without_empty_ones() -> None:
    granted = fold(play(GRANTED))
    gone = changes(granted, replace(granted, grant=None))
    assert [(change.field, change.after) for change in gone] == [
        ("grant.status", None),
        ("grant.amount", None),
        ("grant.from_month", None),
    ]
    back = changes(replace(granted, grant=None), granted)
    assert [(change.before, change.after) for change in back] == [(c.after, c.before) for c in gone]


def test_of_many_by_name_only_those_that_differ_are_told() -> None:
    day = datetime(2026, 3, 9, tzinfo=UTC)
    duty = Duty(what="serve", status="started", due_at=day, warn_at=day, holder="town_handler", basis="")
    before = replace(fold(play(GRANTED)), duties={"serve": duty, "post": replace(duty, what="post")})
    after = replace(before, duties={**before.duties, "serve": replace(duty, status="met")}, facts={"grade": 2})
    assert changes(before, after) == (
        Change(field="facts.grade", before=None, after=2),
        Change(field="duties.serve.status", before="started", after="met"),
    )


def test_a_member_that_leaves_the_household_is_told() -> None:
    granted = fold(play(GRANTED))
    assert granted.household is not None
    alone = replace(granted, household=replace(granted.household, members=granted.household.members[:1]))
    fields = [change.field for change in changes(granted, alone)]
    assert fields == [f"household.members[1].{name}" for name in ("subject", "name", "id_number", "relation")]


def test_a_moment_limits_by_version_position_and_both_times() -> None:
    history = recorded(GRANTED)

    def seen(moment: Moment) -> list[int]:
        return [each.seq for each in as_known(history, moment)]

    assert seen(Moment()) == [each.seq for each in history]
    assert seen(Moment(version=3)) == [1, 2, 3]
    assert seen(Moment(version=0)) == []
    assert seen(Moment(position=105)) == [1, 2]
    assert seen(Moment(as_of=START + timedelta(days=12))) == [1, 2]
    assert seen(Moment(as_of=START + timedelta(days=12) - timedelta(microseconds=1))) == [1]
    assert seen(Moment(on=date(2026, 3, 5))) == [1, 2, 3]
    assert seen(Moment(on=date(2026, 3, 5), as_of=START + timedelta(days=12))) == [1, 2]
