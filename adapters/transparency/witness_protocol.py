"""What a log sends to a witness, and gets back (C2SP tlog-witness)."""

from typing import NamedTuple

from adapters.transparency.checkpoints import Checkpoint, parse_checkpoint
from adapters.transparency.hash_lines import hash_lines, hashes_of, number_of
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
    return f"old {submission.old}\n{hash_lines(submission.hashes)}\n{submission.checkpoint.note.whole}"


def parse_submission(text: str) -> Submission:
    """Return what was submitted, unchecked. Raises BadNote."""
    lines, blank, checkpoint = text.partition("\n\n")
    first, *rest = lines.split("\n")
    word, _, old = first.partition(" ")
    if not blank or word != "old" or len(rest) > MOST_HASHES:
        raise BadNote("no submission, or too many hashes")
    try:
        size, hashes = number_of(old), hashes_of(rest)
    except ValueError:
        raise BadNote("no size or no hash") from None
    return Submission(size, hashes, parse_checkpoint(checkpoint))
