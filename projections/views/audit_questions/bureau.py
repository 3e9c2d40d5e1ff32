"""Folding rules, posts and declared kin: what cases are held against."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.authority.posts import Post
from domain.bureau_events import KinDeclared, PostsCreated, RuleVersionPublished
from domain.divisions import division_prefix
from domain.kernel import Recorded
from domain.rulebook.criteria import Criterion
from domain.rulebook.parts import Step
from domain.rulebook.rules import RuleVersion
from projections.shape import Key, Working
from projections.views.audit_questions.rows import RuleRow

_AND = "；"
_NO_STEP = Step(by=(), stages=())


def bureau_rows(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the rows that the event may replace."""
    event = recorded.event
    match event:
        case RuleVersionPublished():
            yield "audit_rule", (event.version.id,)
        case PostsCreated():
            for post in event.posts:
                yield "audit_post", (post.id,)
                yield from (("audit_kin", (subject, post.id)) for subject in post.kin)
        case KinDeclared():
            yield "audit_kin", (event.subject, event.post)
        case _:
            return


def fold_bureau(rows: Working, recorded: Recorded) -> None:
    """Take in a rule version, posts, or a declaration. What was declared first stays."""
    event = recorded.event
    match event:
        case RuleVersionPublished():
            row = rule_row(event.version, recorded.position)
            known: RuleRow | None = rows["audit_rule"].get((row.rule,))
            if known is not None and _holds_alike(known, row):
                row.position = known.position
            rows["audit_rule"].put((row.rule,), row)
        case PostsCreated():
            for post in event.posts:
                rows["audit_post"].put((post.id,), _post(post))
                for subject in post.kin:
                    _declare(rows, (subject, post.id), recorded.position, own=False)
        case KinDeclared():
            _declare(rows, (event.subject, event.post), recorded.position, own=event.own)
        case _:
            return


def _holds_alike(known: RuleRow, row: RuleRow) -> bool:
    """Published again with an end, or with other figures, a version holds where and when it held before."""
    ends = row.valid_to is not None or known.valid_to is None
    return ends and (known.region, known.valid_from, known.pilot) == (row.region, row.valid_from, row.pilot)


def _post(post: Post) -> tuple[str, str, str, str]:
    return (post.id, post.role, division_prefix(post.division), post.organ)


def _declare(rows: Working, key: tuple[str, str], position: int, *, own: bool) -> None:
    if rows["audit_kin"].get(key) is None:
        rows["audit_kin"].put(key, (*key, position, own))


def rule_row(rule: RuleVersion, position: int) -> RuleRow:
    """Return what the questions ask of a rule version."""
    return RuleRow(
        rule=rule.id,
        matter=rule.matter,
        region=division_prefix(rule.region),
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        pilot=bool(rule.pilot),
        position=position,
        latest=position,
        basis=_AND.join(rule.basis),
        first=rule.months.first,
        last=rule.months.last,
        first_age=_first_age(rule),
        months_basis=rule.months.basis,
        tracks=any(track.parameter == "standard" and track.basis for track in rule.tracks),
        **_inquiry(rule),
        **_notice(rule),
    )


def _inquiry(rule: RuleVersion) -> dict[str, Any]:
    return {
        "min_investigators": rule.min_investigators,
        "visits": "record_visit" in rule.steps,
        "compares": _compares(rule.steps),
        "compare_basis": _basis(rule.steps, "report_comparison"),
        "visit_basis": _basis(rule.steps, "record_visit"),
        "kin_basis": _basis(rule.steps, "register_separately"),
        "objection_basis": _basis(rule.steps, "record_objection"),
        "review_basis": _basis(rule.steps, "complete_review"),
    }


def _notice(rule: RuleVersion) -> dict[str, Any]:
    limit, exempt = rule.limits.get("notice"), rule.notice.exempt
    return {
        "notice": rule.notice.kind,
        "notice_basis": rule.notice.basis,
        "notice_days": limit.days if limit else None,
        "notice_unit": limit.unit if limit else "",
        "exempt_age": _exempt_age(exempt),
        "exempt_otherwise": bool(exempt) and _exempt_age(exempt) is None,
    }


def _basis(steps: Mapping[str, Step], name: str) -> str:
    return steps.get(name, _NO_STEP).basis


def _compares(steps: Mapping[str, Step]) -> bool:
    deciding = (steps.get(name, _NO_STEP) for name in ("issue_opinion", "confirm_case"))
    return "report_comparison" in steps and any("comparison_reported" in step.after for step in deciding)


def _exempt_age(exempt: tuple[Criterion, ...]) -> int | None:
    """The age below which nobody is posted, where that is the whole exemption."""
    if len(exempt) != 1:
        return None
    line = exempt[0]
    fits = (line.fact, line.op) == ("age", "<") and isinstance(line.value, int)
    return line.value if fits and isinstance(line.value, int) else None


def _first_age(rule: RuleVersion) -> int | None:
    """An amount by age is paid from the lowest age that has one."""
    amount = rule.amount
    return min(band.start for band in amount.bands) if amount.kind == "flat_by_age" and amount.bands else None
