"""Rounds, medians and bars. Both sides are measured in turns, so that a slow minute of the machine hits both."""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Literal

import msgspec

Kind = Literal["ratio", "at_least", "at_most"]
Progress = Callable[[str], None]


class Sample(msgspec.Struct, frozen=True):
    """One side's rounds, in the bar's unit."""

    median: float
    lowest: float
    highest: float
    rounds: tuple[float, ...]


class Bar(msgspec.Struct, frozen=True):
    """One line of the table. ``ratio``: of the medians, with the lowest and highest of single rounds beside it.

    A line without a ``bar`` is there to be seen, and is neither met nor missed.
    """

    name: str
    what: str
    unit: str
    ours: Sample
    bar: float | None
    kind: Kind
    met: bool | None
    against: str = ""
    theirs: Sample | None = None
    ratio: float | None = None
    ratio_lowest: float | None = None
    ratio_highest: float | None = None


class Plan(msgspec.Struct, frozen=True):
    """How much to measure. ``scale`` 1 is the real thing; less is for trying whether the bench itself works."""

    rounds: int = 5
    scale: float = 1.0
    progress: Progress = lambda _: None

    def size(self, full: int, least: int = 1) -> int:
        """Return ``full`` at this scale."""
        return max(least, int(full * self.scale))


def sample(rounds: list[float]) -> Sample:
    """Return the rounds with their median."""
    return Sample(median=median(rounds), lowest=min(rounds), highest=max(rounds), rounds=tuple(rounds))


def in_turns(plan: Plan, *sides: Callable[[], float]) -> list[Sample]:
    """Run one round of each side, again and again; return each side's sample."""
    rounds: list[list[float]] = [[] for _ in sides]
    # What was made for the measurement is not garbage: without this, every collection walks over it, on both sides.
    gc.collect()
    gc.freeze()
    for number in range(1, plan.rounds + 1):
        for side, results in zip(sides, rounds, strict=True):
            results.append(side())
        plan.progress(f"{number}/{plan.rounds}: " + "  ".join(f"{results[-1]:,.0f}" for results in rounds))
    return [sample(results) for results in rounds]


def timed(count: int, work: Callable[[], object]) -> float:
    """Return how many a second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


class Question(msgspec.Struct, frozen=True):
    """What a bar asks: its name and words, and the number to reach."""

    name: str
    what: str
    unit: str
    bar: float | None = None


def ratio_bar(question: Question, ours: Sample, theirs: Sample, against: str) -> Bar:
    """Judge how many times theirs ours is."""
    ratio = ours.median / theirs.median
    singles = [mine / other for mine, other in zip(ours.rounds, theirs.rounds, strict=True)]
    return Bar(
        **msgspec.structs.asdict(question),
        kind="ratio",
        ours=ours,
        theirs=theirs,
        against=against,
        ratio=ratio,
        ratio_lowest=min(singles),
        ratio_highest=max(singles),
        met=None if question.bar is None else ratio >= question.bar,
    )


def number_bar(question: Question, ours: Sample, kind: Literal["at_least", "at_most"]) -> Bar:
    """Judge our own number."""
    met = None
    if question.bar is not None:
        met = ours.median >= question.bar if kind == "at_least" else ours.median <= question.bar
    return Bar(**msgspec.structs.asdict(question), kind=kind, ours=ours, met=met)
