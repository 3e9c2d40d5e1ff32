"""A department takes all of its feed over HTTP, page by page; client, server, its projector and PostgreSQL all here."""

import subprocess
import sys

import msgspec
from msgspec.structs import replace

from adapters.bench.feed_client import Backfill, Filled
from adapters.bench.feed_log import contracted, write_cases
from adapters.bench.ground import Ground
from adapters.bench.http_commands import HOST, free_port, served
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample
from adapters.projector.service import bring_up

_DEPARTMENT = "shenji"
_RATE = Question(
    name="feed-http", what="HTTP 数据源回填，单进程 backfill of a feed over HTTP", unit="messages/s", bar=20_000
)
_CASES = 8_000
_PAGE = 5_000
_SECONDS = 300.0


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """From the first request to the last page; each message is a CloudEvent with the subjects of its case."""
    rates = []
    with ground.migrated() as url:
        with ground.house(url, seals=None) as house:
            contracted(house)
            write_cases(house, plan.size(_CASES, 20))
            bring_up(house.locate)
            until = house.log.head().position  # the server's timekeeper goes on writing
            token = house.departments.make(_DEPARTMENT)
        with served(replace(ground.settings(url), host=HOST, port=free_port())) as port:
            for number in range(1, plan.rounds + 1):
                filled = _client(Backfill(HOST, port, f"/feeds/{_DEPARTMENT}", token, _PAGE, until))
                rates.append(filled.messages / filled.seconds)
                plan.progress(f"{number}/{plan.rounds}: {filled.messages:,} messages, {rates[-1]:,.0f}/s")
    return [number_bar(_RATE, sample(rates), "at_least")]


def _client(asked: Backfill) -> Filled:
    command = [sys.executable, "-P", "-m", "adapters.bench.feed_client"]
    done = subprocess.run(  # noqa: S603 a program of ours
        command, input=msgspec.json.encode(asked), stdout=subprocess.PIPE, check=True, timeout=_SECONDS
    )
    return msgspec.json.decode(done.stdout, type=Filled)
