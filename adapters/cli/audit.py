"""``anjuan audit``: what an auditor asks of the whole bureau."""

import click

from adapters.cli.audit_bundle import bundle
from adapters.cli.audit_questions import ask, evidence, questions
from adapters.cli.audit_reads import reads
from adapters.cli.audit_verify import verify


@click.group("audit")
def command() -> None:
    """审计 / audit: verify the log; ask questions over the whole bureau, and see the events that prove the answers."""


for _part in (questions, ask, evidence, verify, bundle, reads):
    command.add_command(_part)
