"""The client of the HTTP bench, a process of its own: keep-alive connections, each sends one command after the other.

Reads a Load from standard input, writes a Timing to standard output.
"""

import asyncio
import sys
import time

import msgspec


class Sent(msgspec.Struct, frozen=True):
    """One request."""

    path: str
    token: str
    key: str
    body: str


class Load(msgspec.Struct, frozen=True):
    """What to send: for each connection, its requests in order."""

    host: str
    port: int
    connections: list[list[Sent]]


class Timing(msgspec.Struct, frozen=True):
    """How long all took, how long each (seconds), and the first answer that was no success."""

    seconds: float
    each: list[float]
    fault: str = ""


class _Refused(Exception):
    """An answer that is not a success: the bench sends only what must succeed."""


async def run(load: Load) -> Timing:
    """Open all connections, then send."""
    opened = [await asyncio.open_connection(load.host, load.port) for _ in load.connections]
    each: list[float] = []
    start = time.perf_counter()
    try:
        await asyncio.gather(
            *(
                _converse(reader, writer, [_bytes(load.host, sent) for sent in requests], each)
                for (reader, writer), requests in zip(opened, load.connections, strict=True)
            )
        )
    except _Refused as no:
        return Timing(0.0, [], str(no))
    return Timing(time.perf_counter() - start, each)


def _bytes(host: str, sent: Sent) -> bytes:
    body = sent.body.encode()
    head = (
        f"POST {sent.path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {sent.token}\r\n"
        f"Idempotency-Key: {sent.key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: list[bytes], each: list[float]
) -> None:
    for request in requests:
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        each.append(time.perf_counter() - start)
        if not head.startswith(b"HTTP/1.1 2"):
            raise _Refused((head[:40] + body[:400]).decode(errors="replace"))
    writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def main() -> None:
    """Run what standard input says."""
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    timing = asyncio.run(run(load))
    sys.stdout.buffer.write(msgspec.json.encode(timing))


if __name__ == "__main__":
    main()
