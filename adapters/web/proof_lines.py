"""Events that prove a finding, in words: who, when, the fields that say it, and where the case stood after it."""

from collections.abc import Iterator
from typing import Any

from adapters.audit_questions import Proof
from adapters.web.desk import Desk
from adapters.web.figures import last_moment
from domain.kernel import Value
from projections.question import Finding

_POSTS = frozenset({"investigators", "interviewers", "kin_posts", "with_posts", "post"})
_MATTERS = frozenset({"matter", "excludes"})


class ProofLine(Value):
    """An event in words. ``address``: the case as it stood after it, or the rule; empty where there is no page."""

    proof: Proof
    title: str
    who: str
    facts: tuple[tuple[str, str], ...]
    address: str


def proof_line(desk: Desk, proof: Proof, finding: Finding) -> ProofLine:
    """Return the event in the language of the desk; of clocks, those that the finding is about."""
    return ProofLine(
        proof=proof,
        title=desk.t.word("event", proof.type),
        who=desk.names.post(proof.post or proof.actor),
        facts=(*_facts(desk, proof), *_clocks(desk, proof, finding), *_rule(desk, proof)),
        address=_address(proof),
    )


def _facts(desk: Desk, proof: Proof) -> Iterator[tuple[str, str]]:
    """Fields that have a word; the others are for programs."""
    for name, value in proof.data.items():
        label = desk.t.word("proof", name)
        if label != name:
            yield label, _value(desk, name, value)


def _value(desk: Desk, name: str, value: Any) -> str:  # noqa: ANN401  (a field of an event)
    if isinstance(value, list):
        return desk.t("app.separator").join(_value(desk, name, each) for each in value)
    if name in _POSTS:
        return desk.names.post(str(value))
    if name in _MATTERS:
        return desk.names.matter(str(value))
    if name == "standard":
        return desk.names.value("amount", value)
    return desk.names.value(name, value) or desk.t("app.none")


def _clocks(desk: Desk, proof: Proof, finding: Finding) -> Iterator[tuple[str, str]]:
    """What the event did to the clock of the duty that the finding is about."""
    duty = finding.details.get("duty", "review")
    for move in proof.data.get("moves", ()):
        if move["what"] == duty:
            due = f" {last_moment(move['due_at'])}" if move.get("due_at") else ""
            yield desk.names.duty(proof.rule, duty), f"{desk.t.word('move', move['to'])}{due}"


def _rule(desk: Desk, proof: Proof) -> Iterator[tuple[str, str]]:
    version = proof.data.get("version")
    if version:
        yield desk.t("rule.version"), str(version["id"])
        yield desk.t("proof.in_force"), f"{version['valid_from']} – {version.get('valid_to', desk.t('rule.open_end'))}"


def _address(proof: Proof) -> str:
    if proof.case_id:
        version = f"?version={proof.seq}" if proof.stream.startswith("case-") else ""
        return f"/ui/cases/{proof.case_id}{version}"
    rule = proof.data.get("version")
    return f"/ui/rulebook/{rule['id']}" if rule else ""
