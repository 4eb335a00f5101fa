"""The command line's entry."""

import click

from ops.package import package
from ops.permissions.command import permissions
from ops.render import render
from ops.run import run
from ops.secrets import secrets
from ops.system import system


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run, check and operate Darkroom."""


main.add_command(package)
main.add_command(permissions)
main.add_command(render)
main.add_command(run)
main.add_command(secrets)
main.add_command(system)

if __name__ == "__main__":
    main(prog_name="python -m ops")
