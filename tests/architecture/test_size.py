"""Small functions, small files: measured, with the exceptions listed by name and reason."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, Function, functions, name_of, sources, tree_of

LINES_OF_A_FILE = 250
LINES_OF_A_FUNCTION = 30
MEDIAN_LINES = 10
PARAMETERS = 5
NESTING = 3

# (what is too big, where): why it may be. An entry that is not needed any more fails.
EXCEPTIONS: dict[tuple[str, str], str] = {}

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


def lines_of(function: Function) -> int:
    """Lines from `def` to the end; the docstring is not counted, or explaining would be punished."""
    end = function.end_lineno or function.lineno
    if ast.get_docstring(function) is None:
        return end - function.lineno + 1
    text = function.body[0]
    return end - function.lineno + 1 - ((text.end_lineno or text.lineno) - text.lineno + 1)


def parameters_of(function: Function) -> int:
    """All parameters except `self` and `cls`; `*args` and `**kwargs` count as one each."""
    given = function.args
    named = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    own = named[1:] if named[:1] in (["self"], ["cls"], ["mcs"]) else named
    return len(own) + len(given.kwonlyargs) + (given.vararg is not None) + (given.kwarg is not None)


def nesting_of(node: ast.AST) -> int:
    """Depth of blocks inside blocks. `elif` is no deeper than its `if`; inner functions are measured by themselves."""
    return max((_depth_below(node, child) for child in ast.iter_child_nodes(node)), default=0)


def _depth_below(parent: ast.AST, child: ast.AST) -> int:
    if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return 0
    is_elif = isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]
    return nesting_of(child) + (isinstance(child, _BLOCKS) and not is_elif)


def oversizes_of(path: Path) -> dict[tuple[str, str], int]:
    name, tree = name_of(path), tree_of(path)
    found = {("lines of a file", name): len(path.read_text("utf-8").splitlines())}
    limits = {"lines of a file": LINES_OF_A_FILE, "lines": LINES_OF_A_FUNCTION, "parameters": PARAMETERS}
    for inner, function in functions(tree):
        where = f"{name}:{inner}"
        found["lines", where] = lines_of(function)
        found["parameters", where] = parameters_of(function)
        found["nesting", where] = nesting_of(function)
    return {key: size for key, size in found.items() if size > limits.get(key[0], NESTING)}


def oversizes() -> dict[tuple[str, str], int]:
    return {key: size for path in sources(*PACKAGES) for key, size in oversizes_of(path).items()}


def test_functions_and_files_are_small() -> None:
    assert {key: size for key, size in oversizes().items() if key not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed_and_has_a_reason() -> None:
    assert set(EXCEPTIONS) - set(oversizes()) == set()
    assert [key for key, reason in EXCEPTIONS.items() if not reason.strip()] == []


def test_the_median_function_is_short() -> None:
    sizes = sorted(lines_of(function) for path in sources(*PACKAGES) for _, function in functions(tree_of(path)))
    assert not sizes or sizes[len(sizes) // 2] <= MEDIAN_LINES


def _function(text: str) -> Function:
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function


@pytest.mark.parametrize(
    ("text", "lines", "parameters", "nesting"),
    [
        ("def f(): pass", 1, 0, 0),
        ("def f(self, a, /, b, *rest, c, **more):\n    '''Two\n    lines.'''\n    return a", 2, 5, 0),
        ("def f(a):\n if a:\n  pass\n elif a > 1:\n  pass\n elif a > 2:\n  pass", 7, 1, 1),
        ("def f(a):\n for b in a:\n  with b:\n   try:\n    if b: pass\n   finally: pass", 6, 1, 4),
        ("def f():\n def g():\n  if 1:\n   pass\n return g", 5, 0, 0),
    ],
)
def test_the_measures_count_what_they_say(text: str, lines: int, parameters: int, nesting: int) -> None:
    function = _function(text)
    assert (lines_of(function), parameters_of(function), nesting_of(function)) == (lines, parameters, nesting)
