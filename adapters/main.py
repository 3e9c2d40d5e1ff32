"""The ``anjuan`` command. Each subcommand is a module of ``adapters/cli`` with one name: ``command``."""

from importlib import import_module

import click

SUBCOMMANDS = {
    "audit": "adapters.cli.audit",
    "authority": "adapters.cli.authority",
    "bench": "adapters.cli.bench",
    "case": "adapters.cli.case",
    "config": "adapters.cli.config",
    "coverage": "adapters.cli.coverage",
    "demo": "adapters.cli.demo",
    "duties": "adapters.cli.duties",
    "export": "adapters.cli.export",
    "feed": "adapters.cli.feed",
    "import": "adapters.cli.import_",
    "inbox": "adapters.cli.inbox",
    "log": "adapters.cli.log",
    "migrate": "adapters.cli.migrate",
    "parity": "adapters.cli.parity",
    "person": "adapters.cli.person",
    "policy": "adapters.cli.policy",
    "project": "adapters.cli.project",
    "rulebook": "adapters.cli.rulebook",
    "serve": "adapters.cli.serve",
    "timekeeper": "adapters.cli.timekeeper",
    "token": "adapters.cli.token",
    "vault": "adapters.cli.vault",
    "views": "adapters.cli.views",
    "witness": "adapters.cli.log_witnesses",
}


class _Lazy(click.Group):
    """Loads a subcommand when it is asked for, so that ``--version`` and ``--help`` answer at once."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(SUBCOMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in SUBCOMMANDS:
            return None
        command: click.Command = import_module(SUBCOMMANDS[name]).command
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="anjuan", prog_name="anjuan")
def main() -> None:
    """案卷 Anjuan: 民政案件管理核心 / case management for a civil-affairs bureau."""


if __name__ == "__main__":
    main(prog_name="anjuan")
