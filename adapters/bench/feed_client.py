"""The client of the backfill bench, a process of its own. Reads a Backfill from standard input, writes a Filled."""

import http.client
import sys
import time
from collections.abc import Iterator

import msgspec


class Backfill(msgspec.Struct, frozen=True):
    """What to read, up to a position; ``limit``: positions to a page."""

    host: str
    port: int
    path: str
    token: str
    limit: int
    until: int


class Filled(msgspec.Struct, frozen=True):
    """How many messages came, and in how many seconds."""

    messages: int
    seconds: float


def pages(asked: Backfill) -> Iterator[int]:
    """Yield how many messages each page holds. Raises ValueError for an answer that is no success."""
    connection = http.client.HTTPConnection(asked.host, asked.port)
    decode, cursor = msgspec.json.Decoder(list[msgspec.Raw]).decode, 0
    while cursor < asked.until:
        headers = {"Authorization": f"Bearer {asked.token}"}
        connection.request("GET", f"{asked.path}?after={cursor}&limit={asked.limit}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise ValueError(f"{answer.status} {body[:400]!r}")
        cursor = int(answer.headers["Anjuan-Cursor"])
        yield len(decode(body))


def main() -> None:
    """Read what standard input says."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Backfill)
    start = time.perf_counter()
    messages = sum(pages(asked))
    filled = Filled(messages, time.perf_counter() - start)
    sys.stdout.buffer.write(msgspec.json.encode(filled))


if __name__ == "__main__":
    main()
