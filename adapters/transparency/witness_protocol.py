"""What a log sends to a witness, and gets back (C2SP tlog-witness)."""

import base64
import binascii
from typing import NamedTuple

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.notes import BadNote

MOST_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"


class Submission(NamedTuple):
    """A checkpoint, and the proof that it continues the tree of size ``old``."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint


def submission_text(submission: Submission) -> str:
    """Return the body of the request."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in submission.hashes)
    return f"old {submission.old}\n{hashes}\n{submission.checkpoint.note.whole}"


def parse_submission(text: str) -> Submission:
    """Return what was submitted, unchecked. Raises BadNote."""
    lines, blank, checkpoint = text.partition("\n\n")
    first, *rest = lines.split("\n")
    word, _, old = first.partition(" ")
    if not blank or word != "old" or not old.isascii() or not old.isdigit() or str(int(old)) != old:
        raise BadNote("no submission")
    if len(rest) > MOST_HASHES:
        raise BadNote("too many hashes")
    try:
        hashes = tuple(base64.b64decode(line, validate=True) for line in rest)
    except (binascii.Error, ValueError):
        raise BadNote("no hash") from None
    return Submission(int(old), hashes, parse_checkpoint(checkpoint))
