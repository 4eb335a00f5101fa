"""The command line's entry."""

import click

from ops.backfill import backfill
from ops.configuration.command import configuration
from ops.deploy import deploy
from ops.destroy import destroy
from ops.logs import logs
from ops.openapi import openapi
from ops.package import package
from ops.permissions.command import permissions
from ops.rebuild import rebuild_table
from ops.redrive import redrive
from ops.render import render
from ops.reprocess import reprocess
from ops.run import run
from ops.screenshots import screenshots
from ops.secrets import secrets
from ops.smoke import smoke
from ops.sweep import sweep
from ops.system import system
from ops.templates import templates
from ops.token import token


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run, check and operate Darkroom."""


main.add_command(backfill)
main.add_command(configuration)
main.add_command(deploy)
main.add_command(destroy)
main.add_command(logs)
main.add_command(openapi)
main.add_command(package)
main.add_command(permissions)
main.add_command(rebuild_table)
main.add_command(redrive)
main.add_command(render)
main.add_command(reprocess)
main.add_command(run)
main.add_command(screenshots)
main.add_command(secrets)
main.add_command(smoke)
main.add_command(sweep)
main.add_command(system)
main.add_command(templates)
main.add_command(token)

if __name__ == "__main__":
    main(prog_name="python -m ops")
