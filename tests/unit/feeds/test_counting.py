"""What a relay has sent, batch by batch: whoever made the batches, and whatever midnight lay between."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.feeds.deliveries import Counted, counted_together

DAY = date(2026, 3, 2)


def counted(department: str, messages: int, first: int, *, contract: int = 1, days: int = 0) -> Counted:
    last = first + messages - 1
    return Counted(department, contract, DAY + timedelta(days=days), messages, first, last)


def test_batches_of_a_contract_are_added_up_from_the_first_to_the_last() -> None:
    before = (counted("yibao", 3, 1), counted("shenji", 2, 2))
    after = counted_together(before, (counted("yibao", 4, 10), counted("caizheng", 1, 12)))
    assert after == (Counted("yibao", 1, DAY, 7, 1, 13), counted("shenji", 2, 2), counted("caizheng", 1, 12))


def test_another_version_and_another_day_are_counted_by_themselves() -> None:
    parts = (counted("yibao", 3, 1), counted("yibao", 1, 5, contract=2), counted("yibao", 2, 7, contract=2, days=1))
    assert counted_together(parts[:1], parts[1:]) == parts


def test_a_batch_made_before_midnight_counts_though_one_made_after_it_was_sent_first() -> None:
    assert counted_together((counted("yibao", 2, 7, days=1),), (counted("yibao", 3, 1),)) == (
        counted("yibao", 2, 7, days=1),
        counted("yibao", 3, 1),
    )


def test_days_long_gone_are_left_out() -> None:
    before = (counted("yibao", 3, 1), counted("yibao", 3, 5, days=1))
    assert counted_together(before, (counted("yibao", 3, 9, days=2),)) == (*before[1:], counted("yibao", 3, 9, days=2))
    assert counted_together((), ()) == ()


@given(st.lists(st.tuples(st.sampled_from(["yibao", "shenji"]), st.integers(1, 9)), max_size=12))
def test_however_it_is_divided_into_batches_the_sum_is_the_same(sizes: list[tuple[str, int]]) -> None:
    sent: tuple[Counted, ...] = ()
    for place, (department, messages) in enumerate(sizes):
        sent = counted_together(sent, (counted(department, messages, 10 * place + 1),))
    wanted = {name: sum(number for each, number in sizes if each == name) for name, _ in sizes}
    assert {each.department: each.messages for each in sent} == wanted
