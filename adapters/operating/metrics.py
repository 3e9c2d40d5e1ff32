"""Families of samples, and their text in the exposition format 0.0.4 of Prometheus; a test parses it strictly."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["gauge", "counter", "histogram"]
Labels = tuple[tuple[str, str], ...]


class Sample(NamedTuple):
    """A value and its labels. ``suffix``: the part of a histogram that it is."""

    value: float
    labels: Labels = ()
    suffix: str = ""


class Metric(NamedTuple):
    """A family of samples. ``about``: its help, on one line."""

    name: str
    kind: Kind
    about: str
    samples: list[Sample]


def text_of(families: Iterable[Metric]) -> str:
    """Return families of samples as text; one without samples is left out."""
    return "".join(line + "\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Metric) -> Iterator[str]:
    yield f"# HELP {family.name} {family.about}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels)
        yield f"{family.name}{sample.suffix}{f'{{{labels}}}' if labels else ''} {_number(sample.value)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))
