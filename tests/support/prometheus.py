"""A strict reader of the text exposition format 0.0.4: it refuses what a scraper might let pass."""

import math
import re
from typing import NamedTuple

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_HELP = re.compile(rf"# HELP ({_NAME}) (\S.*)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (gauge|counter|histogram)")
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?|\+Inf)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=[a-zA-Z_])|$)')
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "gauge": ("",), "counter": ("",)}

Labels = frozenset[tuple[str, str]]


class Family(NamedTuple):
    """A metric: its type, and its samples by full name and labels."""

    kind: str
    samples: dict[tuple[str, Labels], float]

    def value(self, **labels: str) -> float:
        """The one sample that has at least these labels."""
        wanted = set(labels.items())
        (found,) = (value for (_, has), value in self.samples.items() if wanted <= has)
        return found


def parse(text: str) -> dict[str, Family]:
    """Families by name. Raises AssertionError at the first line that is not as the format has it."""
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    name = ""
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines):
        if about := _HELP.fullmatch(line):
            typed = _TYPE.fullmatch(lines[number + 1])
            assert typed, line
            assert typed[1] == about[1] not in families, line
            name = about[1]
            families[name] = Family(typed[2], {})
        elif not _TYPE.fullmatch(line):
            _take(families[name], name, line)
    for found in families.values():
        assert found.samples
        if found.kind == "histogram":
            _check_histogram(found)
    return families


def _take(family: Family, name: str, line: str) -> None:
    sample = _SAMPLE.fullmatch(line)
    assert sample, line
    assert sample[1] in {f"{name}{part}" for part in _PARTS[family.kind]}, line
    assert family.kind != "counter" or name.endswith("_total"), line
    pairs = _LABEL.findall(sample[2] or "")
    assert ",".join(f'{key}="{value}"' for key, value in pairs) == (sample[2] or ""), line
    key = sample[1], frozenset(pairs)
    assert len(key[1]) == len(pairs), line
    assert key not in family.samples, line
    value = float(sample[3])
    assert family.kind != "counter" or value >= 0, line
    family.samples[key] = value


def _check_histogram(family: Family) -> None:
    """Buckets grow with their bounds, the last is +Inf and equals the count."""
    series: dict[Labels, dict[float, float]] = {}
    rest: dict[tuple[Labels, str], float] = {}
    for (name, labels), value in family.samples.items():
        bounds = [bound for key, bound in labels if key == "le"]
        other = frozenset(pair for pair in labels if pair[0] != "le")
        assert bool(bounds) == name.endswith("_bucket"), name
        if bounds:
            series.setdefault(other, {})[float(bounds[0])] = value
        else:
            rest[other, name.rpartition("_")[2]] = value
    for labels, buckets in series.items():
        counts = [count for _, count in sorted(buckets.items())]
        assert counts == sorted(counts)
        assert math.inf in buckets
        assert rest[labels, "count"] == buckets[math.inf]
        assert rest[labels, "sum"] >= 0
