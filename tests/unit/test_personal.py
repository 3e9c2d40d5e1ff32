"""Personal fields: where they are, whose they are, what stands in their place once they are erased."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eventstore.codec import decode_parts, encode_parts
from adapters.eventstore.fields import mappings
from domain.bureau_events import RuleVersionPublished
from domain.cases.events.closing import PersonalErased
from domain.cases.evolve import evolve, fold
from domain.cases.parts import Mandate
from domain.cases.state import CaseState
from domain.identity import citizen_id_birth, masked_citizen_id
from domain.kernel import Event
from domain.personal import RESERVED, WITHHELD, erased, erased_by, erased_values, personal_fields, with_personal
from projections.registry import VIEWS
from tests.support.builders import RULES
from tests.support.erasable import CASE, KEPT, MOTHER, SON, TOLD
from tests.support.past_cases import APPRAISED, lived
from tests.support.people import folded, opened
from tests.support.samples import META

PUBLISHED = [("rulebook", RuleVersionPublished(version=rule)) for rule in RULES.values()]
DECIDED = [(each.stream, each.event) for each in lived(APPRAISED, date(2021, 3, 1), "lived")]
HISTORY: list[tuple[str, Event]] = [*PUBLISHED, *TOLD, *DECIDED]
APPLICATION = opened("1", "dibao", (MOTHER, SON), mandate=Mandate(KEPT.subject, "某kept", "邻居"))


def test_a_field_belongs_to_the_subject_that_its_struct_names() -> None:
    found = {field.path: (field.subject, field.value) for field in personal_fields(APPLICATION, "case-1")}
    assert found == {
        "/household/members/0/name": (MOTHER.subject, MOTHER.name),
        "/household/members/0/id_number": (MOTHER.subject, MOTHER.id_number),
        "/household/members/0/phone": (MOTHER.subject, MOTHER.phone),
        "/household/members/1/name": (SON.subject, SON.name),
        "/household/members/1/id_number": (SON.subject, SON.id_number),
        "/mandate/agent_name": (KEPT.subject, "某kept"),
    }


def test_what_nobody_is_named_for_belongs_to_the_case() -> None:
    assert {field.subject for event in CASE[1:] for field in personal_fields(event, "case-1")} == {"case-1"}


def test_nothing_changes_where_nothing_is_changed() -> None:
    assert with_personal(APPLICATION, "case-1", lambda field: field.value) is APPLICATION


@given(st.from_regex(r"[0-9a-f]{8}-[0-9a-f]{4}", fullmatch=True))
def test_an_erased_value_tells_by_which_event_and_nothing_else(event_id: str) -> None:
    text = erased(event_id)
    assert erased_by(text) == event_id == erased_by(erased_values(event_id))
    assert text.startswith(RESERVED)
    assert masked_citizen_id(text) == text
    assert citizen_id_birth(text) is None


@pytest.mark.parametrize("value", ["", "某某", WITHHELD, "〔已抹除", {}, {"a": 1}, None, 3])
def test_other_values_are_not_erased(value: object) -> None:
    assert erased_by(value) is None


def state() -> CaseState:
    return fold(CASE)  # type: ignore[arg-type]  # these are events of a case


def test_a_case_forgets_its_own_fields_and_those_of_its_applicant() -> None:
    after = evolve(state(), PersonalErased(subjects=(MOTHER.subject, "case-canary"), erasure="evt-1"))
    assert after.household is not None
    assert after.mandate is not None
    mother, son = after.household.members
    assert {erased_by(mother.name), erased_by(mother.id_number), erased_by(mother.phone)} == {"evt-1"}
    assert (son, after.mandate.agent_name) == (SON, "某kept")
    assert erased_by(after.facts) == "evt-1"
    assert {erased_by(each.value) for each in after.corrections} == {"evt-1"}
    assert (after.stage, after.number) == (state().stage, state().number)


def test_a_member_is_forgotten_and_the_case_is_not() -> None:
    after = evolve(state(), PersonalErased(subjects=(SON.subject,), erasure="evt-2"))
    assert after.household is not None
    assert erased_by(after.household.members[1].name) == "evt-2"
    assert after.household.members[0].name == state().household.members[0].name  # type: ignore[union-attr]  # it has a household
    assert after.facts == state().facts != {}


def without(event: Event, asked: frozenset[type[Event]]) -> Event:
    """The event as a view gets it that does not ask for its personal fields."""
    if type(event) in asked:
        return event

    def withhold(field: object) -> object:
        return {} if field.mapping else WITHHELD  # type: ignore[attr-defined]  # it is a Field

    return with_personal(event, "case-x", withhold)


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_a_view_reads_no_personal_field_that_it_does_not_ask_for(view: object) -> None:
    whole = folded(view, HISTORY)  # type: ignore[arg-type]  # it is a view
    less = folded(view, [(stream, without(event, view.personal)) for stream, event in HISTORY])  # type: ignore[attr-defined, arg-type]  # it is a view
    for name, rows in whole.items():
        assert [repr(row) for row in rows.new()] == [repr(row) for row in less[name].new()], name


def test_events_with_something_withheld_are_still_events() -> None:
    for stream, event in TOLD:
        less = without(event, frozenset())
        again = decode_parts(event.TYPE, event.SCHEMA, encode_parts(less, META))[0]
        assert again == less, stream
    assert mappings() == {"facts", "values"}
