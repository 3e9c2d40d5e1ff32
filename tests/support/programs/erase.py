"""Erases a person and dies by kill -9 at a step: ``URL HOME SUBJECT STEP``, the step as ``before:name#call``."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.erasing import run
from adapters.erasing.books import Books
from domain.kernel import SubjectId
from tests.support.houses import house_on
from tests.support.processes import say

_WHERE: dict[str, Any] = {"destroy": Books, "delete_fields": Books, "note": run, "forget_copies": run, "_append": run}


def main(url: str, home: Path, subject: str, step: str) -> None:
    when, _, name = step.partition(":")
    name, _, call = name.partition("#")
    with house_on(url, home) as house:
        owner = _WHERE[name]
        setattr(owner, name, _dying(getattr(owner, name), when, int(call or 1)))
        by = run.By("test", "", datetime.now(UTC))
        run.erase(run.Eraser(house.locate, house.log), SubjectId(subject), ("本人申请", "法律依据"), by)
    say("erased")


def _dying(work: Callable[..., Any], when: str, at: int) -> Callable[..., Any]:
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 whatever the step takes
        nonlocal calls
        calls += 1
        if calls == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = work(*args, **kwargs)
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return wrapped


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
