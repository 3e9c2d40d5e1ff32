"""Who runs a command, for the record of what they read."""

import getpass

from adapters.reads.recording import Reader


def on_command_line(purpose: str = "", basis: str = "") -> Reader:
    """Return the login that runs the command."""
    return Reader("cli", actor=f"login:{getpass.getuser()}", purpose=purpose, basis=basis)
