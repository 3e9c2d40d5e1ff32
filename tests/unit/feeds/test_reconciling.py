"""Reconciling: every verdict, whatever the order, and what doubles do."""

from hashlib import sha256
from random import Random

import pytest

from adapters.feeds.held import BadHoldings, read_holdings
from domain.feeds.reconciling import Line, Report, Sum, Tally, Verdict, compare, summed

NUMBER = 40
MESSAGES = [
    (f"2026-03-{n % 3 + 1:02}T08:00:00Z", f"32090{n % 2 + 3}002202", (f"id-{n}", f"{n:064x}"), n + 10)
    for n in range(NUMBER)
]
SUM = Sum(1, "0" * 64)
DIGEST = "a" * 64


def tally(messages: list[tuple[str, str, tuple[str, str], int]]) -> Tally:
    counted = Tally()
    for message in messages:
        counted.add(*message)
    return counted


def verdicts(report: Report) -> dict[tuple[str, str], Verdict]:
    return {(line.day, line.division): line.verdict for line in report.lines}


def test_rows_are_days_and_counties_with_the_lowest_position() -> None:
    rows = tally(MESSAGES).rows()
    assert sorted(rows) == [(f"2026-03-0{day}", division) for day in (1, 2, 3) for division in ("320903", "320904")]
    assert sum(row.sum.count for row in rows.values()) == NUMBER
    assert rows["2026-03-01", "320903"].first == 10
    assert rows["2026-03-03", "320903"].first == 12


def test_a_digest_is_of_the_lines_ordered_by_id_bytewise() -> None:
    pairs = [("b", "2"), ("a-1", "3"), ("a", "1"), ("B", "4"), ("é", "5")]
    expected = "B:4\na:1\na-1:3\nb:2\né:5"
    assert summed(pairs) == Sum(5, sha256(expected.encode()).hexdigest())


def test_the_order_in_which_messages_come_changes_nothing() -> None:
    shuffled = MESSAGES.copy()
    Random(7).shuffle(shuffled)  # noqa: S311 another order, and the same one each time
    assert shuffled != MESSAGES
    assert tally(shuffled).rows() == tally(MESSAGES).rows()


def test_what_we_sent_twice_counts_once() -> None:
    assert tally(MESSAGES + MESSAGES).rows() == tally(MESSAGES).rows()


def test_every_verdict() -> None:
    ours = tally(MESSAGES).rows()
    theirs = {key: row.sum for key, row in ours.items()}
    del theirs["2026-03-01", "320904"]
    theirs["2026-03-02", "320903"] = Sum(theirs["2026-03-02", "320903"].count, DIGEST)
    theirs["2026-04-01", "320903"] = SUM
    report = compare("yibao", 49, ours, theirs)
    assert verdicts(report) == dict.fromkeys(ours, "equal") | {
        ("2026-03-01", "320904"): "missing",
        ("2026-03-02", "320903"): "differs",
        ("2026-04-01", "320903"): "extra",
    }
    assert (report.differing, report.upto, report.ours) == (3, 49, NUMBER)
    assert report.theirs == sum(each.count for each in theirs.values())
    told = {line.verdict: line for line in report.lines}
    missing = ours["2026-03-01", "320904"]
    assert told["missing"] == Line("2026-03-01", "320904", missing.sum, None, "missing", missing.first)
    assert told["extra"] == Line("2026-04-01", "320903", None, SUM, "extra", None)
    assert told["differs"].first == ours["2026-03-02", "320903"].first
    assert told["equal"].first is None


def test_a_message_that_they_hold_twice_differs() -> None:
    pair = ("id", "0" * 64)
    counted = Tally()
    counted.add("2026-03-01T00:00:00Z", "320903", pair, 1)
    (line,) = compare("yibao", 1, counted.rows(), {("2026-03-01", "320903"): summed([pair, pair])}).lines
    assert line.verdict == "differs"


def test_nothing_against_nothing_is_nothing() -> None:
    assert compare("yibao", 0, {}, {}) == Report("yibao", 0, 0, 0, 0, ())


@pytest.mark.parametrize(
    "given",
    [
        f"day,division,count,digest\n2026-03-01,320903,2,{DIGEST}\n",
        f'\ufeff"day","division","count","digest"\r\n"2026-03-01","320903","2","{DIGEST.upper()}"\r\n\r\n',
        f'[{{"day":"2026-03-01","division":"320903","count":2,"digest":"{DIGEST}"}}]',
    ],
)
def test_holdings_are_read_from_csv_and_json(given: str) -> None:
    assert read_holdings(given.encode()) == {("2026-03-01", "320903"): Sum(2, DIGEST)}


HEAD = "day,division,count,digest\n"
ITEM = f'{{"day":"2026-03-01","division":"320903","count":%s,"digest":"{DIGEST}"}}'


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ("", "line 1: header"),
        (f"2026-03-01,320903,2,{DIGEST}\n", "line 1: header"),
        (f"{HEAD}2026-03-01,320903,2\n", "line 2: fields"),
        (f"{HEAD}2026-03-01,320903,2,{DIGEST}\n2026-02-30,320903,2,{DIGEST}\n", "line 3: day"),
        (f"{HEAD}01.03.2026,320903,2,{DIGEST}\n", "line 2: day"),
        (f"{HEAD}2026-03-01,320903002202,2,{DIGEST}\n", "line 2: division"),
        (f"{HEAD}2026-03-01,320903,two,{DIGEST}\n", "line 2: count"),
        (f"{HEAD}2026-03-01,320903,0,{DIGEST}\n", "line 2: count"),
        (f"{HEAD}2026-03-01,320903,2,{DIGEST[1:]}\n", "line 2: digest"),
        (f"{HEAD}2026-03-01,320903,2,{DIGEST}\n" * 2, "line 3: day"),
        (f"{HEAD}" + f"2026-03-01,320903,2,{DIGEST}\n" * 2, "line 3: day and division a second time"),
        (f'{HEAD}"2026-03-01,320903', "line 2: not CSV"),
        ("[\n{]", "line 2: not JSON"),
        ("[" * 100_000, "line 1: not JSON"),
        ("[" + "9" * 5_000 + "]", "line 1: not JSON"),
        ("[1]", "item 1: fields"),
        (f"[{ITEM % 1},{ITEM % 'true'}]", "item 2: count"),
        (f"[{ITEM % 1.5}]", "item 1: count"),
        (f"[{ITEM % 1},{ITEM % 2}]", "item 2: day and division a second time"),
    ],
)
def test_what_cannot_be_read_is_told_by_line_and_field(given: str, detail: str) -> None:
    with pytest.raises(BadHoldings) as refused:
        read_holdings(given.encode())
    assert refused.value.detail == detail


def test_text_that_is_not_utf_8_is_told_by_line() -> None:
    with pytest.raises(BadHoldings, match="line 2: not UTF-8"):
        read_holdings(HEAD.encode() + b"\xff\xfe")
