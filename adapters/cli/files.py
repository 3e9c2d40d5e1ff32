"""Files that the user names and the operating system refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def file_faults(code: str, zh: str, en: str) -> Iterator[None]:
    """Turn faults of the operating system into one line; for a stretch where only the named file can fail."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{code}: {zh} / {en}: {error.strerror or type(error).__name__}") from error
