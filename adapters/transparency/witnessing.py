"""Having the published head countersigned by offices outside the bureau (C2SP tlog-witness, the log's side)."""

import http.client
import ssl
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from psycopg import Connection

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.keys import VerifierKey, cosigned_at, verifier_of
from adapters.transparency.merkle import consistency_proof
from adapters.transparency.notes import BadNote, Line, Note, lines_of, parse_lines, signed_by
from adapters.transparency.tree import EVENTS, nodes_of
from adapters.transparency.witness_protocol import SIZE_TYPE, Submission, submission_text

_SECONDS = 5.0
_TRIES = 2
_MOST_ANSWER = 64_000
_WITNESSES = "SELECT name, url, key, size FROM tree.witnesses ORDER BY name"
_NEWEST = "SELECT note FROM tree.checkpoints WHERE tree = %s ORDER BY size DESC LIMIT 1"
_ADD_LINE = "INSERT INTO tree.cosignatures VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
_TELL = "UPDATE tree.witnesses SET size = greatest(size, %s), asked_at = %s, fault = %s WHERE name = %s"


class WitnessFault(Exception):
    """A witness did not sign; the text is a code, and holds nothing of its answer."""


class _Asked(NamedTuple):
    name: str
    url: str
    key: VerifierKey
    size: int


def ask_witnesses(connection: "Connection[Any]", now: datetime) -> None:
    """Ask each witness for the head published last. What goes wrong is told in its row; the log waits for nobody."""
    found = connection.execute(_NEWEST, (EVENTS,)).fetchall()
    if not found:
        return
    checkpoint = parse_checkpoint(found[0][0])
    for name, url, key, size in connection.execute(_WITNESSES).fetchall():
        fault, signed_size = "", 0
        try:
            line = _ask(connection, _Asked(name, url, verifier_of(key), size), checkpoint)
            at = datetime.fromtimestamp(cosigned_at(line.signature), UTC)
            connection.execute(_ADD_LINE, (EVENTS, checkpoint.head.size, name, line.text, at))
            signed_size = checkpoint.head.size
        except WitnessFault as error:
            fault = str(error)
        except (OSError, http.client.HTTPException) as error:
            fault = f"UNREACHABLE {type(error).__name__}"
        connection.execute(_TELL, (signed_size, now, fault, name))


def _ask(connection: "Connection[Any]", asked: _Asked, checkpoint: Checkpoint) -> Line:
    old = asked.size
    for _ in range(_TRIES):
        hashes = consistency_proof(old, checkpoint.head.size, nodes_of(connection, checkpoint.head.size))
        status, kind, body = _post(asked.url, submission_text(Submission(old, tuple(hashes), checkpoint)))
        if status == HTTPStatus.OK:
            return _own_line(body, asked.key, checkpoint)
        if status != HTTPStatus.CONFLICT or kind != SIZE_TYPE or not body.strip().isdigit():
            raise WitnessFault(f"REFUSED {status}")
        known = int(body)
        # It has signed for more than it remembers: it went back, or somebody has put another in its place.
        if known < asked.size:
            raise WitnessFault(f"WITNESS_WENT_BACK {asked.size} > {known}")
        if known > checkpoint.head.size:
            raise WitnessFault(f"LOG_BEHIND_WITNESS {known} > {checkpoint.head.size}")
        if known == old:
            raise WitnessFault("OTHER_HISTORY")
        old = known
    raise WitnessFault("CONFLICT")


def _own_line(body: str, key: VerifierKey, checkpoint: Checkpoint) -> Line:
    """Return the line of the key that we trust; others are of no use."""
    try:
        lines = lines_of(parse_lines(body), key)
        if not signed_by(Note(checkpoint.note.text, tuple(lines)), [key]):
            raise WitnessFault("NO_SIGNATURE")
    except BadNote:
        raise WitnessFault("BAD_SIGNATURE") from None
    return lines[0]


def _post(url: str, body: str) -> tuple[int, str, str]:
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)
    try:
        path = f"{parts.path.rstrip('/')}/add-checkpoint"
        connection.request("POST", path, body.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        answer = connection.getresponse()
        text = answer.read(_MOST_ANSWER).decode("utf-8", "replace")
        return answer.status, answer.headers.get_content_type(), text
    finally:
        connection.close()
