"""Running our synchronous code from the one asynchronous edge."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


async def offload(workers: Executor, work: Callable[[], T]) -> T:
    """Run the work in a thread and return what it returns, or raise what it raises."""
    return await asyncio.get_running_loop().run_in_executor(workers, work)
