"""Who runs a command, for the record of what they read."""

import getpass
import os
from contextlib import suppress

from adapters.reads.recording import Reader


def on_command_line(purpose: str = "", basis: str = "") -> Reader:
    """Return the login that runs the command; its number where it has no name."""
    name = str(os.getuid())
    with suppress(KeyError, OSError):
        name = getpass.getuser()
    return Reader("cli", actor=f"login:{name}", purpose=purpose, basis=basis)
