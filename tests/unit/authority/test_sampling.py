"""The draw: as many as the duty says, the same again from the same seed, and which quarters are owed."""

from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.authority.sampling import Quarter, digest, draw, quarter_of, quarters_owed
from domain.kernel import CaseId
from tests.unit.authority.test_register import TOWNS

FORTY = [CaseId(f"case-{n}") for n in range(40)]


def test_thirty_percent_of_forty_decisions_are_twelve() -> None:
    assert len(draw(FORTY, "seed", 30)) == 12


@pytest.mark.parametrize(
    ("cases", "percent", "drawn"),
    [(0, 30, 0), (1, 1, 1), (1, 100, 1), (3, 50, 2), (10, 0, 0), (10, 31, 4), (7, 100, 7)],
)
def test_a_part_of_a_case_is_a_whole_one(cases: int, percent: int, drawn: int) -> None:
    assert len(draw(FORTY[:cases], "seed", percent)) == drawn


def test_the_draw_is_by_the_hash_of_seed_and_case() -> None:
    smallest = min(FORTY, key=lambda case: sha256(f"seed:{case}".encode()).hexdigest())
    assert draw(FORTY, "seed", 1) == (smallest,)


@given(st.lists(st.sampled_from(FORTY)), st.text(), st.integers(0, 100), st.randoms())
def test_whoever_draws_again_draws_the_same(cases: list[CaseId], seed: str, percent: int, chance: object) -> None:
    drawn = draw(cases, seed, percent)
    shuffled = list(cases)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert draw(shuffled, seed, percent) == drawn
    assert set(drawn) <= set(cases)
    assert len(set(drawn)) == len(drawn) == -(-percent * len(set(cases)) // 100)


def test_another_seed_draws_others() -> None:
    assert draw(FORTY, "a", 30) != draw(FORTY, "b", 30)


def test_the_digest_names_the_decisions_whatever_their_order() -> None:
    assert digest([CaseId("b"), CaseId("a")]) == digest([CaseId("a"), CaseId("b")]) == sha256(b"a\nb\n").hexdigest()
    assert digest([CaseId("a")]) != digest([CaseId("a"), CaseId("b")])


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 3, 31), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_quarter_has_three_months(day: date, since: date, until: date) -> None:
    assert quarter_of(day) == Quarter(since, until)


def test_finished_quarters_since_the_grant_are_owed() -> None:
    grant = replace(TOWNS, valid_from=date(2025, 12, 7), sample_percent=30)
    assert quarters_owed(grant, date(2026, 3, 31)) == (Quarter(date(2025, 10, 1), date(2026, 1, 1)),)
    assert len(quarters_owed(grant, date(2026, 4, 1))) == 2


def test_after_its_end_a_grant_owes_no_more() -> None:
    grant = replace(TOWNS, valid_from=date(2025, 1, 1), valid_to=date(2025, 4, 1), sample_percent=30)
    assert quarters_owed(grant, date(2026, 4, 1)) == (Quarter(date(2025, 1, 1), date(2025, 4, 1)),)


def test_a_grant_without_a_sampling_duty_owes_nothing() -> None:
    assert quarters_owed(TOWNS, date(2026, 4, 1)) == ()
