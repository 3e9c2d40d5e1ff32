"""The table of texts: nothing missing, nothing left over, the same blanks to fill in both languages."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import msgspec
import pytest

from adapters.reads.recording import Door, Kind
from adapters.web import rule_tables, texts
from adapters.web.duty_lines import Standing
from adapters.web.forms import inputs_of
from adapters.web.layout import LAYOUT
from adapters.web.policy import STAGES
from adapters.web.rulebook import FIELDS
from adapters.web.texts import Texts, language_of, load_texts
from domain.authority.posts import Role
from domain.authority.powers import Change, Form, Power
from domain.cases.events import CASE_EVENTS
from domain.cases.parts import Channel, DutyChange, GrantStatus, Result
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState, Stage
from domain.divisions import Settlement
from domain.feeds.contract import ATTRIBUTES, Manner
from domain.feeds.scope import deliverable
from domain.feeds.standing import Standing as FeedStanding
from domain.policy.events import POLICY_EVENTS
from domain.policy.parts import Direction, Method, Recommendation, Verdict
from domain.rulebook import amounts
from domain.rulebook.criteria import FactKind, FactShape
from domain.rulebook.figures import KNOWN
from domain.rulebook.parts import FirstMonth, NoticeRule, Overlap, Unit
from domain.rulebook.rules import LIMITS, Family, Issuer, SubjectKind
from domain.signals.events import SIGNAL_EVENTS
from domain.signals.events import Verdict as SignalVerdict
from domain.signals.kinds import DEPARTMENTS, KINDS
from projections.views.duties.queries import By, State
from projections.views.leads.queries import LeadStatus
from projections.views.warnings.queries import WarningStatus
from tests.support.builders import RULE, RULES

FOLDER = Path(texts.__file__).parent
SOURCES = [*FOLDER.rglob("*.html"), *FOLDER.glob("*.py")]
USED = re.compile(r"""\bt(?:exts)?\(\s*['"]([a-z_0-9]+\.[a-z_0-9.]+)['"]\s*[,)]""")
EITHER = re.compile(r"""['"]([a-z]+\.[a-z_0-9]+)['"]""")
GROUPS = {
    "act", "audit", "authority", "case", "channel", "dash", "decided", "due", "duties", "duty", "error",
    "event", "explain", "fact", "input", "kind", "list", "matter", "member",
    "ops", "outcome", "parity", "past", "policy", "rule", "phase",
    "person", "coverage", "result", "role", "section", "sign", "stage", "state", "status", "term", "times",
    "app", "nav", "leads", "warnings", "signals", "feeds",
}  # fmt: skip

PROVING = {
    "bureau.kin_declared",
    "bureau.posts_created",
    "entitlement.changed",
    "entitlement.ended",
    "entitlement.granted",
    "rule.version_published",
}
"""Events of no case that prove what an audit question found."""
OWN_LABELS = {"establish_facts.source", "identify_subject.source", "backfill_papers.papers"}
"""Fields that mean another thing in one action than elsewhere."""


def written() -> str:
    return "\n".join(path.read_text("utf-8") for path in SOURCES)


def coded() -> set[str]:
    """Keys made of a group and a coded value."""
    words: dict[str, set[str]] = {
        "stage": set(get_args(Stage)),
        "event": {*CASE_EVENTS, *POLICY_EVENTS, *SIGNAL_EVENTS, *PROVING},
        "role": set(get_args(Role)),
        "channel": {*get_args(Channel), "import"},
        "result": set(get_args(Result)),
        "decided": set(get_args(Result)),
        "status": set(get_args(GrantStatus)),
        "due": {*LIMITS, "close_notice", *(name for rule in RULES.values() for name in rule.duties)},
        "duty": set(get_args(Standing)),
        "duties": {"what", "standing", "due", "holder", "basis"},
        "fact": set(KNOWN),
        "matter": {"legacy"},
        "input": {field.name for action in ACTIONS.values() for field in msgspec.structs.fields(action.command)}
        | OWN_LABELS,
        "state": set(state_fields()),
        "section": {"case", "legacy", *(key for key, _ in LAYOUT)},
        "outcome": {"unchanged", "increase", "reduce", "suspend", "stop"},
        "kind": {"population", "income", "property", "other"},
        "phase": {"intake", "inquiry", "decision", "grant", "ended"},
        "dash": {"cases", "running", "granted", "ended"},
        "member": {"relation", "name", "id_number", "phone"},
        "error": {"400", "400_text", "404", "404_text", "413", "413_text", "503", "503_text"},
        **rule_words(),
        **signal_words(),
        "proof": {key.removeprefix("proof.") for key in load_texts() if key.startswith("proof.")},
        "move": set(get_args(DutyChange)),
        "term": {key.removeprefix("term.") for key in load_texts() if key.startswith("term.")},
    }
    return {f"{group}.{value}" for group, values in words.items() for value in values}


def rule_words() -> dict[str, set[str]]:
    """The coded values in rules."""
    return {
        "field": set(FIELDS),
        "dutystate": set(get_args(State)),
        "dutyby": set(get_args(By)),
        "dutyname": set(get_args(By)),
        "policystage": set(STAGES),
        "pilotstage": {"opened", "measured", "evaluated", "promoted", "closed"},
        "verdict": set(get_args(Verdict)),
        "method": set(get_args(Method)),
        "direction": set(get_args(Direction)),
        "recommend": set(get_args(Recommendation)),
        "settlement": set(get_args(Settlement)),
        "seat": {"founder", "agent", "temporary"},
        "coverage": {"eligible", "served", "missing", "rate"},
        "policy": {"name", "stage", "matters", "comments", "pilot", "document", "changed"},
        "parity": {"standard", "grant", "median", "mean", "decisions", "refused"},
        "form": set(get_args(Form)),
        "power": set(get_args(Power)),
        "change": set(get_args(Change)),
        "family": set(get_args(Family)),
        "subject": set(get_args(SubjectKind)),
        "issuer": set(get_args(Issuer)),
        "unit": set(get_args(Unit)),
        "first": values_in(FirstMonth, "first"),
        "last": values_in(FirstMonth, "last"),
        "notice": values_in(NoticeRule, "kind"),
        "effect": values_in(Overlap, "effect"),
        "scope": values_in(Overlap, "scope"),
        "factkind": set(get_args(FactKind)),
        "source": values_in(FactShape, "source"),
        "amountkind": set(get_args(amounts.Kind)),
        "parameter": {"standard", *(name for rule in RULES.values() for name in rule.parameters)},
        "door": set(get_args(Door)),
        "read": set(get_args(Kind)),
        "rulepart": {key for key, _, _ in rule_tables.PARTS},
    }


def signal_words() -> dict[str, set[str]]:
    """The coded values of what comes from other departments, and of what they are given."""
    shapes = [shape for kind in KINDS.values() for shape in kind.facts.values()]
    return {
        "signal": set(KINDS),
        "department": set(DEPARTMENTS),
        "feedstate": set(get_args(FeedStanding)),
        "feedmanner": set(get_args(Manner)),
        "feedperson": set(ATTRIBUTES),
        "feedfield": set().union(*deliverable().values()),
        "signalverdict": set(get_args(SignalVerdict)),
        "leadstatus": set(get_args(LeadStatus)),
        "warningstatus": set(get_args(WarningStatus)),
        "signalfact": {name for kind in KINDS.values() for name in kind.facts},
        "signalcode": {code for shape in shapes if isinstance(shape, tuple) for code in shape},
    }


def values_in(part: type[msgspec.Struct], field: str) -> set[str]:
    """The values that a field can have."""
    return set(get_args(next(each.type for each in msgspec.structs.fields(part) if each.name == field)))


def state_fields() -> list[str]:
    """Every field of a case, those of its single parts with a dot."""
    found: list[str] = []
    for field in msgspec.structs.fields(CaseState):
        parts = [part for part in get_args(field.type) if isinstance(part, type) and issubclass(part, msgspec.Struct)]
        found.append(field.name)
        optional = type(None) in get_args(field.type)
        found += [f"{field.name}.{inner.name}" for part in parts if optional for inner in msgspec.structs.fields(part)]
    return found


def test_every_text_that_a_page_uses_exists() -> None:
    used = set(USED.findall(written()))
    assert len(used) > 100
    assert used - set(load_texts()) == set()


def test_every_coded_value_has_a_word() -> None:
    assert coded() - set(load_texts()) == set()


def test_no_text_is_left_over() -> None:
    named = {key for key in EITHER.findall(written()) if key.partition(".")[0] in GROUPS}
    assert set(load_texts()) - named - set(USED.findall(written())) - coded() == set()


def blanks(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_both_languages_say_something_and_take_the_same_values() -> None:
    assert [key for key, both in load_texts().items() if not all(text.strip() for text in both)] == []
    assert [key for key, (zh, en) in load_texts().items() if blanks(zh) != blanks(en)] == []


def test_english_texts_hold_no_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key, (_, en) in load_texts().items() if chinese.search(en)] == ["app.language"]


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"open_case"}))
def test_every_action_has_a_form(action: str) -> None:
    inputs = inputs_of(ACTIONS[action].command)
    assert [each.name for each in inputs] == [field.name for field in msgspec.structs.fields(ACTIONS[action].command)]


def test_every_step_of_the_rule_is_an_action_that_people_can_read() -> None:
    assert [name for name in RULE.steps if not (ACTIONS[name].zh and ACTIONS[name].en)] == []


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        (None, None, "", "zh"),
        (None, None, "de-DE, en;q=0.5", "en"),
        (None, None, "en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        (None, "en", "zh-CN", "en"),
        ("zh", "en", "en", "zh"),
        ("klingon", "elvish", "xx", "zh"),
    ],
)
def test_the_language_follows_address_then_cookie_then_browser(
    query: str | None, cookie: str | None, accepted: str, language: str
) -> None:
    assert language_of(query, cookie, accepted) == language


def test_an_imported_value_is_its_own_word() -> None:
    assert Texts("zh").word("stage", "T02 Check") == "T02 Check"
