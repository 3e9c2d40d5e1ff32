"""The event log on a real database: positions, versions, records, guards, repeats, and what readers assert."""

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from adapters.eventstore import writer as writing
from adapters.eventstore.codec import UnknownType
from adapters.eventstore.prepared import BadAppend, Outcome, PreparedAppend, PreparedEvent, PreparedWrite
from adapters.eventstore.reader import LogBroken
from adapters.postgres.embedded import EmbeddedServer
from application.ports import Append, Appended, Conflict, Guard
from domain.errors import KeyReused, Unavailable
from domain.kernel import Recorded
from tests.support.database import database
from tests.support.events import append, one, write
from tests.support.logs import OpenLog, held_lock, open_log, query, tamper
from tests.support.processes import finish, line, program

pytestmark = pytest.mark.postgres

BY_CALL, BY_COPY = 1_000_000, 1
PATIENCE = 30
FUTURE = datetime(2099, 12, 31, 23, 59, 59, 123456, tzinfo=UTC)
EVENTS = "SELECT position, stream, seq, type, schema, recorded_at, state, record FROM log.events ORDER BY position"


@pytest.fixture
def opened(database_url: str) -> Iterator[OpenLog]:
    with open_log(database_url) as log:
        yield log


@pytest.fixture(params=[BY_CALL, BY_COPY], ids=["call", "copy"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, opened: OpenLog) -> OpenLog:
    """The log, with every append going the one way or the other."""
    monkeypatch.setattr(writing, "COPY_FROM_EVENTS", request.param)
    return opened


def positions(url: str) -> list[int]:
    return [row[0] for row in query(url, "SELECT position FROM log.events ORDER BY position")]


def together(opened: OpenLog, appends: list[Append]) -> list[Outcome]:
    """Write them in one group commit: all wait while the one before them waits for the lock."""
    with held_lock(opened.url):
        ahead = opened.ask(one("ahead", "ahead", 0))
        waiting_for_lock(opened.url)
        answers = [opened.queue(each) for each in appends]
    ahead.result(PATIENCE)
    return [answer.result(PATIENCE)[0] for answer in answers]


def waiting_for_lock(url: str) -> None:
    for _ in range(1000):
        if query(url, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            return
    pytest.fail("no append waits for the lock")


class TestPositions:
    def test_threads_get_dense_positions_and_a_reader_sees_no_gap(self, opened: OpenLog) -> None:
        answers: list[Appended] = []
        written = threading.Event()

        def run(thread: int) -> None:
            appends = [append(f"{thread}.{n}", write(f"s-{thread}", n * 2, "a", "b")) for n in range(25)]
            answers.extend(map(opened.log.append, appends))

        def tail() -> list[int]:
            seen: list[int] = []
            while not written.is_set() or len(seen) < 400:
                seen += [recorded.position for recorded in opened.log.read(len(seen), 50)]
            return seen

        with ThreadPoolExecutor(9) as pool:
            reader = pool.submit(tail)
            for future in [pool.submit(run, thread) for thread in range(8)]:
                future.result(PATIENCE)
            written.set()
            assert reader.result(PATIENCE) == list(range(1, 401))
        assert sorted(p for answer in answers for p in (answer.first, answer.last)) == list(range(1, 401))

    def test_processes_get_dense_positions_in_the_order_of_their_answers(self, database_url: str) -> None:
        with program("tail_log", database_url) as tail:
            assert line(tail) == "reading"
            writers = [program("append_pairs", database_url, name, 2, 15) for name in "abcd"]
            processes = [each.__enter__() for each in writers]
            said = [finish(process) for process in processes]
            for each in writers:
                each.__exit__(None, None, None)
            assert finish(tail) == ["360"]
        assert positions(database_url) == list(range(1, 361))
        for lines in said:
            for name in {text.split(".")[0] for text in lines}:
                firsts = [int(text.split()[1]) for text in lines if text.startswith(f"{name}.")]
                assert firsts == sorted(firsts)
                assert len(firsts) == 15

    def test_recorded_time_never_goes_back_even_if_the_clock_does(self, either: OpenLog) -> None:
        either.log.append(one("before", "s", 0))
        query(either.url, "UPDATE log.head SET recorded_at = %s", FUTURE)
        after = [either.log.append(one(f"after-{n}", "s", n)) for n in (1, 2)]
        assert [answer.recorded_at for answer in after] == [FUTURE, FUTURE]
        times = [recorded.recorded_at for recorded in either.log.read(0, 10)]
        assert times == sorted(times)
        assert either.log.head().recorded_at == FUTURE

    def test_recorded_time_is_the_servers_now(self, either: OpenLog) -> None:
        before = query(either.url, "SELECT clock_timestamp()")[0][0]
        at = either.log.append(one("now", "s", 0)).recorded_at
        assert before <= at <= before + timedelta(seconds=30)


class TestRecords:
    def test_both_ways_write_the_same_bytes(self, postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        by_call, by_copy = both_ways(postgres, monkeypatch, MIXED, MORE)
        assert by_call == by_copy
        outcomes, (events, head, streams, commands) = by_copy
        assert [outcome.outcome for outcome in outcomes] == [*WANTED, "ok", "repeated", "conflict"]
        assert (len(events), head[0][2], len(streams), len(commands)) == (9, 9, 4, 5)

    def test_long_runs_are_the_same_bytes_both_ways(
        self, postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = [prepared(f"long-{n}", raw("s", n * 199, *[b"%d" % m for m in range(199)])) for n in range(3)]
        short = [prepared(f"short-{n}", raw(f"t-{n % 7}", n // 7, b"x" * n)) for n in range(205)]
        by_call, by_copy = both_ways(postgres, monkeypatch, [*long, *MIXED, *short], [*short, *MORE])
        assert by_call == by_copy
        outcomes, (events, *_) = by_copy
        assert [row[0] for row in events] == list(range(1, 3 * 199 + 205 + 9 + 1))
        assert Counter(outcome.outcome for outcome in outcomes)["repeated"] == 205 + 2

    def test_a_stream_that_an_append_begins_is_there_for_the_next_ones_of_its_batch(
        self, postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by_call, by_copy = both_ways(
            postgres, monkeypatch, BEGUN, [prepared("b8", raw("p", 2, b"6"), raw("q", 1, b"7"))]
        )
        assert by_call == by_copy
        outcomes, (events, _, streams, _) = by_call
        found = [(outcome.outcome, outcome.stream, outcome.version) for outcome in outcomes]
        assert found[:4] == [("conflict", "p", 0), ("ok", "a", 1), ("conflict", "p", 1), ("conflict", "q", 1)]
        assert found[4:] == [("ok", "b", 1), ("conflict", "p", 2), ("ok", "c", 1), ("ok", "p", 3)]
        assert [(row[1], row[2], bytes(row[6])) for row in events] == [
            ("a", 1, b"1"),
            ("p", 1, b"2"),
            ("q", 1, b"3"),
            ("b", 1, b"4"),
            ("p", 2, b"5"),
            ("c", 1, b"9"),
            ("p", 3, b"6"),
            ("q", 2, b"7"),
        ]
        assert [(stream, version) for stream, version, _ in streams] == [
            ("a", 1),
            ("b", 1),
            ("c", 1),
            ("p", 3),
            ("q", 2),
        ]

    def test_a_record_is_canonical_json_with_the_right_hashes(self, either: OpenLog) -> None:
        either.log.append(append("1", write("a", 0, '引号"\\\n', "二"), write("b", 0, "𠮷 é \x7f")))
        either.log.append(append("2", write("b", 1, "三"), write("a", 2, "四")))
        log = query(either.url, "SELECT log FROM log.head")[0][0]
        tips: dict[str, str] = {}
        for row in query(either.url, EVENTS):
            assert bytes(row[7]) == expected_record(log, row, tips.get(row[1], ""))
            tips[row[1]] = sha256(row[7]).hexdigest()
            assert bytes(row[6]) == canonical(json.loads(row[6]))
        assert tips == {s: bytes(h).hex() for s, h in query(either.url, "SELECT stream, last_hash FROM log.streams")}
        assert len(tips) == 2


Written = tuple[list[Outcome], list[list[tuple[Any, ...]]]]


def both_ways(
    postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, *batches: list[PreparedAppend]
) -> list[Written]:
    """The outcomes and all rows of the log, by call and by COPY; at the same time, so that every byte is the same."""
    found: list[Written] = []
    for way in (BY_CALL, BY_COPY):
        monkeypatch.setattr(writing, "COPY_FROM_EVENTS", way)
        with database(postgres) as url, open_log(url) as opened:
            query(url, "UPDATE log.head SET recorded_at = %s", FUTURE)
            outcomes = [outcome for batch in batches for outcome in opened.writer.write(batch)]
            found.append(
                (outcomes, [query(url, EVENTS), *(query(url, f"TABLE log.{name} ORDER BY 1") for name in TABLES)])
            )
    return found


TABLES = ("head", "streams", "commands")


def prepared(command_id: str, *writes: PreparedWrite, fingerprint: str = "f") -> PreparedAppend:
    return PreparedAppend(command_id, fingerprint, list(writes), 0)


def raw(stream: str, expected: int, *states: bytes) -> PreparedWrite:
    return PreparedWrite(stream, expected, [PreparedEvent("case.noted", n + 1, s) for n, s in enumerate(states)])


MIXED = [
    prepared("c1", raw("a", 0, b"1", "二".encode()), raw("b", 0, b"\x00\xff")),
    prepared("c2", raw("a", 2, b"3"), raw("b", 1)),
    prepared("c3", raw("a", 2, b"lost")),
    prepared("c4", raw("c", 0, b"lost"), raw("b", 7)),
    prepared("c1", raw("a", 3, b"lost")),
    prepared("c1", raw("a", 3, b"lost"), fingerprint="g"),
    prepared("c5", raw("d", -1, b"0", b"1")),
    prepared("c6", raw("c", 0, b"", b'{"a":1}'), raw("nowhere", 0)),
]
WANTED = ["ok", "ok", "conflict", "conflict", "repeated", "reused", "ok", "ok"]
BEGUN = [
    prepared("b1", raw("z", 0, b"lost"), raw("p", 1, b"lost")),
    prepared("b2", raw("a", 0, b"1"), raw("p", 0, b"2"), raw("q", 0, b"3")),
    prepared("b3", raw("y", 0, b"lost"), raw("p", 0, b"lost")),
    prepared("b4", raw("x", 0, b"lost"), raw("q", 0)),
    prepared("b5", raw("b", 0, b"4"), raw("p", 1, b"5")),
    prepared("b6", raw("w", 0, b"lost"), raw("p", 1)),
    prepared("b7", raw("c", 0, b"9"), raw("p", 2), raw("q", 1)),
]
MORE = [
    prepared("c7", raw("b", 1, b"last")),
    prepared("c2", raw("a", 2, b"3")),
    prepared("c8", raw("a", 2, b"lost")),
]


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def expected_record(log: str, row: tuple[Any, ...], prev: str) -> bytes:
    position, stream, seq, type_, schema, recorded_at, state, _ = row
    at = recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return canonical(
        {
            "v": 1,
            "log": log,
            "position": position,
            "stream": stream,
            "seq": seq,
            "type": type_,
            "schema": schema,
            "recorded_at": at,
            "prev": prev,
            "state": sha256(state).hexdigest(),
        }
    )


class TestVersions:
    def test_in_one_batch_a_conflict_fails_its_caller_alone(
        self, opened: OpenLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for way in (BY_CALL, BY_COPY):
            monkeypatch.setattr(writing, "COPY_FROM_EVENTS", way)
            s, at = f"s{way}", len(positions(opened.url))
            batch = [one(f"{s}.1", s, 0), one(f"{s}.2", s, 0), one(f"{s}.3", s, 1), one(f"{s}.4", s, 1)]
            found = together(opened, batch)
            assert [each.outcome for each in found] == ["ok", "conflict", "ok", "conflict"]
            assert [each.version for each in found] == [1, 1, 2, 2]
            assert len({each.recorded_at for each in found}) == 1, "they went in one batch"
            assert positions(opened.url)[at:] == list(range(at + 1, at + 3 + (at == 0)))

    def test_a_conflict_tells_what_was_expected_and_what_is_there(self, either: OpenLog) -> None:
        either.log.append(append("1", write("s", 0, "a", "b")))
        with pytest.raises(Conflict) as caught:
            either.log.append(one("2", "s", 1))
        assert (caught.value.stream, caught.value.expected, caught.value.actual) == ("s", 1, 2)
        with pytest.raises(Conflict):
            either.log.append(one("3", "s", 3))
        with pytest.raises(Conflict):
            either.log.append(one("4", "new", 1))
        assert positions(either.url) == [1, 2]

    def test_the_loser_of_a_race_may_use_its_command_id_again(self, either: OpenLog) -> None:
        either.log.append(one("1", "s", 0))
        with pytest.raises(Conflict):
            either.log.append(one("2", "s", 0))
        assert either.log.append(one("2", "s", 1)).version == 2

    def test_of_many_racers_one_wins_each_version(self, opened: OpenLog) -> None:
        def race(n: int) -> bool:
            try:
                opened.log.append(one(f"racer-{n}", "s", 0))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(race, range(16))) == 1
        assert positions(opened.url) == [1]

    def test_two_streams_are_written_both_or_not_at_all(self, either: OpenLog) -> None:
        either.log.append(one("1", "b", 0))
        with pytest.raises(Conflict):
            either.log.append(append("2", write("a", 0, "x"), write("b", 0, "y")))
        assert either.log.stream("a") == []
        done = either.log.append(append("3", write("a", 0, "x"), write("b", 1, "y")))
        assert (done.stream, done.version, done.first, done.last) == ("a", 1, 2, 3)
        assert [recorded.stream for recorded in either.log.read(1, 10)] == ["a", "b"]

    def test_a_guard_holds_while_the_other_stream_stands_still(self, either: OpenLog) -> None:
        either.log.append(one("1", "rules", 0))
        either.log.append(append("2", write("s", 0, "x"), guards=(Guard("rules", 1), Guard("nothing-yet", 0))))
        either.log.append(one("3", "rules", 1))
        with pytest.raises(Conflict) as caught:
            either.log.append(append("4", write("s", 1, "y"), guards=(Guard("rules", 1),)))
        assert (caught.value.stream, caught.value.expected, caught.value.actual) == ("rules", 1, 2)
        assert [recorded.stream for recorded in either.log.read(0, 10)] == ["rules", "s", "rules"]

    def test_a_guard_counts_what_the_same_batch_wrote_before_it(self, opened: OpenLog) -> None:
        batch = [one("1", "rules", 0), append("2", write("s", 0, "x"), guards=(Guard("rules", 0),))]
        assert [each.outcome for each in together(opened, batch)] == ["ok", "conflict"]


class TestCommands:
    def test_a_repeated_command_returns_the_first_outcome(self, either: OpenLog) -> None:
        first = either.log.append(append("1", write("s", 0, "a", "b")))
        either.log.append(one("2", "s", 2))
        again = either.log.append(append("1", write("s", 3, "other")))
        assert again == Appended(first.stream, 2, 1, 2, first.recorded_at, repeated=True)
        assert either.log.outcome("1", "wish") == again
        assert positions(either.url) == [1, 2, 3]

    def test_another_process_gets_the_first_outcome_too(self, opened: OpenLog) -> None:
        with program("append_pairs", opened.url, "p", 1, 1) as process:
            (said,) = finish(process)
        assert said == "p-0.0 1 3"
        again = opened.log.append(append("p-0.0", write("s", 0, "x")))
        assert (again.first, again.last, again.stream, again.repeated) == (1, 3, "left-p-0", True)
        assert positions(opened.url) == [1, 2, 3]

    def test_the_same_command_twice_in_one_batch_writes_once(self, either: OpenLog) -> None:
        found = together(either, [one("1", "s", 0), one("1", "s", 0)])
        assert [each.outcome for each in found] == ["ok", "repeated"]
        assert found[0][1:] == found[1][1:]

    def test_a_command_id_for_another_wish_is_refused(self, either: OpenLog) -> None:
        either.log.append(one("1", "s", 0))
        with pytest.raises(KeyReused):
            either.log.append(append("1", write("s", 1, "x"), fingerprint="another"))
        with pytest.raises(KeyReused):
            either.log.outcome("1", "another")
        assert either.log.outcome("2", "wish") is None
        assert positions(either.url) == [1]

    def test_many_appends_have_an_outcome_each(self, either: OpenLog) -> None:
        done, lost = either.log.append_many([one("1", "s", 0), one("2", "s", 0)])
        assert isinstance(done, Appended)
        assert isinstance(lost, Conflict)
        assert either.log.append_many([]) == []
        assert positions(either.url) == [1]


BAD_APPENDS = {
    "stream with a quote": one("1", 's"', 0),
    "stream with a line end": one("1", "s\n", 0),
    "no stream": one("1", "", 0),
    "long stream": one("1", "s" * 201, 0),
    "guard name": append("1", write("s", 0, "x"), guards=(Guard("名", 0),)),
    "no command id": one("", "s", 0),
    "command id with a blank": one("a b", "s", 0),
    "command id with a zero byte": one("a\0", "s", 0),
    "fingerprint with a zero byte": append("1", write("s", 0, "x"), fingerprint="\0"),
    "half a character": append("1", write("s", 0, "x"), fingerprint="\ud800"),
    "nothing to write": append("1"),
    "no events": append("1", write("s", 0)),
    "a stream twice": append("1", write("s", 0, "x"), write("s", 1, "y")),
    "guard on its own stream": append("1", write("s", 0, "x"), guards=(Guard("s", 0),)),
    "version out of bounds": one("1", "s", 2**31 - 1),
    "version far below": one("1", "s", -5),
}


class TestFaults:
    @pytest.mark.parametrize("bad", BAD_APPENDS.values(), ids=BAD_APPENDS.keys())
    def test_a_bad_append_is_refused_before_it_is_queued(self, opened: OpenLog, bad: Append) -> None:
        with pytest.raises(BadAppend):
            opened.log.append(bad)
        with pytest.raises(BadAppend):
            opened.log.append_many([one("good", "s", 0), bad])
        assert positions(opened.url) == []

    def test_what_the_database_refuses_fails_one_caller_alone(self, either: OpenLog) -> None:
        query(either.url, "ALTER TABLE log.events ADD CONSTRAINT picky CHECK (stream <> 'poison')")
        with held_lock(either.url):
            ahead = either.ask(one("ahead", "ahead", 0))
            waiting_for_lock(either.url)
            answers = [ahead, *(either.queue(one(s, s, 0)) for s in ("a", "poison", "b"))]
        assert [type(answer.exception(PATIENCE)) for answer in answers] == [
            type(None),
            type(None),
            psycopg.errors.CheckViolation,
            type(None),
        ]
        assert positions(either.url) == [1, 2, 3]
        assert either.log.append(one("after", "a", 1)).first == 4

    def test_a_caller_that_is_interrupted_leaves_nobody_waiting(self, opened: OpenLog) -> None:
        with held_lock(opened.url):
            ahead = opened.ask(one("ahead", "ahead", 0))
            waiting_for_lock(opened.url)
            interrupt = threading.Timer(0.2, signal.pthread_kill, [threading.get_ident(), signal.SIGINT])
            interrupt.start()
            with pytest.raises(KeyboardInterrupt):
                opened.log.append(one("left", "left", 0))
            stayed = opened.queue(one("stayed", "stayed", 0))
        assert [answer.result(PATIENCE)[0].outcome for answer in (ahead, stayed)] == ["ok", "ok"]
        assert positions(opened.url) == [1, 2]

    def test_a_fault_of_the_program_is_told_and_leaves_nobody_waiting(self, database_url: str) -> None:
        def broken() -> "psycopg.Connection[Any]":
            raise RuntimeError("a fault of the program")

        opened = OpenLog(database_url, broken)
        for number in range(2):
            with pytest.raises(RuntimeError):
                opened.log.append(one(f"{number}", "s", 0))
        opened.close()

    def test_closing_answers_what_waits_and_takes_no_more(self, database_url: str) -> None:
        with open_log(database_url) as opened, held_lock(database_url):
            ahead = opened.ask(one("ahead", "ahead", 0))
            waiting_for_lock(database_url)
            answers = [ahead, *(opened.queue(one(f"{n}", f"s{n}", 0)) for n in range(4))]
        assert [answer.result(0)[0].outcome for answer in answers] == ["ok"] * 5
        with pytest.raises(Unavailable):
            opened.log.append(one("late", "s", 0))


def texts(found: list[Recorded]) -> list[tuple[int, int, object]]:
    return [(recorded.position, recorded.seq, getattr(recorded.event, "text", None)) for recorded in found]


class TestReaders:
    def test_an_unknown_stream_is_empty(self, opened: OpenLog) -> None:
        assert opened.log.stream("nobody") == []
        assert opened.log.read(0, 10) == []
        assert (opened.log.head().position, opened.log.outcome("nothing", "")) == (0, None)

    def test_a_reader_that_is_interrupted_leaves_nobody_waiting(self, opened: OpenLog) -> None:
        opened.log.append(one("0", "s", 0))
        with psycopg.connect(opened.url) as owner:
            owner.execute("LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE")
            asks = opened.callers.submit(opened.log.stream, "s")
            time.sleep(0.3)
            interrupt = threading.Timer(0.2, signal.pthread_kill, [threading.get_ident(), signal.SIGINT])
            interrupt.start()
            with pytest.raises(KeyboardInterrupt):
                opened.log.stream("s")
            behind = opened.callers.submit(opened.log.stream, "s")
        assert len(asks.result(PATIENCE)) == len(behind.result(PATIENCE)) == len(opened.log.stream("s")) == 1

    def test_a_stream_is_read_between_versions(self, opened: OpenLog) -> None:
        opened.log.append(one("0", "other", 0))
        opened.log.append(append("1", write("s", 0, "a", "b", "c")))
        assert texts(opened.log.stream("s")) == [(2, 1, "a"), (3, 2, "b"), (4, 3, "c")]
        assert texts(opened.log.stream("s", 1, 2)) == [(3, 2, "b")]
        assert opened.log.stream("s", 0, 0) == []
        assert opened.log.stream("s", 3) == []
        assert texts(opened.log.read(2, 1)) == [(3, 2, "b")]

    def test_who_reads_at_once_with_others_gets_his_own_stream_with_his_own_writes(self, opened: OpenLog) -> None:
        def run(thread: int) -> None:
            for n in range(20):
                opened.log.append(one(f"{thread}.{n}", f"s-{thread}", n, f"{thread}.{n}"))
                after = (n * 7 + thread) % (n + 1)
                found = [text for _, _, text in texts(opened.log.stream(f"s-{thread}", after))]
                assert found == [f"{thread}.{m}" for m in range(after, n + 1)]
                assert texts(opened.log.stream("nobody", n)) == []

        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(run, thread) for thread in range(8)]:
                future.result(PATIENCE)

    @pytest.mark.parametrize("missing", [1, 2, 3])
    def test_a_missing_position_stops_the_reader(self, opened: OpenLog, missing: int) -> None:
        opened.log.append(append("1", write("s", 0, "a", "b", "c", "d")))
        tamper(opened.url, "DELETE FROM log.events WHERE position = %s", missing)
        with pytest.raises(LogBroken, match=f"{missing + 1} follows {missing - 1}"):
            opened.log.read(0, 10)
        with pytest.raises(LogBroken):
            opened.log.stream("s")
        with pytest.raises(LogBroken):
            opened.log.stream("s", missing - 1)

    def test_an_unknown_type_or_schema_stops_the_reader(self, opened: OpenLog) -> None:
        opened.log.append(append("1", write("s", 0, "a")))
        for schema, stored_type in ((2, "case.noted"), (1, "case.unheard_of")):
            tamper(opened.url, "UPDATE log.events SET schema = %s, type = %s", schema, stored_type)
            with pytest.raises(UnknownType):
                opened.log.read(0, 10)
            with pytest.raises(UnknownType):
                opened.log.stream("s")
