"""Names for codes: posts, places, matters, rules, and the coded values of a case."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from adapters.reference import load_divisions
from adapters.web.figures import covered_value, day, moment, yuan
from adapters.web.texts import Texts
from domain.authority.posts import Post
from domain.cases.correcting import INCOME
from domain.cases.parts import Correction, Document, Due, Person, Visit, is_fen
from domain.divisions import UnknownDivision
from domain.kernel import PostId
from domain.rulebook.book import Rulebook
from domain.rulebook.criteria import FactShape, FactValue
from domain.rulebook.figures import KNOWN
from domain.rulebook.rules import RuleVersion

_COUNTY = 6
_CODED = {
    "matter": "matter",
    "channel": "channel",
    "stage": "stage",
    "opinion.result": "result",
    "decision.result": "decided",
    "grant.status": "status",
    "review.outcome": "outcome",
    "changes": "kind",
}


class Worded(Protocol):
    """Something with its words."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


class Names:
    """Says in one language what codes stand for. ``posts`` and ``rulebook`` are the bureau's."""

    def __init__(self, texts: Texts, posts: Mapping[PostId, Post], rulebook: Rulebook) -> None:
        """Keep what names are taken from."""
        self.texts = texts
        self._posts = posts
        self._rulebook = rulebook
        self._chinese = texts.language == "zh"

    def post(self, post_id: str) -> str:
        """Return the title of a post; an unknown one (a resource of an imported log) is its own name."""
        post = self._posts.get(PostId(post_id))
        if post is None:
            return post_id
        return post.title_zh if self._chinese else post.title_en

    def place(self, code: str) -> str:
        """Return the name of one division."""
        try:
            found = load_divisions().division(code)
        except UnknownDivision:
            return code
        return found.name if self._chinese else found.name_en or found.name

    def address(self, code: str) -> str:
        """Return county, town and village in one line."""
        if not code:
            return ""
        try:
            above = [row.code for row in load_divisions().ancestors(code) if row.level != "city"]
        except UnknownDivision:
            return code
        return " ".join(self.place(each) for each in (*reversed(above), code))

    def matter(self, matter: str) -> str:
        """Return the title of a matter, from the texts or from its rule."""
        known = self._rulebook.matters.get(matter)
        if known is not None:
            return known.zh if self._chinese else known.en
        return self.texts.word("matter", matter)

    def words_of(self, thing: Worded) -> str:
        """Return what something is called that has its words with it, as everything in a rule has."""
        return thing.zh if self._chinese else thing.en

    def duty(self, rule: str, what: str) -> str:
        """Return what a duty is called in the rule version, else the general word."""
        known = self._rulebook.by_id.get(rule)
        asked = known.duties.get(what) if known else None
        told = self.words_of(asked) if asked else ""
        return told or self.texts.word("due", what)

    def rule(self, rule: RuleVersion) -> str:
        """Return the title of a rule version."""
        return rule.title_zh if self._chinese else rule.title_en

    def fact(self, rule: str, name: str) -> str:
        """Return what a fact is called: in the rule version, else in general."""
        known = self._rulebook.by_id.get(rule)
        shape = known.facts.get(name) if known else None
        return self.words_of(shape) if shape else self.texts.word("fact", name)

    def found(self, rule: str, name: str, value: FactValue) -> str:
        """Return the value of a fact in words. Amounts in yuan."""
        known = self._rulebook.by_id.get(rule)
        shape = known.facts.get(name) if known else None
        if shape is not None:
            return self.fact_value(shape, value)
        in_fen = KNOWN.get(name) == "fen" and isinstance(value, int)
        return f"{yuan(int(value))} {self.texts('app.yuan')}" if in_fen else self._plain(name, value)

    def fact_value(self, shape: FactShape, value: FactValue) -> str:
        """Return the value of a fact of that shape in words. The rules have no English words for choices."""
        if shape.kind == "fen" and isinstance(value, int):
            return f"{yuan(value)} {self.texts('app.yuan')}"
        if shape.kind == "choice":
            return shape.choices.get(str(value), str(value)) if self._chinese else str(value)
        return self._plain("", value)

    def value(self, path: str, value: Any) -> str:  # noqa: ANN401  a field of a case can be of any kind
        """Return a field's value in words. Empty text: there is none."""
        if value is None or value in ("", (), []):
            return ""
        if isinstance(value, list | tuple):
            parts = any(isinstance(item, msgspec.Struct) for item in value)
            between = self.texts("app.semicolon" if parts else "app.separator")
            return between.join(self.value(path, item) for item in value)
        if isinstance(value, msgspec.Struct):
            return self._struct(value)
        if isinstance(value, str):
            return self._text(path, value)
        return self._plain(path, value)

    def _text(self, path: str, value: str) -> str:
        match path:
            case "division":
                return self.address(value)
            case "screened":
                return self.matter(value)
            case "assignee" | "kin_posts" | "with_posts":
                return self.post(value)
            case "matter":
                return self.matter(value)
            case _:
                return self.texts.word(_CODED[path], value) if path in _CODED else value

    def _plain(self, path: str, value: object) -> str:
        match value:
            case bool():
                return self.texts("app.yes" if value else "app.no")
            case datetime():
                return moment(value)
            case date():
                return day(value)
            case int() if path.endswith(("amount", "monthly_income")):
                return yuan(value)
            case _:
                return str(value)

    def _struct(self, value: msgspec.Struct) -> str:
        match value:
            case Due():
                return f"{self.texts.word('due', value.what)} {day(value.on)}"
            case Visit():
                return f"{moment(value.at)} {self.value('kin_posts', value.investigators)}"
            case Document():
                return f"{value.title or value.kind} ({value.media_type}, {value.size:,} B)"
            case Correction():
                return f"#{value.seq} {self.correctable(value.field)}: {self._right(value)} ({value.reason})"
            case Person():
                return f"{value.name} ({value.relation})"
            case _:
                return ""

    def correctable(self, field: str) -> str:
        """Return the label of what a correction is about: those of the applicant are no fields of the case."""
        whose, _, part = field.partition(".")
        if whose == "applicant" and part:
            return f"{self.texts('list.applicant')} · {self.texts.word('member', part)}"
        return self.field(field)

    def put_right(self, field: str, value: str | int | None) -> str:
        """Return a value before or after a correction, covered where the pages cover it."""
        if isinstance(value, str):
            return covered_value(field, value)
        return self.value(field, value)

    def _right(self, correction: Correction) -> str:
        amount = correction.field == INCOME and is_fen(correction.value)
        return self.put_right(correction.field, int(correction.value) if amount else correction.value)

    def field(self, path: str) -> str:
        """Return the label of a field of the case, with its place in a list: ``家庭成员 2``."""
        stem, bracket, rest = path.partition("[")
        index = rest.partition("]")[0]
        label = self.texts.word("state", stem)
        return f"{label if label != stem else path} {int(index) + 1}" if bracket and index.isdigit() else label
