"""The answer that a caller waits for: a future of one lock. A full Future costs more than the append it answers."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Answer(Generic[T]):
    """Set once, by ``set_result`` or ``set_exception``; read by any number of threads."""

    __slots__ = ("_error", "_result", "_waits")

    def __init__(self) -> None:
        """Have no answer yet."""
        self._waits = threading.Lock()
        self._waits.acquire()
        self._result: list[T] = []
        self._error: Exception | None = None

    def done(self) -> bool:
        """Tell whether there is an answer."""
        return bool(self._result) or self._error is not None

    def set_result(self, result: T) -> None:
        """Answer."""
        self._result.append(result)
        self._waits.release()

    def set_exception(self, error: Exception) -> None:
        """Answer with an error."""
        self._error = error
        self._waits.release()

    def result(self, timeout: float = -1) -> T:
        """Wait for the answer; raise it if it is an error. ``timeout`` in seconds; TimeoutError when it is over."""
        if not self._waits.acquire(timeout=timeout):
            raise TimeoutError
        self._waits.release()  # for the next reader
        if self._error is not None:
            raise self._error
        return self._result[0]

    def exception(self, timeout: float = -1) -> Exception | None:
        """Wait for the answer; return the error that it is, if it is one."""
        if not self._waits.acquire(timeout=timeout):
            raise TimeoutError
        self._waits.release()
        return self._error
