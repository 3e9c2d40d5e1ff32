"""Sentences of findings: the blanks filled in one language, codes and posts in words."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.web.figures import yuan
from adapters.web.names import Names
from adapters.web.texts import Language, Texts
from application.bureau import Bureau
from domain.kernel import Value
from projections.question import Finding, Question

_PAUSE = re.compile(r"([a-z_]+):([0-9]+)-([0-9]*)")
_MONEY = "_fen"
_MATTERS = frozenset({"matter", "other_matter"})


class Told(Value, omit_defaults=False):
    """A finding with its sentence in both languages."""

    finding: Finding
    zh: str
    en: str


class Teller:
    """Tells what findings of one question say."""

    def __init__(self, question: Question, bureau: Bureau) -> None:
        """Take names from the bureau."""
        self._question = question
        self._zh, self._en = Sayer("zh", bureau), Sayer("en", bureau)

    def tell(self, finding: Finding) -> Told:
        """Return the finding with its sentences."""
        says, details = self._question.kinds[finding.kind].says, {"days": finding.days, **finding.details}
        return Told(finding, self._zh.say(says.zh, details), self._en.say(says.en, details))


class Sayer:
    """Fills sentences in one language."""

    def __init__(self, language: Language, bureau: Bureau) -> None:
        """Take names from the bureau."""
        self._texts = Texts(language)
        self._names = Names(self._texts, bureau.posts, bureau.rulebook)
        self._language = language

    def say(self, sentence: str, details: Mapping[str, Any]) -> str:
        """Return the sentence with its blanks filled from the details."""
        words = {name: self._word(name, value, details) for name, value in details.items()}
        own = {name.removesuffix(f"_{self._language}"): words[name] for name in words if name.endswith(self._language)}
        return sentence.format(**{**words, **own})

    def _word(self, name: str, value: Any, details: Mapping[str, Any]) -> str:  # noqa: ANN401  (what SQL gave)
        if name == "pauses":
            return self._pauses(str(value))
        if value is None or value == "":
            return self._texts("app.none")
        if isinstance(value, bool):
            return self._texts("app.yes" if value else "app.no")
        if name.endswith(_MONEY):
            return yuan(int(value))
        return self._coded(name, str(value), details)

    def _coded(self, name: str, value: str, details: Mapping[str, Any]) -> str:
        if name in _MATTERS:
            return self._names.matter(value)
        match name:
            case "duty":
                return self._names.duty(str(details.get("rule", "")), value)
            case "holder":
                return self._texts.word("role", value)
            case "post":
                return self._names.post(value)
            case "posts":
                return self._texts("app.separator").join(map(self._names.post, value.split()))
            case "stood" | "asked" if details.get("unit"):
                return self._texts.word("unit", str(details["unit"])).format(n=value)
            case "urban_standards" | "rural_standards":
                return self._texts("app.separator").join(yuan(int(each)) for each in value.split())
            case _:
                return value

    def _pauses(self, text: str) -> str:
        """What did not count, each by the event that began it, with the positions of begin and end."""
        found = _PAUSE.findall(text)
        if not found:
            return self._texts("app.none")
        told = (f"{self._texts.word('event', f'case.{what}')} @{begin}–{end}" for what, begin, end in found)
        return self._texts("app.separator").join(told)
