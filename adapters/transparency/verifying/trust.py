"""Checkpoints against the log: their roots, who signed them, which keys had to, and which might not any more."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from adapters.transparency.checkpoints import Checkpoint
from adapters.transparency.keys import BadSignature, VerifierKey, check
from adapters.transparency.notes import lines_of
from adapters.transparency.verifying.findings import FaultCode, Finding


class KeySpan(NamedTuple):
    """A key of the log's own events: from which position on it signs, and after which no more."""

    key: VerifierKey
    since: int
    until: int | None = None


class Trust(NamedTuple):
    """What an auditor brings along. ``last``: a checkpoint kept from before. ``quorum``: how many witnesses must sign.

    Without ``keys``, those that the log names itself are taken: then only an outsider's checkpoint or witness tells
    whether the whole was not made anew.
    """

    keys: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    last: Checkpoint | None = None


class Judged(NamedTuple):
    """What was found, how many signatures hold, and up to which size the log is signed, and has enough witnesses."""

    findings: list[Finding]
    signatures: int
    signed: int
    witnessed: int


def judge_roots(checkpoints: Iterable[Checkpoint], origin: str, size: int, roots: Mapping[int, bytes]) -> list[Finding]:
    """Hold checkpoints against the roots that the log has at their sizes."""
    findings = []
    for head in (each.head for each in checkpoints):
        if head.size > size:
            findings.append(_finding("CHECKPOINT_BEYOND", size + 1, head.size))
        elif head.origin != origin or (head.size and roots[head.size] != head.root):
            findings.append(_finding("CHECKPOINT_DIFFERS", head.size, head.size))
    return findings


def judge_signatures(checkpoints: Sequence[Checkpoint], spans: Sequence[KeySpan], trust: Trust) -> Judged:
    """Check the signatures of checkpoints: by the auditor's keys, or by those that the log names itself."""
    findings: list[Finding] = []
    signatures = signed = witnessed = 0
    for checkpoint in checkpoints:
        good, faults = _signed(checkpoint, spans, trust.keys)
        signed = max(signed, checkpoint.head.size if good and not faults else 0)
        countersigned, more = _checked(checkpoint, trust.witnesses)
        findings += [*faults, *more]
        signatures += len(good) + len(countersigned)
        if trust.quorum and len({key.name for key in countersigned}) >= trust.quorum:
            witnessed = max(witnessed, checkpoint.head.size)
    newest = max((each.head.size for each in checkpoints), default=0)
    if trust.quorum and not witnessed:
        findings.append(_finding("WITNESS_MISSING", 0, newest))
    # Whoever takes all heads away leaves a log that nobody vouches for.
    if not checkpoints and (trust.keys or spans):
        findings.append(_finding("SIGNATURE_MISSING", 0, newest))
    return Judged(findings, signatures, signed, witnessed)


def _signed(
    checkpoint: Checkpoint, spans: Sequence[KeySpan], trusted: Sequence[VerifierKey]
) -> tuple[list[VerifierKey], list[Finding]]:
    size = checkpoint.head.size
    known = [*trusted, *(span.key for span in spans if span.key not in trusted)]
    good, findings = _checked(checkpoint, known)
    due = [span.key for span in spans if span.since <= size and (span.until is None or size <= span.until)]
    ended = {span.key for span in spans if span.until is not None and size > span.until}
    if any(key in ended for key in good):
        findings.append(_finding("KEY_RETIRED", 0, size))
    named = {key for key in known if lines_of(checkpoint.note.lines, key)}
    if any(key not in named for key in due) or not any(key in (trusted or due or known) for key in good):
        findings.append(_finding("SIGNATURE_MISSING", 0, size))
    return good, findings


def _checked(checkpoint: Checkpoint, keys: Iterable[VerifierKey]) -> tuple[list[VerifierKey], list[Finding]]:
    """Return the keys whose signature holds, and a finding for each that does not."""
    good, findings = [], []
    for key in keys:
        for line in lines_of(checkpoint.note.lines, key):
            try:
                check(key, checkpoint.note.text.encode(), line.signature)
            except BadSignature:
                findings.append(_finding("SIGNATURE_BAD", 0, checkpoint.head.size))
            else:
                good.append(key)
    return good, findings


def _finding(code: FaultCode, position: int, size: int) -> Finding:
    return Finding(code=code, position=position, detail=f"size {size}")
