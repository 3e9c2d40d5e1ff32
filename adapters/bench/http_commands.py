"""HTTP commands: 32 connections to one worker; client, server, its projector and PostgreSQL all on this machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles

import msgspec
from msgspec.structs import replace

from adapters.bench.ground import Ground
from adapters.bench.histories import NOTE, History, Team, bureau, histories, team_of
from adapters.bench.http_client import Load, Sent, Timing
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample
from adapters.house import House
from adapters.ids import new_id
from adapters.settings import Settings, child_environment
from domain.authority.posts import Post

HOST = "127.0.0.1"
_WHAT = "HTTP 命令，32 连接，单进程 HTTP command, 32 connections, one worker"
_RATE = Question(name="http-rate", what=_WHAT, unit="commands/s", bar=1_000)
_MEDIAN = Question(name="http-p50", what=f"{_WHAT}: p50", unit="ms")
_SLOW = Question(name="http-p99", what=f"{_WHAT}: p99", unit="ms", bar=80)
_CONNECTIONS = 32
_START_SECONDS = 30.0
_CLIENT_SECONDS = 300.0


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Each case gets five commands from one connection: accept, note, assign, authorise the comparison, note."""
    cases = _CONNECTIONS * plan.size(20)
    rates, middles, slowest = [], [], []
    with ground.migrated() as url:
        with ground.house(url) as house:
            house.log.append(bureau())
            rounds = [_load(house, list(histories(cases, steps=2))) for _ in range(plan.rounds)]
        with served(replace(ground.settings(url), host=HOST, port=free_port())) as port:
            for number, connections in enumerate(rounds, 1):
                timing = _client(Load(HOST, port, connections))
                cuts = quantiles(timing.each, n=100)
                rates.append(len(timing.each) / timing.seconds)
                middles.append(cuts[49] * 1e3)
                slowest.append(cuts[98] * 1e3)
                plan.progress(
                    f"{number}/{plan.rounds}: {rates[-1]:,.0f}/s  p50 {middles[-1]:.1f}  p99 {slowest[-1]:.1f} ms"
                )
    return [
        number_bar(_RATE, sample(rates), "at_least"),
        number_bar(_MEDIAN, sample(middles), "at_most"),
        number_bar(_SLOW, sample(slowest), "at_most"),
    ]


def _load(house: House, made: Sequence[History]) -> list[list[Sent]]:
    house.log.append_many([history.append() for history in made])
    tokens: dict[str, str] = {}

    def token(post: Post) -> str:
        if post.id not in tokens:
            tokens[post.id] = house.tokens.make(post.id, f"{post.id}:1")
        return tokens[post.id]

    def sent(history: History, post: Post, action: str, body: str) -> Sent:
        return Sent(path=f"/cases/{history.case_id}/{action}", token=token(post), key=new_id(), body=body)

    requests = [[sent(history, *command) for command in _commands(team_of(history))] for history in made]
    return [[each for case in requests[start::_CONNECTIONS] for each in case] for start in range(_CONNECTIONS)]


def _commands(team: Team) -> list[tuple[Post, str, str]]:
    first, second = team.handlers
    note = msgspec.json.encode({"text": NOTE}).decode()
    return [
        (first, "accept-case", "{}"),
        (first, "add-note", note),
        (team.lead, "assign-case", f'{{"to_post":"{second.id}"}}'),
        (second, "authorise-comparison", "{}"),
        (second, "add-note", note),
    ]


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    """Run ``anjuan serve`` as anybody would, projector included."""
    command = [sys.executable, "-P", "-m", "adapters.main", "serve"]
    server = subprocess.Popen(command, env=child_environment(settings), stdout=subprocess.DEVNULL)  # noqa: S603 a program of ours
    try:
        _await_port(settings.port, server)
        yield settings.port
    finally:
        server.terminate()
        server.wait()


def _await_port(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("anjuan serve does not answer")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _client(load: Load) -> Timing:
    command = [sys.executable, "-P", "-m", "adapters.bench.http_client"]
    done = subprocess.run(  # noqa: S603 a program of ours
        command, input=msgspec.json.encode(load), stdout=subprocess.PIPE, check=True, timeout=_CLIENT_SECONDS
    )
    timing = msgspec.json.decode(done.stdout, type=Timing)
    if timing.fault:
        raise ValueError(timing.fault)
    return timing
