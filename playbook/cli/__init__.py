"""The `playbook` command.

Every module of this package that has a `command` is a command; adding a file adds it. What a module needs beyond
Click it imports when it runs, so that `playbook --help` answers at once.
"""

import importlib
import pkgutil
from typing import Any

import click

from playbook.cli.console import say_error
from playbook.cli.exits import code_for


class Commands(click.Group):
    """Commands whose errors are sentences for a person, with an exit code that means something."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what we refuse on purpose is said without a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            code = code_for(error)
            if code is None:
                raise
            say_error(error)
            ctx.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="playbook", message="playbook %(version)s")
def main() -> None:
    """A city's crisis playbooks: written, activated, called out, followed up.

    \b
    playbook up        start everything and print the address
    playbook check .   say what is wrong with a playbook, and how to mend it

    Settings come from the environment and instance/playbook.toml; see docs/settings.md. Exit codes are listed in
    docs/commands.md.
    """


def _add_commands() -> None:
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("_"):
            continue
        command = getattr(importlib.import_module(f"{__name__}.{info.name}"), "command", None)
        if isinstance(command, click.Command):
            main.add_command(command)


_add_commands()
