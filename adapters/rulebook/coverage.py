"""Conditions of coverage from their file: every fault with file and line, or the rules."""

from functools import cache
from pathlib import Path

import msgspec

from adapters.reference import INFRA
from adapters.rulebook.loading import load_rulebook
from adapters.rulebook.marked import Marked, RuleDataFault, plain, read_marked
from adapters.rulebook.shapes import faults_of
from domain.kernel import Value
from domain.rulebook.book import Rulebook
from domain.rulebook.coverage import CoverageBook, CoverageRule
from domain.rulebook.coverage_faults import coverage_faults
from domain.rulebook.faults import Fault, text_of

SHIPPED = INFRA / "coverage.yaml"
_KEY, _ELSEWHERE = "coverage", "elsewhere"


class _File(Value):
    coverage: tuple[CoverageRule, ...]
    elsewhere: tuple[str, ...] = ()


def is_coverage(path: Path) -> bool:
    """Tell whether a file says it is one of these. What is no YAML is told by whoever reads it as a matter."""
    try:
        return path.is_file() and _KEY in read_marked(path).entries()
    except RuleDataFault:
        return False


def check_coverage(path: Path) -> tuple[CoverageBook, list[RuleDataFault]]:
    """Return the rules of a file, none if its form is wrong, and its faults. The matters that we ship are known."""
    document = read_marked(path)
    faults = list(faults_of(document, _File))
    if faults:
        return CoverageBook(), faults
    file = msgspec.convert(plain(document), _File)
    rules = file.coverage
    faults = _repeated(document, rules)
    if faults:  # of two with one id, nobody could say which is meant
        return CoverageBook(), faults
    data = load_rulebook(INFRA / "rulebook")
    book = Rulebook().with_matters(data.matters).with_versions(data.versions)
    faults = [_placed(document, rules, fault) for fault in coverage_faults(rules, book)]
    faults += _unknown(document, book)
    return CoverageBook(rules, file.elsewhere), sorted(faults, key=lambda fault: fault.line)


@cache
def shipped_coverage() -> CoverageBook:
    """Return the rules that ship. Raises RuleDataFault: the first fault of the file."""
    book, faults = check_coverage(SHIPPED)
    for fault in faults:
        raise fault
    return book


def _repeated(document: Marked, rules: tuple[CoverageRule, ...]) -> list[RuleDataFault]:
    known: set[str] = set()
    found = []
    for index, rule in enumerate(rules):
        if rule.id in known:
            at = document.value[_KEY].items()[index].value["id"]
            found.append(RuleDataFault(at.path, at.line, f"{_KEY}[{index}].id", f"given twice: {rule.id}"))
        known.add(rule.id)
    return found


def _unknown(document: Marked, book: Rulebook) -> list[RuleDataFault]:
    """The matters of ``elsewhere`` that there are not."""
    listed = document.entries().get(_ELSEWHERE, document).items()
    unknown = [(index, each) for index, each in enumerate(listed) if each.value not in book.matters]
    told = [(index, each, text_of(Fault("", (), "UNKNOWN_MATTER", each.value))) for index, each in unknown]
    return [RuleDataFault(each.path, each.line, f"{_ELSEWHERE}[{index}]", text) for index, each, text in told]


def _placed(document: Marked, rules: tuple[CoverageRule, ...], fault: Fault) -> RuleDataFault:
    """The nearest place that is written in the file."""
    index = next(number for number, rule in enumerate(rules) if rule.id == fault.of)
    marked = document.value[_KEY].items()[index]
    for key in fault.path:
        below = marked.entries().get(key) if isinstance(key, str) else dict(enumerate(marked.items())).get(key)
        if below is None:
            break
        marked = below
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in fault.path)
    return RuleDataFault(marked.path, marked.line, f"{_KEY}[{index}]{where}", f"{text_of(fault)} [{fault.of}]")
