"""``anjuan audit``: what an auditor asks of the whole bureau."""

import click

from adapters.cli.audit_questions import ask, evidence, questions


@click.group("audit")
def command() -> None:
    """审计 / audit: questions over the whole bureau, and the events that prove what they find."""


for _part in (questions, ask, evidence):
    command.add_command(_part)
