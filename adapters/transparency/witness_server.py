"""The witness's HTTP server: one call, ``/add-checkpoint``."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from adapters.transparency.keys import SigningKey, VerifierKey
from adapters.transparency.witness import Reply, Witness

_MOST_BODY = 64_000
_SECONDS = 10


def serve_witness(
    memory: Path,
    key: SigningKey,
    logs: Sequence[tuple[str, VerifierKey]],
    where: tuple[str, int],
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal comes."""
    witness = Witness(memory, key, logs)
    server = ThreadingHTTPServer(where, _handler(witness))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    ready()
    try:
        server.serve_forever()
    finally:
        server.server_close()
        witness.close()


def _handler(witness: Witness) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers for one witness."""

        protocol_version = "HTTP/1.1"
        timeout = _SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if length.isdigit() and int(length) <= _MOST_BODY:
                reply = _reply(witness, self.path, self.rfile.read(int(length)))
            else:
                reply, self.close_connection = Reply(400), True
            data = reply.body.encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing for each request."""

    return Handler


def _reply(witness: Witness, path: str, body: bytes) -> Reply:
    if path.rstrip("/") != "/add-checkpoint":
        return Reply(404)
    try:
        return witness.add_checkpoint(body.decode(), int(time.time()))
    except UnicodeDecodeError:
        return Reply(400)
