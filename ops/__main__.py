"""The command line's entry."""

import click

from ops.logs import logs
from ops.package import package
from ops.render import render
from ops.run import run
from ops.secrets import secrets
from ops.system import system


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run, check and operate Darkroom."""


main.add_command(logs)
main.add_command(package)
main.add_command(render)
main.add_command(run)
main.add_command(secrets)
main.add_command(system)

if __name__ == "__main__":
    main(prog_name="python -m ops")
