"""The texts of the pages, from one table in several files: a key, a Chinese and an English text."""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

import msgspec
import yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_FILES = sorted(Path(__file__).parent.glob("texts*.yaml"))


@cache
def load_texts() -> dict[str, tuple[str, str]]:
    """Return the table. Raises msgspec.ValidationError for an entry that is not two texts."""
    raw = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in _FILES]
    return {key: both for table in raw for key, both in msgspec.convert(table, dict[str, tuple[str, str]]).items()}


class Texts:
    """The table in one language. ``texts("list.found", n=3)``; a key that does not exist raises KeyError."""

    def __init__(self, language: Language) -> None:
        """Speak this language."""
        self.language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text, with the values filled in."""
        text = load_texts()[key][self._column]
        return text.format(**values) if values else text

    def word(self, group: str, value: str) -> str:
        """Return the word for a coded value, or the value itself: imported data has words of its own."""
        entry = load_texts().get(f"{group}.{value}")
        return entry[self._column] if entry else value


def language_of(query: str | None, cookie: str | None, accepted: str) -> Language:
    """Return the language asked for by the address, else by the cookie, else by the browser; else Chinese."""
    for wish in (query, cookie):
        for language in LANGUAGES:
            if wish == language:
                return language
    wishes = [part.split(";")[0].strip().lower()[:2] for part in accepted.split(",")]
    return next((language for wish in wishes for language in LANGUAGES if wish == language), "zh")
