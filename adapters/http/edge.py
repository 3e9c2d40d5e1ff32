"""The outermost layer: request id, size of bodies, name of the host, headers of every answer, faults of ours.

Plain ASGI, since it is on the way of every command.
"""

import logging
import re
import traceback
from collections import Counter
from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http.problems import BodyTooLarge, Internal, ProblemResponse, WrongHost
from adapters.ids import new_id
from domain.cases.actions.attach_document import MOST_BYTES
from domain.errors import Refused, Unavailable

MOST_BODY = 1024 * 1024
_DOCUMENTS = "/documents"
_PORT = re.compile(r":[0-9]+$")

# The pages bring their own style, script and images; nothing may come from elsewhere, nothing may frame them.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_UNSAID = (b"cache-control", b"private, no-cache")

_log = logging.getLogger("anjuan.http")


class Edge:
    """Wraps the application. ``hosts``: the names it answers under; none at all is any. ``answers``: by status."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], answers: "Counter[int]") -> None:
        """Wrap."""
        self._app = app
        self._hosts = hosts
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing inside can end it without an answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = f"urn:uuid:{new_id()}"
        reply = _Reply(send, self._answers, scope["request_id"])
        try:
            self._check_host(scope)
            limited = _limited(scope, receive)
            await self._app(scope, limited, reply.send)
        except ClientDisconnect:
            return
        except (Refused, Unavailable) as refused:
            await self._answer(scope, receive, reply, refused)
        except Exception as error:  # noqa: BLE001  the last place that can answer; the fault is logged and told as such
            # Only places, no message: it may hold a personal value.
            places = "; ".join(f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:])
            _log.error("%s %s at %s", scope["request_id"], type(error).__name__, places)
            await self._answer(scope, receive, reply, Internal())

    def _check_host(self, scope: Scope) -> None:
        if not self._hosts:
            return
        named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if _PORT.sub("", named).lower() not in self._hosts:
            raise WrongHost

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply", refused: Refused | Unavailable) -> None:
        if not reply.started:
            await ProblemResponse(Request(scope), refused)(scope, receive, reply.send)


class Commands:
    """Takes commands straight to their routes: on the way of reads is as much work as a whole command has."""

    def __init__(self, routes: Sequence[BaseRoute], reads: ASGIApp) -> None:
        """``reads`` gets everything else."""
        self._routes = routes
        self._reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            for route in self._routes:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await self._reads(scope, receive, send)


class _Reply:
    """Sends the answer, with the headers that every one has."""

    def __init__(self, send: Send, answers: "Counter[int]", request_id: str) -> None:
        self._send = send
        self._answers = answers
        self._request_id = request_id
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._answers[message["status"]] += 1
            headers = message["headers"]
            said = {name for name, _ in headers}
            headers.extend(pair for pair in (*_ALWAYS, _UNSAID) if pair[0] not in said)
            headers.append((b"x-request-id", self._request_id.encode()))
        await self._send(message)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Count the bytes of the body as they come: a chunked body has no length to check beforehand."""
    most = MOST_BYTES if scope["path"].endswith(_DOCUMENTS) else MOST_BODY
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not declared.isdigit() or int(declared) > most:
        raise BodyTooLarge(f"{most} bytes")
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise BodyTooLarge(f"{most} bytes")
        return message

    return counted
