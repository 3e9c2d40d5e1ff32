"""Names say what a thing is; a silenced check says why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, name_of, sources, tree_of

BANNED = {"manager", "managers", "helper", "helpers", "util", "utils", "base", "impl"}
BANNED_FILES = BANNED | {"common"}
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<codes>[^#]*)(?P<rest>.*)")
CODES = re.compile(r"^(?::\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*|\[[\w,\s-]+\])")
SHORTEST_REASON = 10


def words_of(name: str) -> set[str]:
    """`HTTPBaseRoute` and `http_base_route` alike: http, base, route."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return {part.lower() for part in parts}


def definitions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def unexplained(line: str) -> bool:
    """Whether a line silences a check without saying which one and why."""
    found = SILENCED.search(line)
    if found is None:
        return False
    codes = CODES.match(found["codes"])
    if codes is None:
        return True
    reason = found["codes"][codes.end() :] + found["rest"]
    return len(reason.strip(" #:-—")) < SHORTEST_REASON


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "infra"])
def test_no_class_or_function_has_an_empty_name(folder: str) -> None:
    named = [(name_of(path), name) for path in sources(folder) for name in definitions(tree_of(path))]
    if folder == "tests":  # a test's name is a sentence
        named = [(path, name) for path, name in named if not name.startswith("test_")]
    assert [(path, name) for path, name in named if words_of(name) & BANNED] == []


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "infra"])
def test_no_file_has_an_empty_name(folder: str) -> None:
    names = [name_of(path) for path in sources(folder)]
    assert [name for name in names if any(words_of(part) & BANNED_FILES for part in Path(name).parts)] == []


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "infra"])
def test_a_silenced_check_says_why(folder: str) -> None:
    silent = [
        f"{name_of(path)}:{number}"
        for path in sources(folder)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if unexplained(line)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EventManager", {"event", "manager"}),
        ("database", {"database"}),
        ("HTTPBase", {"http", "base"}),
        ("to_impl2", {"to", "impl", "2"}),
    ],
)
def test_names_are_read_word_by_word(name: str, words: set[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("line", "is_unexplained"),
    [
        ("x = 1  # a remark", False),
        ("x = 1  # noqa", True),
        ("x = 1  # noqa: S603", True),
        ("x = 1  # noqa: S603, S607 our own program, fixed arguments", False),
        ("x = 1  # noqa: S603  # our own program", False),
        ("x = 1  # type: ignore", True),
        ("x = 1  # type: ignore[no-any-return]", True),
        ("x = 1  # type: ignore[no-any-return]  # the wheel has no types", False),
    ],
)
def test_a_reason_is_recognised(line: str, *, is_unexplained: bool) -> None:
    assert unexplained(line) is is_unexplained
